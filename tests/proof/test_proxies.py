"""Behind nginx and Caddy, as the samples have them: slow, large and streamed answers
arrive, and an upgrade loses none.
"""

import json
import shutil
import signal
import threading
import time
from collections import Counter
from contextlib import ExitStack
from http.client import HTTPConnection

import pytest
from django.conf import settings

from tests.cast import customer
from tests.proof.stage import STUDIO_1, Web, heard_until, running_child, streaming
from tests.services.ports import wait_until
from tests.services.proxies import running_proxy
from tests.services.site import Client

pytestmark = [
    pytest.mark.proof,
    pytest.mark.wires,
    pytest.mark.timeout(400),
    pytest.mark.usefixtures("books_that_balance"),
]
IMAGES = "/v1/images/generations"
SERVER = (
    *("uvicorn", "playground.asgi:application", "--no-proxy-headers"),
    *("--log-level", "warning", "--timeout-graceful-shutdown", "45", "--port"),
)


def server(next_door, **changes):
    """One web process, as the units start it."""
    told = {
        **next_door.settings,
        "EASEL_KEY_PEPPER": settings.KEY_PEPPER,
        "EASEL_TRUSTED_PROXIES": "127.0.0.1/32",
        "EASEL_GRACE_SECONDS": "90",
        "ALLOWED_HOSTS": "127.0.0.1",
        **changes,
    }
    return Web(*SERVER, **told)


@pytest.fixture(params=["nginx", "caddy"])
def proxied(request, next_door):
    if shutil.which(request.param) is None:
        pytest.skip(f"{request.param} is not installed.")
    with ExitStack() as until_the_end:
        web = until_the_end.enter_context(running_child(server(next_door)))
        web.wait_until_up()
        proxy = until_the_end.enter_context(running_proxy(request.param, web.port))
        proxy.client = Client(f"http://127.0.0.1:{proxy.port}")
        yield proxy


def order(client, customer, prompt, **wish):
    wish = {"model": "studio-1", "prompt": prompt, **wish}
    return client.post(IMAGES, as_=customer, **wish)


def test_a_picture_of_ninety_seconds_arrives(proxied, alice, next_door):
    next_door.slow_seconds = 95
    started = time.monotonic()
    line = HTTPConnection("127.0.0.1", proxied.port, timeout=200)
    wish = {"model": "studio-1", "prompt": "a boat [fault:slow]"}
    headers = {"Authorization": f"Bearer {alice.secret}"}
    line.request("POST", IMAGES, json.dumps(wish), headers)
    answer = line.getresponse()
    seconds = time.monotonic() - started
    print(f"\n{proxied.kind}: {answer.status} after {seconds:.1f} s")
    assert (answer.status, seconds > 90) == (200, True)
    line.close()


def test_an_answer_of_twenty_megabytes_arrives_whole(proxied, alice):
    started = time.monotonic()
    wish = {"response_format": "b64_json"}
    answer = order(proxied.client, alice, "a boat [fault:20-mb]", **wish)
    assert answer.status_code == 200
    assert len(answer.body) > 20_000_000
    print(f"\n{proxied.kind}: {len(answer.body)} B, {time.monotonic() - started:.2f} s")


def test_a_stream_arrives_piece_by_piece(proxied, alice, next_door, tmp_path):
    one_by_one = STUDIO_1.replace("n_per_call = 4", "n_per_call = 1")
    (tmp_path / "studio-1.toml").write_text(one_by_one)
    next_door.allowed = 1  # the second picture is painted once the first has arrived
    with ExitStack() as until_the_end:
        web = until_the_end.enter_context(running_child(server(next_door)))
        web.wait_until_up()
        proxy = until_the_end.enter_context(running_proxy(proxied.kind, web.port))
        wish = {"prompt": "a boat [fault:in-turn]", "n": 2}
        line = until_the_end.enter_context(streaming(proxy, alice, **wish))
        heard_until(line, b"event: image_generation.completed")
        next_door.allowed = 2
        heard_until(line, b"event: image_generation.completed")


def test_what_is_for_operators_stays_behind_it(proxied):
    assert proxied.client.get("/healthz").status_code == 200
    assert proxied.client.get("/metrics").status_code == 404


class Load:
    """Callers who order one picture after another."""

    def __init__(self, client, customer, callers):
        self._client, self._customer = client, customer
        self._enough = threading.Event()
        self.statuses = Counter()
        self._threads = [threading.Thread(target=self._call) for _ in range(callers)]

    def _call(self):
        while not self._enough.is_set():
            try:
                answer = order(self._client, self._customer, "a boat [fault:slow]")
                self.statuses[answer.status_code] += 1
            except OSError as error:
                self.statuses[type(error).__name__] += 1

    def __enter__(self):
        [thread.start() for thread in self._threads]
        return self

    def __exit__(self, *_):
        self._enough.set()
        [thread.join(60) for thread in self._threads]


@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed.")
def test_an_upgrade_behind_nginx_fails_no_request(next_door, books_db):
    """A new process comes up, nginx leads to it, the old one is told to end: three times."""
    rich = customer("rich", credits=100_000)
    next_door.slow_seconds = 0.5
    with ExitStack() as until_the_end:

        def begun():
            web = until_the_end.enter_context(running_child(server(next_door)))
            return web.wait_until_up()

        old = begun()
        proxy = until_the_end.enter_context(running_proxy("nginx", old.port))
        client = Client(f"http://127.0.0.1:{proxy.port}")
        with Load(client, rich, callers=8) as load:
            for _turn in range(3):
                seen = sum(load.statuses.values())
                wait_until(lambda n=seen: sum(load.statuses.values()) > n + 20, "load")
                new = begun()
                proxy.lead_to(new.port)
                proxy.read_again()
                time.sleep(2)
                old.send(signal.SIGTERM)
                old.process.wait(95)
                old = new
            seen = sum(load.statuses.values())
            wait_until(lambda: sum(load.statuses.values()) > seen + 20, "load")
    print(f"\nthree upgrades under load: {json.dumps(load.statuses)}")
    assert set(load.statuses) == {200}
