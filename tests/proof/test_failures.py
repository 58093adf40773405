"""What customers meet while a part of the house is away: a plain answer, and no charge."""

import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.ids import new_id
from billing.models import Hold
from playground.generation.models import Generation
from tests.proof.stage import (
    Child,
    Web,
    press_generate,
    running_child,
    session_of,
)
from tests.services import redis
from tests.services.ports import free_port, wait_until
from tests.services.worker import running_worker

IMAGES = "/v1/images/generations"
pytestmark = pytest.mark.usefixtures("books_that_balance")


def ask(web, customer, **body):
    wish = {"model": "studio-1", "prompt": "a paper boat", **body}
    return web.client.post(IMAGES, as_=customer, **wish)


def states():
    return sorted(Generation.objects.values_list("state", flat=True))


# The broker.


@pytest.mark.wires
@pytest.mark.skipif(not redis.is_installed(), reason=redis.MISSING)
def test_orders_taken_while_the_broker_is_away_are_painted_when_it_is_back(
    alice, client, next_door
):
    port = free_port()
    broker = {
        "CELERY_BROKER_URL": f"redis://127.0.0.1:{port}/0",
        "EASEL_SWEEP_SECONDS": "1",
        "EASEL_RESEND_SECONDS": "1",
        "EASEL_DATA_DIR": str(settings.DATA_DIR),
        **next_door.settings,
    }
    cookies = session_of(client, alice)
    clock = ("-m", "celery", "-A", "playground", "beat", "--pidfile=")
    clock += (f"--schedule={settings.DATA_DIR / f'beat-{port}'}",)
    with running_child(Web(**broker)) as web, redis.throwaway_redis(port):
        web.wait_until_up()
        assert press_generate(web.client, cookies, model="studio-1").status_code == 200
        worker = running_worker(**broker)
        worker.__enter__()
        wait_until(lambda: states() == ["succeeded"], "a first picture")

    with running_child(Web(**broker)) as web, running_child(Child(*clock, **broker)):
        web.wait_until_up()
        away = press_generate(web.client, cookies, model="studio-1")
        meanwhile = ask(web, alice)
        health = web.client.get("/healthz")
        assert states() == ["queued", "succeeded", "succeeded"]
        with redis.throwaway_redis(port):
            wait_until(lambda: states() == ["succeeded"] * 3, "the order that waited")
            worker.__exit__(None, None, None)

    assert (away.status_code, meanwhile.status_code) == (200, 200)
    assert health.status_code == 200
    assert alice.credits() == 85


# The disk.


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 256 KB, where a machine lets us have one."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("Only root may mount a disk of its own.")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def fill(disk: Path) -> Path:
    """Leave no byte free."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(512)):
                pass
        except OSError:
            return ballast


def living_in(folder, next_door):
    """A web server that keeps its files elsewhere, but knows the same keys."""
    pepper = {"EASEL_KEY_PEPPER": settings.KEY_PEPPER}
    return Web(EASEL_DATA_DIR=str(folder), **pepper, **next_door.settings)


def check_it_was_not_stored(answer, customer):
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "storage_unavailable"
    assert states() == ["failed"]
    assert Hold.objects.get().state == "voided"
    assert customer.credits() == 100


@pytest.mark.wires
def test_a_full_disk_costs_nothing_and_can_be_mended(alice, next_door, small_disk):
    with running_child(living_in(small_disk, next_door)) as web:
        web.wait_until_up()
        ballast = fill(small_disk)
        refused = ask(web, alice, n=2)
        check_it_was_not_stored(refused, alice)
        ballast.unlink()
        painted = ask(web, alice, n=2)

    assert painted.status_code == 200
    assert alice.credits() == 90


@pytest.mark.wires
def test_a_folder_that_is_none_costs_nothing(alice, next_door, tmp_path):
    (tmp_path / "pictures").write_text("not a folder")
    with running_child(living_in(tmp_path, next_door)) as web:
        answer = ask(web.wait_until_up(), alice)

    check_it_was_not_stored(answer, alice)


# The clock.


def look_after_orders(upstream, *, clock_off_by):
    """Sweep once, from a machine whose clock is wrong; return what it says it did."""
    command = ("-m", "tests.proof.astray", str(clock_off_by), "sweep")
    with running_child(Child(*command, **upstream.settings)) as child:
        child.process.wait(30)
        assert f"off {clock_off_by} " in child.said, child.said
        return child.said


def an_order(customer, **times):
    """An order whose hold and deadline say what the database's clock must decide."""
    Generation.objects.create(
        id=new_id("img"),
        account=customer.account,
        group_id="standard",
        lane="api",
        endpoint="images.generations",
        model="studio-1",
        prompt="a fox",
        request={},
        n=1,
        unit_price_microcredits=0,
        **times,
    )


HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("off", [-3600, 3600])
def test_a_wrong_clock_neither_keeps_nor_ends_an_order(alice, next_door, off):
    now = timezone.now()
    an_order(alice, state="queued", deadline=now - 10 * MINUTE)
    an_order(alice, state="queued", deadline=now + 10 * MINUTE)

    said = look_after_orders(next_door, clock_off_by=off)

    assert "ended 1 " in said
    assert states() == ["failed", "queued"]


@pytest.mark.parametrize("off", [-3600, 3600])
def test_a_wrong_clock_sends_again_what_really_waited(alice, next_door, off):
    now = timezone.now()
    later = now + HOUR
    an_order(alice, state="queued", deadline=later, created_at=now - 10 * MINUTE)
    an_order(alice, state="queued", deadline=later, created_at=now)

    said = look_after_orders(next_door, clock_off_by=off)

    assert "resent 1" in said


@pytest.mark.parametrize("off", [-3600, 3600])
def test_an_order_of_a_server_whose_clock_is_wrong_is_paid_as_any_other(
    alice, next_door, off
):
    """Its lease is counted by the database, so it is neither swept nor overdue."""
    now = timezone.now()
    how = ("tests.proof.astray", str(off))
    with running_child(Web(*how, **next_door.settings)) as web:
        answer = ask(web.wait_until_up(), alice)
    order = Generation.objects.get()

    assert answer.status_code == 200
    assert MINUTE < order.deadline - now < 4 * MINUTE
    assert alice.credits() == 95
