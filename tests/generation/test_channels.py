"""Channels that an operator adds: kept secret, tried, used at once, and turned off."""

from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from playground.generation import channels
from playground.generation.health import board
from playground.generation.models import Attempt
from playground.generation.ways import ChannelRow, Health
from tests.api.test_fallback import ask
from tests.services.ports import wait_until
from tests.services.site import Client, running_site
from tests.upstreams.two_studios import two_studios


@pytest.fixture
def studios(books_db, settings, tmp_path):
    with two_studios(settings, tmp_path) as both:
        yield both


@pytest.fixture
def api(studios):
    with running_site() as site:
        yield Client(site.base_url)


def command(*words):
    out = StringIO()
    call_command("channels", *words, stdout=out)
    channels.forget()  # a command is a process of its own
    return out.getvalue()


@pytest.fixture
def spare(studios, tmp_path):
    """A second way to the left studio, as the right one's server."""
    secret = tmp_path / "secret"
    secret.write_text("sk-very-secret\n")
    where = ("--base-url", studios[1].url, "--local")
    command("add", "spare", "left", *where, "--secret-file", str(secret))


def test_a_credential_cannot_be_read_in_the_database_nor_in_the_list(spare):
    assert "very-secret" not in ChannelRow.objects.get().secret
    assert "spare  left" in command("list")
    assert "very-secret" not in command("list")


def test_an_order_goes_through_the_channel_with_its_credential(
    api, alice, studios, spare
):
    studios[0].fault = "500"
    for _ in range(2):
        answer = ask(api, alice, model="left/boat")
        assert answer.status_code == 200

    assert studios[1].asked[0].headers["authorization"] == "Bearer sk-very-secret"


def test_a_model_is_connected_by_a_channel_alone(api, alice, studios, spare, settings):
    settings.COMPATIBLE_SERVERS = {}
    command("off", "spare")
    assert ask(api, alice).json()["error"]["code"] == "model_not_connected"

    command("on", "spare")

    assert ask(api, alice).status_code == 200


@pytest.fixture
def limited(studios):
    """Add that second way once more: it goes first, and takes only so much."""

    def add(*limit):
        where = ("--base-url", studios[1].url, "--local", "--priority", "1")
        command("add", "spare", "left", *where, *limit)

    return add


def channels_asked():
    return list(Attempt.objects.order_by("id").values_list("channel", flat=True))


def test_a_channel_at_its_limit_a_minute_makes_way(api, alice, limited):
    limited("--per-minute", "1")

    first, second = (ask(api, alice, model="left/boat") for _ in range(2))

    assert (first.status_code, second.status_code) == (200, 200)
    assert channels_asked() == ["spare", "left"]
    assert not Health.objects.exists()


def test_a_channel_with_as_many_calls_as_it_takes_makes_way(
    api, alice, limited, studios
):
    limited("--concurrency", "1")
    studios[1].fault = "in-turn"

    with ThreadPoolExecutor(1) as callers:
        first = callers.submit(ask, api, alice, model="left/boat")
        wait_until(lambda: studios[1].asked, "the first call")
        second = ask(api, alice, model="left/boat")
        studios[1].allowed = 1

    assert (first.result().status_code, second.status_code) == (200, 200)
    assert channels_asked() == ["left", "spare"]  # as they ended


def test_a_channel_that_is_removed_takes_its_health_along(spare, studios):
    studios[1].fault = "500"
    with pytest.raises(CommandError):
        command("test", "spare", "--model", "boat")
    assert Health.objects.exists()

    command("remove", "spare")

    assert not ChannelRow.objects.exists()
    assert not Health.objects.exists()


def test_a_test_paints_one_picture_and_says_so(spare, studios):
    said = command("test", "spare")

    assert "left/boat: a png of 64x64" in said
    assert len(studios[1].asked) == 1


def test_a_test_that_fails_says_why(spare, studios):
    studios[1].fault = "401"

    with pytest.raises(CommandError):
        command("test", "spare")
    assert "misconfigured" in command("list")


def test_routing_can_be_seen_before_anybody_asks(spare, studios):
    studios[0].fault = "500"
    with pytest.raises(CommandError):
        command("test", "left")
    board.forget()

    lines = command("route", "boat").splitlines()

    assert "spare: well" in lines[0]
    assert "left: set back until" in lines[2]


@pytest.mark.parametrize(
    "words",
    [
        ("add", "left", "left"),
        ("add", "x", "nobody"),
        ("add", "x", "left", "--option", "nonsense"),
        ("add", "x", "left", "--weight", "-1"),
        ("test", "x"),
        ("off", "x"),
        ("route", "x"),
    ],
)
def test_what_cannot_be_is_said(studios, words):
    with pytest.raises(CommandError):
        command(*words)
