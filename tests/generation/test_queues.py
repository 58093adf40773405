"""Turns in a queue go to accounts by lot: nobody waits behind somebody else's thousands."""

from collections import Counter
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from playground.generation.models import Generation
from playground.generation.queues import LANES, drawn, queue_of
from playground.generation.tasks import send_waiting, take_turn
from tests.generation.orders import an_order
from tests.services.ports import wait_until

TURNS = 200
pytestmark = pytest.mark.books


def waiting(customer, count=1, lane="api"):
    """Write orders that wait, the oldest first."""
    now = timezone.now()
    ago = [now - timedelta(seconds=count - place) for place in range(count)]
    facts = {"lane": lane, "state": "queued", "delivered": 0}
    return [an_order(customer.account, at, **facts).pk for at in ago]


def test_many_orders_of_one_account_do_not_delay_another_s(alice, bob, carol):
    crowd = waiting(alice, 40)
    (one_of_bob,), (one_of_carol,) = waiting(bob), waiting(carol)

    turns = Counter(drawn("api") for _ in range(TURNS))

    assert set(turns) == {crowd[0], one_of_bob, one_of_carol}
    assert min(turns.values()) > TURNS / 6


def test_an_account_s_own_orders_come_in_the_order_they_were_made(alice):
    first, second = waiting(alice, 2)
    assert drawn("api") == first
    Generation.objects.filter(pk=first).update(state="cancelled")
    assert drawn("api") == second


def test_each_queue_has_its_own_orders(alice, bob):
    (by_hand,), (called,) = waiting(alice, lane="browser"), waiting(alice)
    assert drawn("browser") == by_hand
    assert drawn("api") == called
    Generation.objects.update(state="running")
    assert drawn("api") is None


def test_a_turn_for_nothing_does_nothing(books_db):
    assert take_turn("api") is None


def test_every_lane_has_a_queue_that_workers_listen_to():
    heard = set(settings.CELERY_TASK_QUEUES)
    assert {queue_of(lane) for lane in Generation.Lane.values} <= heard
    assert set(LANES) <= heard


def test_an_order_whose_turn_was_lost_gets_another(alice, worker):
    (order,) = waiting(alice)
    Generation.objects.filter(pk=order).update(
        deadline=timezone.now() + timedelta(hours=1)
    )

    send_waiting(older_than_seconds=0)

    def is_taken():
        return not Generation.objects.filter(pk=order, state="queued").exists()

    wait_until(is_taken, "the order to be taken up")
