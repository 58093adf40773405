"""What /status tells: measured, recorded, or said by an operator, and nothing else."""

import json
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from accounts.staff import StaffRole
from accounts.staffing import appoint
from playground.generation.rolling import catch_up
from playground.trust import looking
from playground.trust.board import OF_LOOKS, OF_TRIES, letters
from playground.trust.models import Component, ComponentDay, Echo, Health, Look
from playground.trust.tasks import answer
from tests.generation.orders import an_order

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def looked_every_minute(settings):
    settings.STATUS_SECONDS = 60


@pytest.fixture
def console(client, alice):
    appoint(alice.person, StaffRole.ADMIN)
    client.force_login(alice.person)
    return client


def states():
    return {one.component: one.health for one in Look.objects.all()}


def looks(component):
    found = ComponentDay.objects.filter(component=component).order_by("day")
    return [(one.good, one.slow, one.down) for one in found]


@pytest.mark.parametrize(
    ("good", "whole", "scale", "drawn"),
    [
        ([19, 20, 19, 16, 15], [20] * 5, OF_TRIES, "gggwb"),
        ([19, 0], [19, 0], OF_TRIES, "nn"),
        ([1, 199, 96, 0], [1, 200, 100, 1], OF_LOOKS, "ggwb"),
    ],
)
def test_a_bar_is_as_honest_as_its_samples(good, whole, scale, drawn):
    assert letters(good, whole, scale) == drawn


def test_every_part_is_looked_at_once_a_minute_by_whoever_comes_first(books_db):
    assert looking.look_around(NOON, [])
    assert not looking.look_around(NOON + MINUTE / 2, [])
    answer(NOON.isoformat())
    Echo.objects.update(answered_at=NOON + timedelta(seconds=1))
    assert looking.look_around(NOON + MINUTE, [])

    assert states() == dict.fromkeys(Component.values, Health.GOOD)
    assert [looks(name) for name in ("web", "worker")] == [[(2, 0, 0)], [(1, 0, 0)]]


def test_a_worker_that_does_not_answer_is_down(books_db):
    for minute in range(3):
        looking.look_around(NOON + minute * MINUTE, [])

    assert states()[Component.WORKER] == Health.DOWN
    assert looks(Component.WORKER) == [(0, 0, 2)]


def test_what_was_down_is_down(books_db, settings, tmp_path):
    nowhere = tmp_path / "a file"
    nowhere.write_text("")
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(nowhere)},
        }
    }
    looking.look_around(NOON, [])

    assert states()[Component.STORAGE] == Health.DOWN
    assert states()[Component.DATABASE] == Health.GOOD


def test_the_hours_in_which_easel_did_not_run_count_against_it(books_db):
    looking.look_around(NOON, [])
    looking.look_around(NOON + timedelta(hours=24), [])

    assert looks(Component.WEB) == [(1, 0, 719), (1, 0, 720)]
    assert looks(Component.DATABASE) == [(1, 0, 0), (1, 0, 0)]


def test_a_database_that_was_away_is_told_when_it_is_back(books_db):
    away = [NOON.date()] * 10
    looking.look_around(NOON, [])
    looking.look_around(NOON + 11 * MINUTE, away)

    assert looks(Component.DATABASE) == [(2, 0, 10)]
    assert looks(Component.WEB) == [(2, 0, 0)]


def test_uptime_is_told_of_each_model_and_provider_and_only_with_enough_samples(
    client, alice
):
    now = timezone.now()
    for place in range(20):
        outcome = "broken" if place < 2 else "succeeded"
        an_order(alice.account, now, tries=[{"provider": "openai", "outcome": outcome}])
    an_order(alice.account, now, tries=[{"provider": "fal"}])
    catch_up()

    told = json.loads(client.get("/status.json").content)

    (model,) = told["models"]
    uptimes = {one["id"]: one["uptime"] for one in model["providers"]}
    assert uptimes == {"fal": None, "openai": 0.9}
    assert model["days"] == "n" * 89 + "w"
    page = client.get("/status").text
    assert "90 %" in page and "not enough data" in page and "demo data" not in page


def test_an_operator_tells_of_an_incident_and_everybody_can_follow_it(console, client):
    said = {"title": "fal is slow", "impact": "slow", "state": "investigating"}
    said |= {"affected": ["provider:fal", "component:queue"], "words": "We look at it."}
    console.post("/operator/incidents/new", said)
    client.logout()
    during = client.get("/status").text
    (incident,) = json.loads(client.get("/status.json").content)["incidents"]

    assert "Painting, with trouble" in during and "We look at it." in during
    assert incident["affected_names"] == ["fal", "Queue"]
    assert client.get(f"/operator/incidents/{incident['id']}").status_code == 302


def test_an_incident_that_is_over_stands_among_the_past_ones_and_in_the_feed(console):
    said = {"title": "fal is <slow>", "impact": "slow", "state": "investigating"}
    console.post("/operator/incidents/new", said | {"words": "We look at it."})
    (begun,) = json.loads(console.get("/status.json").content)["incidents"]
    over = said | {"state": "resolved", "words": "It is fast again."}
    console.post(f"/operator/incidents/{begun['id']}", over)

    page = console.get("/status").text
    feed = ElementTree.fromstring(console.get("/status/feed.atom").content)
    entry = feed.find("{http://www.w3.org/2005/Atom}entry")
    author = feed.find("{http://www.w3.org/2005/Atom}author")
    told = [child.text or "" for child in entry]
    assert page.index("Past incidents") < page.index("fal is &lt;slow&gt;")
    assert author is not None and author[0].text == "Easel"
    assert "fal is <slow> (Resolved)" in told
    assert any("It is fast again." in text and "We look" in text for text in told)


def test_an_incident_without_words_is_not_published(console):
    answer = console.post("/operator/incidents/new", {"title": "x", "impact": "slow"})

    assert answer.status_code == 422
    assert json.loads(console.get("/status.json").content)["incidents"] == []


def test_a_balancer_hears_whether_to_send_anybody(api, books_db):
    ready = api.get("/readyz")
    Look.objects.create(
        component=Component.STORAGE, health=Health.DOWN, looked_at=timezone.now()
    )
    ill = api.get("/readyz")

    assert (ready.status_code, ready.json()["status"]) == (200, "ready")
    assert (ill.status_code, ill.json()["wrong"]) == (503, ["storage"])


def test_status_is_told_while_the_database_is_away(client, books_db):
    def away(*_):
        raise OperationalError("the database is away")

    with connection.execute_wrapper(away):
        page, told = client.get("/status"), client.get("/status.json")

    assert (page.status_code, told.status_code) == (503, 503)
    assert "The database is down" in page.text
    assert told.json()["components"] == [{"id": "database", "state": "down"}]
