"""What guests may paint in a day: by browser, by network, and no more."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connections
from django.test import Client

from accounts.guests import open_guest
from playground.generation.errors import BadRequest, Forbidden, TooMany
from playground.generation.models import Generation
from playground.generation.request import Buyer
from playground.web.people import network_of
from playground.web.tries import check_tries, stay_within_tries, tries_left
from tests.web.orders import A_FOX, an_order


def buyer(account, lane="guest", network="home"):
    return Buyer(account.pk, "standard", Decimal(1), lane, network=network)


def wish(n=1, **facts):
    return replace(A_FOX, n=n, **facts)


def painted(account, pictures, network="home", **facts):
    return an_order(
        account, lane="guest", network=network, delivered=pictures, n=4, **facts
    )


def test_a_guest_begins_with_twelve(books_db):
    assert tries_left("", "home") == 12
    assert tries_left(open_guest().pk, "home") == 12


def test_only_delivered_pictures_and_live_orders_count(books_db):
    guest = open_guest()
    painted(guest, 3)
    painted(guest, 0, state="failed")
    painted(guest, 0, state="running")
    painted(guest, 4, days_ago=2)
    assert tries_left(guest.pk, "home") == 12 - 3 - 4


def test_a_network_shares_sixty(books_db):
    for _ in range(15):
        painted(open_guest(), 4)
    newcomer = open_guest()
    assert tries_left(newcomer.pk, "home") == 0
    assert tries_left(newcomer.pk, "elsewhere") == 12


def test_with_none_left_a_guest_is_told_how_to_go_on(books_db):
    guest = open_guest()
    for _ in range(3):
        painted(guest, 4)
    with pytest.raises(TooMany) as stopped:
        check_tries(buyer(guest), wish(1))
    assert str(stopped.value) == (
        "Come back tomorrow, or create an account for 50 credits."
    )
    assert 0 < stopped.value.retry_after_seconds <= 24 * 3600


def test_with_a_few_left_a_guest_is_told_how_many(books_db):
    guest = open_guest()
    painted(guest, 4)
    painted(guest, 4)
    check_tries(buyer(guest), wish(4))
    painted(guest, 2)
    with pytest.raises(TooMany, match="^2 pictures are left today."):
        check_tries(buyer(guest), wish(4))


def test_guests_paint_with_the_demo_painter_up_to_1k(books_db):
    guest = buyer(open_guest())
    check_tries(guest, wish(tier="0.5K"))
    with pytest.raises(BadRequest, match="up to 1K"):
        check_tries(guest, wish(tier="2K"))
    with pytest.raises(Forbidden, match="sketch-1"):
        check_tries(guest, wish(model="gemini-2.5-flash-image"))


def test_people_with_an_account_have_no_such_limits(alice):
    large = wish(10, tier="4K", model="any-model")
    check_tries(buyer(alice.account, lane="browser"), large)


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("198.51.100.7", "198.51.100.7", True),
        ("198.51.100.7", "198.51.100.8", False),
        ("2001:db8:1:2::3", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::3", "2001:db8:1:3::3", False),
    ],
)
def test_a_network_is_one_ipv4_address_or_one_ipv6_64(rf, one, other, is_same):
    networks = [
        network_of(rf.get("/", REMOTE_ADDR=address)) for address in (one, other)
    ]
    assert (networks[0] == networks[1]) == is_same
    assert len(networks[0]) == 43
    assert one not in networks[0]


ASK = {"prompt": "a fox", "model": "sketch-1", "resolution": "1K", "quoted": "0"}


def press_at_once(browsers, **ask):
    """Press Generate in several browsers at the same moment; return the statuses."""
    start = Barrier(len(browsers))

    def press(browser):
        start.wait()
        try:
            return browser.post("/create/runs", {**ASK, **ask}).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(browsers)) as people:
        return list(people.map(press, browsers))


def asked_for():
    return sum(Generation.objects.filter(state="queued").values_list("n", flat=True))


def test_a_network_cannot_press_past_its_limit_together(books_db, settings):
    settings.NETWORK_PICTURES_A_DAY = 20
    statuses = press_at_once([Client() for _ in range(8)], n="10")
    assert asked_for() <= 20
    assert statuses.count(302) * 10 == asked_for()
    assert set(statuses) <= {302, 429}


@pytest.mark.parametrize("limit", ["NETWORK_PICTURES_A_DAY", "GUEST_PICTURES_A_DAY"])
def test_an_order_that_came_a_moment_too_late_is_taken_back(books_db, settings, limit):
    setattr(settings, limit, 10)
    guest = open_guest()
    painted(guest, 8)
    order = painted(guest, 0, state="queued")
    with pytest.raises(TooMany, match="^2 pictures are left today."):
        stay_within_tries(buyer(guest), order)
    assert Generation.objects.get(pk=order.pk).state == "cancelled"
    assert tries_left(guest.pk, "home") == 2


def test_an_order_within_the_limits_stays(books_db, settings):
    settings.GUEST_PICTURES_A_DAY = settings.NETWORK_PICTURES_A_DAY = 12
    guest = open_guest()
    painted(guest, 8)
    order = painted(guest, 0, state="queued")
    stay_within_tries(buyer(guest), order)
    assert Generation.objects.get(pk=order.pk).state == "queued"
