"""A blocked account orders nothing more, is told why, and loses nothing it has."""

import pytest

from accounts.blocking import block, unblock
from playground.generation.models import Generation
from playground.generation.studio import in_studio
from playground.generation.tasks import paint_if_queued
from tests.api.doors import DOORS, answered, knock
from tests.web.browsers import generate

pytestmark = pytest.mark.books
WHY = "Chargebacks on three payments."


@pytest.mark.parametrize("door", DOORS[:-1])
def test_every_door_says_why_it_is_closed(api, alice, carol, door):
    block(alice.account, WHY)

    refused = knock(door, api, alice)

    assert (refused.status, refused.code) == (403, "account_blocked")
    assert f"The operator has blocked this account: {WHY}" in refused.sentence
    assert not Generation.objects.exists()


def test_its_keys_open_nothing_and_others_everything(api, alice, carol):
    before = api.get("/v1/balance", as_=alice).status_code
    block(alice.account, WHY)

    shut = [api.get(path, as_=alice) for path in ("/v1/balance", "/v1/models")]
    shut.append(api.post("/mcp", as_=alice, jsonrpc="2.0", id=1, method="ping"))
    unblock(alice.account)

    assert [one.status_code for one in shut] == [403, 403, 403]
    assert before == api.get("/v1/balance", as_=alice).status_code == 200
    assert api.get("/v1/balance", as_=carol).status_code == 200


def test_what_is_under_way_is_finished_and_kept(api, alice):
    order = answered("async", api, alice, "a fox").json()["id"]
    block(alice.account, WHY)

    in_studio(paint_if_queued(order))

    assert Generation.objects.get(pk=order).state == "succeeded"
    assert alice.credits() == 99


def test_its_people_sign_in_see_why_and_cannot_order(client, alice, settings):
    settings.FREE_PICTURES_A_DAY = 0
    block(alice.account, WHY)
    signed_in = client.post(
        "/accounts/login/",
        {"login": alice.person.email, "password": "paint me a fox"},
        follow=True,
    )
    plain, part = generate(client, headers={}), generate(client)

    assert f"This account is blocked: {WHY}" in signed_in.text
    assert [plain.status_code, part.status_code] == [403, 422]
    assert "blocked this account" in part.text
    assert not Generation.objects.exists()
    assert "The account was blocked" in client.get("/console/activity").text


def test_a_blocked_guest_is_told_so(client, books_db):
    generate(client, n="1", resolution="0.5K", quoted="0")
    guest = Generation.objects.get().account
    block(guest, WHY)

    answer = generate(client, n="1", resolution="0.5K", quoted="0")

    assert answer.status_code == 422 and WHY in answer.text
    assert Generation.objects.count() == 1
