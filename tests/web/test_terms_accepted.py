"""Whoever has an account has accepted the terms, and a changed version asks again."""

import pytest

from accounts.models import Acceptance, Person
from playground.generation.models import Generation
from tests.web.browsers import generate
from tests.web.test_signin import NEW_PASSWORD, sign_in, sign_up


def accepted(person):
    rows = Acceptance.objects.filter(person=person, paper="terms").order_by("pk")
    return [one.version for one in rows]


@pytest.fixture
def asked(client, alice, settings):
    """Alice signs in after the terms have changed."""
    settings.TERMS_VERSION = "2027-01"
    settings.FREE_PICTURES_A_DAY = 0
    return sign_in(client, alice.person.email)


def test_signing_up_accepts_the_terms_as_they_stand(client, books_db, settings):
    assert "you accept the" in client.get("/accounts/signup/").text
    sign_up(client)

    row = Acceptance.objects.get(person=Person.objects.get())
    assert (row.paper, len(row.version)) == ("terms", 16)
    assert row.at and client.session.get("terms_due") is None
    assert NEW_PASSWORD not in str(row.__dict__)


def test_whoever_knows_them_is_not_asked_again(client, alice):
    page = sign_in(client, alice.person.email)

    assert page.request["PATH_INFO"] == "/"
    assert client.get("/console/keys").status_code == 200


def test_a_changed_version_asks_at_the_next_sign_in(client, alice, asked):
    assert "These terms are new to you" in asked.text
    first = accepted(alice.person)

    page = client.post("/accounts/terms/", {"next": "/console/keys"}, follow=True)

    assert page.request["PATH_INFO"] == "/console/keys"
    assert accepted(alice.person) == [*first, "2027-01"]
    assert generate(client).status_code == 200


def test_until_then_nothing_is_ordered_and_the_console_waits(client, alice, asked):
    keys = client.get("/console/keys")
    refused = generate(client)

    assert keys.headers["Location"] == "/accounts/terms/?next=/console/keys"
    assert (refused.status_code, Generation.objects.count()) == (422, 0)
    assert "accept them first" in refused.text


def test_leaving_needs_no_terms(client, alice, asked):
    leaving = client.get("/accounts/data/delete").headers["Location"]

    assert client.get("/accounts/data/").status_code == 200
    assert leaving.startswith("/accounts/reauthenticate/")  # as always, and no terms
    assert client.post("/accounts/logout/").status_code == 302


def test_accepting_leads_to_no_stranger(client, alice, asked):
    page = client.post("/accounts/terms/", {"next": "https://evil.example/"})

    assert page.headers["Location"] == "/"
