"""Of several pictures each is there as soon as it is painted, and stays whatever comes."""

import re
import threading
from contextlib import contextmanager

import pytest
from django.urls import reverse

from playground.api.keys import buyer_of
from playground.generation import watching
from playground.generation.audit import audit
from playground.generation.catalogue import catalogue
from playground.generation.errors import AllProvidersFailed, RefusedByModel
from playground.generation.models import Picture
from playground.generation.queues import queue_of
from playground.generation.request import Ask, Call
from playground.generation.service import accept, cancel
from playground.generation.studio import background, in_studio
from playground.generation.tasks import take_turn
from tests.services.ports import wait_until
from tests.upstreams.next_door import studio_next_door

STUDIO_ONE_BY_ONE = """
id = "studio-1"
name = "Studio 1"
vendor = "Next door"
family = "studio"
description = "The model of the studio next door: a picture a call."
[sizes]
default_shape = "1:1"
default_tier = "1K"
[sizes.native]
"1:1" = { "1K" = "64x64" }
[price]
credits = 5
[[offers]]
provider = "next-door"
upstream = "studio-1"
n_per_call = 1
"""


@pytest.fixture
def next_door(settings, tmp_path):
    """A studio that paints each picture when it is allowed to."""
    (tmp_path / "studio-1.toml").write_text(STUDIO_ONE_BY_ONE)
    with studio_next_door() as upstream:
        settings.CATALOGUE_DIR = str(tmp_path)
        settings.COMPATIBLE_SERVERS = {
            "next-door": {"base_url": upstream.url, "api_key": "sk", "local": True}
        }
        catalogue.forget()
        background.stop(0)  # the next studio is connected with this one
        yield upstream
    background.stop(0)
    catalogue.forget()
    assert audit() == []


def queued(customer, n=3, *, by_hand=False):
    """Order three pictures, for whoever has time."""
    buyer = in_studio(buyer_of(f"Bearer {customer.secret}"))
    ask = Ask("a paper boat [fault:in-turn]", model="studio-1", n=n)
    generation = in_studio(accept(ask, buyer, Call("images.generations", "queued")))
    if by_hand:
        generation.lane, generation.key = "browser", None
        generation.save(update_fields=["lane", "key"])
    return generation


@contextmanager
def painting(generation):
    """Paint it meanwhile, as a worker would."""
    work = threading.Thread(target=take_turn, args=[queue_of(generation.lane)])
    work.start()
    yield work
    work.join(30)
    assert not work.is_alive()


def running(customer, prompt="a paper boat [fault:in-turn]", n=3):
    """Order three pictures, to be painted here and now."""
    buyer = in_studio(buyer_of(f"Bearer {customer.secret}"))
    ask = Ask(prompt, model="studio-1", n=n)
    return in_studio(accept(ask, buyer, Call("images.generations", "running")))


async def watched(generation, next_door, heard):
    """Watch an order, allowing one more picture with each that came."""
    next_door.allowed = 1
    async for picture in watching.painting(generation):
        heard.append((picture.row.position, generation.state))
        next_door.allowed += 1


async def watched_for_one(generation, next_door):
    next_door.allowed = 1
    async for picture in watching.painting(generation):
        return picture


def pictures_are(count):
    wait_until(lambda: Picture.objects.count() == count, f"{count} pictures")


def test_each_picture_is_kept_when_it_is_painted_and_charged_at_the_end(
    alice, next_door
):
    generation = queued(alice)

    with painting(generation):
        for number in (1, 2):
            next_door.allowed = number
            pictures_are(number)
        generation.refresh_from_db()
        assert (generation.state, generation.delivered) == ("running", 2)
        assert generation.provider == "next-door"
        assert alice.credits() == 85
        next_door.allowed = 3

    generation.refresh_from_db()
    assert (generation.state, generation.delivered) == ("succeeded", 3)
    assert sorted(Picture.objects.values_list("position", flat=True)) == [0, 1, 2]
    assert alice.credits() == 85


def test_who_watches_sees_each_picture_and_the_last_when_the_order_has_ended(
    alice, next_door
):
    heard = []

    in_studio(watched(running(alice), next_door, heard))

    assert sorted(position for position, _ in heard) == [0, 1, 2]
    assert [state for _, state in heard] == ["running", "running", "succeeded"]
    assert alice.credits() == 85


def test_an_order_is_seen_through_when_its_watcher_leaves(alice, next_door):
    generation = running(alice)

    assert in_studio(watched_for_one(generation, next_door))
    next_door.allowed = 3
    pictures_are(3)

    generation.refresh_from_db()
    assert generation.state == "succeeded"
    assert alice.credits() == 85


def test_who_watches_gets_what_was_painted_and_then_hears_why_some_is_missing(
    alice, next_door
):
    heard = []

    with pytest.raises(AllProvidersFailed):
        in_studio(watched(running(alice, "a boat [fault:odd-500]"), next_door, heard))

    assert len(heard) == 2
    assert alice.credits() == 90


def test_who_watches_an_order_that_fails_hears_only_why(alice, next_door):
    heard = []

    with pytest.raises(RefusedByModel):
        in_studio(watched(running(alice, "a boat [fault:refusal]"), next_door, heard))

    assert heard == []
    assert alice.credits() == 100


def test_an_order_that_was_put_back_is_painted_on_where_it_stopped(alice, next_door):
    generation = queued(alice)
    with painting(generation):
        next_door.allowed = 1
        pictures_are(1)
        background.stop(0)
    generation.refresh_from_db()
    assert (generation.state, generation.delivered) == ("queued", 1)

    next_door.forget()
    next_door.allowed = 99
    take_turn(queue_of(generation.lane))

    generation.refresh_from_db()
    assert (generation.state, generation.delivered) == ("succeeded", 3)
    assert len(next_door.asked) == 2
    assert alice.credits() == 85


def test_a_cancelled_order_keeps_what_was_painted_before_it_was_put_back(
    alice, next_door
):
    generation = queued(alice)
    with painting(generation):
        next_door.allowed = 1
        pictures_are(1)
        background.stop(0)

    assert in_studio(cancel(generation.id))

    generation.refresh_from_db()
    assert (generation.state, generation.delivered) == ("partially_succeeded", 1)
    assert alice.credits() == 95


def test_the_page_shows_each_picture_as_it_arrives(alice, client, next_door):
    client.force_login(alice.person)
    generation = queued(alice, by_hand=True)

    def seen(version):
        asked = {"run": f"{generation.id}~{version}"}
        return client.get(reverse("live"), asked).content.decode()

    with painting(generation):
        next_door.allowed = 1
        pictures_are(1)
        first = seen("nothing")
        next_door.allowed = 2
        pictures_are(2)
        second = seen(re.search('data-version="([^"]+)"', first)[1])
        next_door.allowed = 3

    assert (first.count("data-picture"), first.count("data-elapsed")) == (1, 2)
    assert (second.count("data-picture"), second.count("data-elapsed")) == (1, 0)
    assert f'data-run="{generation.id}"' in second
    assert (first.count(" arrive"), second.count(" arrive")) == (1, 1)
