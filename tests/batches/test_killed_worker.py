"""A worker is killed in the middle of a batch, again and again; nothing is paid twice."""

import time

import pytest

from billing.models import Transfer
from playground.batches.models import Line
from playground.batches.tasks import look_around
from playground.generation.audit import audit
from playground.generation.models import Generation, Picture
from playground.generation.studio import in_studio
from playground.generation.tasks import sweep_here
from tests.batches.filing import a_line, hand_in, seen
from tests.services.ports import wait_until
from tests.services.worker import running_worker

pytestmark = [pytest.mark.books, pytest.mark.proof, pytest.mark.timeout(400)]
QUICK = {"EASEL_LEASE_SECONDS": "2", "EASEL_BATCH_LINES_AT_ONCE": "4"}
COUNT = 24


def test_whoever_is_killed_the_rest_is_painted_once(api, alice, settings):
    settings.RESEND_SECONDS, settings.BATCH_LINES_AT_ONCE = 2, 4
    batch = hand_in(api, alice, [a_line(number) for number in range(COUNT)]).json()
    for done in (5, 10, 15):
        kill_one_after(done, lambda: clock_ticks(api, alice, batch))
    with running_worker(**QUICK):
        wait_until(
            lambda: clock_ticks(api, alice, batch) == COUNT, "the rest", seconds=90
        )

    done = seen(api, alice, batch)
    assert done["status"] == "completed"
    assert done["request_counts"] == {"total": COUNT, "completed": COUNT, "failed": 0}
    orders = Generation.objects.filter(state="succeeded")
    named = set(Line.objects.values_list("order_id", flat=True))
    assert set(orders.values_list("pk", flat=True)) == named
    assert Picture.objects.count() == len(named) == COUNT
    assert Transfer.objects.filter(kind="charge").count() == COUNT
    assert alice.credits() == 100 - COUNT
    assert audit() == []


def kill_one_after(count, look):
    with running_worker(**QUICK) as process:
        wait_until(lambda: look() >= count, "lines", seconds=90)
        process.kill()


def clock_ticks(api, who, batch):
    """Do the clock's round, and say how many lines are done."""
    in_studio(sweep_here())
    Line.objects.filter(state="waiting").update(not_before=None)
    look_around()
    time.sleep(0.2)
    return seen(api, who, batch)["request_counts"]["completed"]
