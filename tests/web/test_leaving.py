"""One's own data: taken along as a file, and deleted with all that follows."""

import asyncio
import csv
import io
import json
import zipfile

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from accounts.activity import OPERATOR
from accounts.issuing import issue_key
from accounts.models import Account, Activity, ApiKey, Person
from accounts.roles import Role
from accounts.teams import open_team
from billing.models import Transfer
from playground.arena.voters import of_person
from playground.gallery.tasks import forget_account, forget_forsaken
from playground.generation.models import Generation, Picture
from tests.arena.duels import a_challenge, entries_for, votes
from tests.cast import join
from tests.letters import posted
from tests.web.orders import (
    a_painted_picture_of,
    a_payment_on_its_way,
    a_picture_of,
    an_order,
)
from tests.web.test_signin import sign_in
from tests.web.test_teams import acting
from tests.web.test_ways_in import prove

DELETE, EXPORT = "/accounts/data/delete", "/accounts/data/export"
SURE = {"typed_email": "Alice@example.com"}


@pytest.fixture
def team(alice):
    return open_team("Foxes", alice.person, OPERATOR)


@pytest.fixture
def proven(client, alice):
    """Alice's browser, in which she has just said once more who she is."""
    sign_in(client, "alice@example.com")
    prove(client)
    return client


def unpacked(answer):
    async def read():
        return b"".join([piece async for piece in answer.streaming_content])

    return zipfile.ZipFile(io.BytesIO(asyncio.run(read())))


def rows(archive, name):
    return list(csv.DictReader(io.StringIO(archive.read(name).decode())))


def test_both_ask_once_more_who_it_is(client, alice):
    sign_in(client, "alice@example.com")
    for path in (DELETE, EXPORT):
        answer = client.get(path)
        assert answer.headers["location"].startswith("/accounts/reauthenticate/")


def test_everything_comes_along_in_one_file(proven, alice, team, carol):
    order = an_order(alice.account, credits=3, prompt="=a fox")
    picture = a_painted_picture_of(order)
    an_order(team, person=alice.person, prompt="in the team")
    an_order(team, person=carol.person, prompt="carol's")
    an_order(carol.account, prompt="carol's own")
    first, second, _ = entries_for(alice.account, a_challenge())
    voter = of_person(alice.person.pk, "n").id
    votes(first, second, "left", 1, voter=voter, is_guest=False)
    votes(first, second, "tie", 1)
    archive = unpacked(proven.get(EXPORT))
    assert archive.testzip() is None
    assert [one["choice"] for one in rows(archive, "votes.csv")] == ["left"]
    profile = json.loads(archive.read("profile.json"))
    assert profile["addresses"] == [
        {"email": "alice@example.com", "confirmed": True, "main": True}
    ]
    places = {(one["name"], one["role"]) for one in rows(archive, "memberships.csv")}
    assert places == {("", "owner"), ("Foxes", "owner")}
    asked = {one["prompt"] for one in rows(archive, "generations.csv")}
    assert asked == {"'=a fox", "in the team", "a fox"}
    [line] = rows(archive, "statement.csv")
    assert (line["kind"], line["credits"]) == ("grant", "100.000000")
    assert [one["name"] for one in rows(archive, "keys.csv")] == ["alice's key"]
    assert rows(archive, "activity.csv")
    pictures = [name for name in archive.namelist() if name.startswith("pictures/")]
    assert len(pictures) == 4 and any(picture.pk in name for name in pictures)
    assert alice.secret not in str([archive.read(one) for one in archive.namelist()])


def test_an_account_is_deleted_and_its_books_stay(proven, alice):
    key = alice.account.keys.get()
    order = an_order(alice.account, prompt="a secret fox")
    default_storage.save("gone.png", ContentFile(b"pixels"))
    picture = a_picture_of(order)
    Picture.objects.filter(pk=picture.pk).update(file="gone.png")
    page = proven.get(DELETE).text
    assert "100 credits that are left; they are not paid back" in page
    wrong = proven.post(DELETE, {"typed_email": "bob@example.com"})
    assert "That is not your address." in wrong.text
    page = proven.post(DELETE, SURE, follow=True)
    assert "Your account is deleted." in page.text
    assert not page.context["user"].is_authenticated
    assert not Person.objects.filter(pk=alice.person.pk).exists()
    key.refresh_from_db()
    assert key.revoked_at
    forget_account(alice.account.pk)
    order.refresh_from_db()
    assert (order.prompt, order.pictures.count()) == ("", 0)
    assert not default_storage.exists("gone.png")
    account = Account.objects.get(pk=alice.account.pk)
    assert (account.name, account.closed_at is not None) == ("", True)
    assert Transfer.objects.filter(wallet=account.pk).count() == 1
    assert [one.subject for one in posted()][-1] == "Your account was deleted"
    assert not sign_in(Client(), "alice@example.com").context["user"].is_authenticated


def test_an_account_that_is_being_paid_for_stays_until_it_has_its_credits(
    proven, alice
):
    payment = a_payment_on_its_way(alice.account)
    refused = proven.post(DELETE, SURE)
    assert "A payment is on its way. Wait until its credits are here" in refused.text
    assert Person.objects.filter(pk=alice.person.pk).exists()
    payment.status = "expired"
    payment.save()
    assert "Your account is deleted." in proven.post(DELETE, SURE, follow=True).text


def test_a_team_that_others_need_is_not_left_without_an_owner(proven, alice, team, bob):
    join(team, bob.person, Role.ADMIN)
    assert "Make somebody else an owner of Foxes" in proven.get(DELETE).text
    assert proven.post(DELETE, SURE).status_code == 422
    assert Person.objects.filter(pk=alice.person.pk).exists()
    assert ApiKey.objects.get(account=alice.account).revoked_at is None


def test_who_leaves_takes_private_pictures_out_of_the_team(proven, alice, team, bob):
    join(team, bob.person, Role.OWNER)
    key, _ = issue_key(team, name="newsletter", person=alice.person)
    private = an_order(team, person=alice.person, prompt="private")
    shared = an_order(team, person=alice.person, shared_at=timezone.now())
    called = an_order(team, lane="api", prompt="called")
    proven.post(DELETE, SURE)
    forget_forsaken()
    prompts = Generation.objects.filter(account=team).values_list("pk", "prompt")
    assert dict(prompts) == {private.pk: "", shared.pk: "a fox", called.pk: "called"}
    key.refresh_from_db()
    assert key.revoked_at is None and key.made_by is None
    log = acting(Client(), bob.person, team).get("/console/activity").text
    assert "somebody who left Easel" in log
    assert "alice@example.com" not in log
    assert not Activity.objects.filter(person_id=alice.person.pk, kind="sign_in.done")


def test_an_order_that_is_being_painted_is_purged_once_it_is_done(proven, alice):
    order = an_order(alice.account, state="running", delivered=0)
    proven.post(DELETE, SURE)
    forget_account(alice.account.pk)
    Generation.objects.filter(pk=order.pk).update(state="succeeded")
    forget_forsaken()
    order.refresh_from_db()
    assert order.prompt == ""


def test_a_profile_says_how_easel_looks_and_listens(proven, alice):
    facts = {"name": "Alice L.", "theme": "dark", "language": "en"}
    page = proven.post("/accounts/profile/", facts, follow=True).text
    assert 'data-theme="dark"' in page and 'data-letters="off"' in page
    assert "Saved." in page
    person = Person.objects.get(pk=alice.person.pk)
    assert (person.name, person.has_single_keys) == ("Alice L.", False)
    assert proven.post("/accounts/profile/", {"theme": "pink"}).status_code == 422
