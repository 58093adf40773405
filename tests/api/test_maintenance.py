"""While Easel is worked on no new orders are taken, and nothing that was is lost."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from playground.generation import draining
from playground.generation.gates import Closure
from playground.generation.mirror import Mirror
from playground.generation.models import Generation
from playground.generation.studio import in_studio
from playground.generation.tasks import paint_if_queued
from tests.api.doors import DOORS, FOX, knock
from tests.services.ports import wait_until
from tests.web.browsers import generate

pytestmark = pytest.mark.books


@pytest.mark.parametrize("door", DOORS)
def test_no_door_takes_a_new_order_while_easel_is_worked_on(api, alice, door):
    draining.close("An upgrade.", timezone.now() + timedelta(seconds=900))

    refused = knock(door, api, alice)

    assert refused.status in (503, 0)
    assert refused.code in ("maintenance", "")
    assert "takes no new orders just now" in refused.sentence
    assert "An upgrade." in refused.sentence
    assert refused.wait is None or 600 < int(refused.wait) <= 900
    assert alice.credits() == 100 and not Generation.objects.exists()


def test_nor_does_the_playground_and_every_page_says_so(client, alice, settings):
    settings.FREE_PICTURES_A_DAY = 0
    client.force_login(alice.person)
    draining.close("An upgrade.")

    answer = generate(client)

    assert answer.status_code == 503
    assert "takes no new orders just now" in answer.text
    assert "No new pictures just now" in client.get("/models").text
    draining.open_again()
    assert "No new pictures just now" not in client.get("/models").text


def test_what_was_taken_before_is_painted_and_can_be_fetched(api, alice):
    order = api.post(
        "/v1/async/images/generations", as_=alice, prompt="a fox", **FOX
    ).json()["id"]
    draining.close()
    assert [one.queued for one in draining.under_way() if one.lane == "api"] == [1]

    in_studio(paint_if_queued(order))

    assert api.get(f"/v1/tasks/{order}", as_=alice).json()["status"] == "succeeded"
    assert draining.left() == 0
    assert api.get("/readyz").json() == {"status": "draining", "wrong": []}


def test_other_processes_know_within_two_seconds_even_the_ones_that_slept(api, alice):
    assert knock("openai", api, alice).status == 200

    Closure.objects.create()  # as another process does

    wait_until(lambda: knock("openai", api, alice).status == 503, "it", seconds=2)
    Closure.objects.all().delete()
    wait_until(lambda: knock("openai", api, alice).status == 200, "it", seconds=2)


def test_whoever_asks_after_a_while_is_not_told_old_news():
    now, said = [1000.0], ["open"]
    mirror = Mirror(
        lambda: said[0], str, clock=lambda: now[0], seconds=0.5, oldest_seconds=1
    )
    assert mirror() == "open"

    said[0], now[0] = "closed", now[0] + 3600

    assert mirror() == "closed"


def test_a_script_drains_waits_and_opens_again(api, alice, capsys):
    order = api.post(
        "/v1/async/images/generations", as_=alice, prompt="a fox", **FOX
    ).json()["id"]

    with pytest.raises(SystemExit, match="1"):
        call_command("drain", "--wait", "--timeout", "0.1")
    assert knock("openai", api, alice).code == "maintenance"
    in_studio(paint_if_queued(order))
    call_command("drain", "--wait")
    call_command("drain", "--off")

    assert "Nothing is under way." in capsys.readouterr().out
    assert knock("openai", api, alice).status == 200
