"""A team is closed by an owner who has read what ends with it."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts.activity import OPERATOR
from accounts.issuing import issue_key
from accounts.models import Account
from accounts.roles import Role
from accounts.teams import open_team
from billing.ledger import MICRO, credit, wallet_of
from billing.models import StripePayment
from playground.gallery.tasks import forget_account
from playground.generation.models import Generation
from tests.cast import join
from tests.letters import posted
from tests.web.orders import a_payment_on_its_way, an_order
from tests.web.test_teams import acting
from tests.web.test_ways_in import prove

CLOSE = "/console/settings/close"
SURE = {"typed_name": "Foxes"}


@pytest.fixture
def team(alice):
    team = open_team("Foxes", alice.person, OPERATOR)
    credit(team.pk, 70 * MICRO, kind="grant", key="grant:foxes")
    return team


@pytest.fixture
def chief(client, alice, team):
    """Alice's browser, which acts for the team and has just said who she is."""
    acting(client, alice.person, team)
    prove(client)
    return client


def test_it_says_what_ends_asks_for_the_name_and_ends_it_for_all(chief, team, bob):
    join(team, bob.person, Role.VIEWER)
    key, _ = issue_key(team, name="newsletter")
    shared = an_order(team, prompt="a shared fox", shared_at=timezone.now())
    theirs = acting(Client(), bob.person, team)
    page = chief.get(CLOSE).text
    assert "1 other member loses access" in page and "<b>newsletter</b>" in page
    assert "70 credits that are left; they are not paid back" in page
    wrong = chief.post(CLOSE, {"typed_name": "foxes"})
    assert (wrong.status_code, "not the name of this team" in wrong.text) == (422, True)
    page = chief.post(CLOSE, SURE, follow=True)
    assert "Foxes is closed." in page.text
    assert page.context["account"]().kind == "personal"
    assert theirs.get("/console/usage").context["account"]() == bob.account
    key.refresh_from_db()
    assert key.revoked_at and wallet_of(team.pk).frozen
    letters = [one for one in posted() if one.subject == "Foxes was closed"]
    assert [one.to[0] for one in letters] == ["alice@example.com", "bob@example.com"]
    assert "alice@example.com closed the team Foxes" in letters[1].body
    told = "A team was closed"
    assert told in chief.get("/console/activity").text
    assert told in theirs.get("/console/activity").text
    forget_account(team.pk)
    assert Generation.objects.get(pk=shared.pk).prompt == ""
    closed = Account.objects.get(pk=team.pk)
    assert closed.closed_at and not closed.memberships.exists()


def test_it_stays_open_while_money_is_held_or_on_its_way(chief, team, api):
    _, secret = issue_key(team, name="newsletter")
    api.post("/v1/async/images/generations", as_=secret, prompt="a fox")
    assert "Credits are held for pictures" in chief.get(CLOSE).text
    refused = chief.post(CLOSE, SURE)
    assert refused.status_code == 422
    assert refused.text.count("Credits are held for pictures") == 2
    order = Generation.objects.get()
    api.post(f"/v1/tasks/{order.pk}/cancel", as_=secret)
    a_payment_on_its_way(team)
    assert "A payment is on its way." in chief.post(CLOSE, SURE).text
    StripePayment.objects.update(status="expired")
    assert "Foxes is closed." in chief.post(CLOSE, SURE, follow=True).text


def test_it_is_asked_once_more_who_it_is(client, alice, team):
    answer = acting(client, alice.person, team).post(CLOSE, SURE)
    assert answer.headers["location"].startswith("/accounts/reauthenticate/")
    assert Account.objects.get(pk=team.pk).closed_at is None


def test_ones_own_account_is_deleted_elsewhere(client, alice):
    client.force_login(alice.person)
    prove(client)
    assert client.get(CLOSE).headers["location"] == "/accounts/data/delete"
