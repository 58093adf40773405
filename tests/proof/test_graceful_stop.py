"""Easel is stopped while it paints: work is finished or put back, never charged for nothing."""

import signal
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings

from billing.ledger import wallet_of
from playground.generation.models import Generation
from tests.proof.stage import (
    STUDIO_1,
    Child,
    Web,
    heard_until,
    press_generate,
    running_child,
    seen_by,
    session_of,
    streaming,
)
from tests.services.instance import descendants, is_alive
from tests.services.ports import free_port, wait_until
from tests.services.site import Client

IMAGES = "/v1/images/generations"
pytestmark = [
    pytest.mark.wires,
    pytest.mark.usefixtures("books_that_balance"),
    pytest.mark.skipif(sys.platform != "linux", reason="It looks into /proc."),
]


@pytest.fixture
def easel(next_door, tmp_path):
    """Start Easel as `make run` does, on this test's database."""

    def start(port, grace):
        return Child(
            "manage.py",
            "easel_up",
            EASEL_DATA_DIR=str(tmp_path / "data"),
            EASEL_KEY_PEPPER=settings.KEY_PEPPER,
            EASEL_GRACE_SECONDS=str(grace),
            SECRET_KEY=settings.SECRET_KEY,
            PORT=str(port),
            **next_door.settings,
        )

    return start


def order_both(client, cookies, customer, next_door):
    """One order over the API, one over the playground's queue; both are being painted."""
    prompt = "a boat [fault:slow]"

    def over_the_api():
        wish = {"model": "studio-1", "prompt": prompt}
        return client.post(IMAGES, as_=customer, **wish)

    caller = ThreadPoolExecutor(1)
    answer = caller.submit(seen_by, over_the_api)
    press_generate(client, cookies, model="studio-1", prompt=prompt)
    wait_until(lambda: len(next_door.asked) == 2, "both orders to be begun")
    return answer


def states():
    return sorted(Generation.objects.values_list("state", flat=True))


def stop(child):
    """Ask it to end; afterwards nothing of it is left."""
    everybody = [child.process.pid, *descendants(child.process.pid)]
    child.send(signal.SIGTERM)
    child.process.wait(30)
    assert [pid for pid in everybody if is_alive(pid)] == []


def test_what_is_nearly_done_is_finished(alice, client, next_door, easel):
    next_door.slow_seconds = 2
    port = free_port()
    with running_child(easel(port, grace=10)) as child:
        child.wait_for("Ctrl-C ends it")
        site, cookies = Client(f"http://127.0.0.1:{port}"), session_of(client, alice)
        answer = order_both(site, cookies, alice, next_door)
        stop(child)

    assert answer.result() == "200"
    assert states() == ["succeeded"] * 2
    assert alice.credits() == 90


def test_what_takes_too_long_goes_back_and_is_painted_later(
    alice, client, next_door, easel
):
    next_door.slow_seconds = 60
    port = free_port()
    with running_child(easel(port, grace=5)) as child:
        child.wait_for("Ctrl-C ends it")
        site, cookies = Client(f"http://127.0.0.1:{port}"), session_of(client, alice)
        answer = order_both(site, cookies, alice, next_door)
        stop(child)

    assert answer.result() != "200"
    assert states() == ["queued"] * 2, child.said
    assert wallet_of(alice.account.pk).held == 10_000_000
    assert wallet_of(alice.account.pk).debits_posted == 0

    next_door.slow_seconds = 0.1
    with running_child(easel(port, grace=5)) as child:
        wait_until(lambda: states() == ["succeeded"] * 2, "both to be painted")
        stop(child)
    assert alice.credits() == 90


def test_who_streams_gets_what_is_there_and_hears_that_the_rest_was_put_back(
    alice, next_door, tmp_path
):
    one_by_one = STUDIO_1.replace("n_per_call = 4", "n_per_call = 1")
    (tmp_path / "studio-1.toml").write_text(one_by_one)
    next_door.allowed = 1
    child = Web(EASEL_GRACE_SECONDS="1", **next_door.settings).wait_until_up()
    wish = {"prompt": "a boat [fault:in-turn]", "n": 2}
    with running_child(child) as web, streaming(web, alice, **wish) as line:
        heard = heard_until(line, b"}\n\n")
        web.send(signal.SIGTERM)
        heard += heard_until(line, b'data: {"error"')

    assert heard.count(b"event: image_generation.completed") == 1
    generation = Generation.objects.get()
    assert (generation.state, generation.delivered) == ("queued", 1)
    assert wallet_of(alice.account.pk).held == 10_000_000
