"""Rows: every table that is worth looking at opens, few change, and each change is noted."""

import re

import pytest
from django.urls import reverse

from accounts.models import AccessGroup, ApiKey, Person, StaffDeed
from accounts.staff import StaffRole
from accounts.staffing import appoint
from billing.models import Transfer
from playground.generation.ways import ChannelRow
from playground.web.operator.rows.tables import TABLES
from tests.web.charged import a_charged_order

HERE = "/operator/rows/"
pytestmark = pytest.mark.books


@pytest.fixture
def admin(client, alice):
    appoint(alice.person, StaffRole.ADMIN)
    client.force_login(alice.person)
    return client


def flat(page):
    return re.sub(r">\s+|\s+<", lambda found: found[0].strip(), page)


def address(model, step, *which):
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_{step}"
    return reverse(name, args=which)


def test_rows_are_for_admins_behind_the_same_door(client, admin, alice, bob, settings):
    assert admin.get(HERE).status_code == 200
    settings.STAFF_TWO_FACTOR = True
    unlocked = admin.get(HERE)
    settings.STAFF_TWO_FACTOR = False
    appoint(bob.person, StaffRole.ADMIN)
    appoint(alice.person, StaffRole.FINANCE)

    assert unlocked.headers["Location"] == "/accounts/2fa/"
    assert client.get(HERE).status_code == 403
    client.logout()
    assert client.get(HERE).headers["Location"].startswith("/accounts/login/")


def test_every_table_and_a_row_of_it_opens(admin, alice):
    a_charged_order(alice.account, credits=6)
    lists = [admin.get(address(one.model, "changelist")) for one in TABLES]
    rows = [(one.model, one.model.objects.first()) for one in TABLES]
    shown = [admin.get(address(model, "change", row.pk)) for model, row in rows if row]
    found = [
        admin.get(address(one.model, "changelist"), {"q": "x"})
        for one in TABLES
        if one.find
    ]

    assert {page.status_code for page in (*lists, *shown, *found)} == {200}
    assert len(shown) > 10
    index = admin.get(HERE).text
    assert all(f">{one}<" in flat(index) for one in ("Activities", "Entries", "People"))
    named = [str(one.model._meta.verbose_name_plural) for one in TABLES]
    assert [name for name in named if re.search("[^aeiou]ys$|ss$|ths$", name)] == []


def test_no_secret_is_in_a_row(admin, alice):
    key = ApiKey.objects.get(account=alice.account)
    way = ChannelRow.objects.create(name="w", provider="openai", secret="sealed-text")
    pages = [
        admin.get(address(type(row), "change", row.pk)).text
        for row in (key, way, alice.person)
    ]

    assert key.prefix in pages[0] and "w" in pages[1]
    assert not any(
        text in "".join(pages)
        for text in (key.digest, "sealed-text", alice.person.password)
    )


def test_a_change_is_in_the_log_with_how_it_stood_before(admin, alice, bob):
    there = address(Person, "change", bob.person.pk)
    same = {"name": bob.person.name, "language": ""}
    admin.post(there, same)
    admin.post(there, {"name": "Robert", "language": "", "is_superuser": "on"})

    person = Person.objects.get(pk=bob.person.pk)
    deed = StaffDeed.objects.get(action="row.changed")
    assert (person.name, person.is_superuser) == ("Robert", False)
    assert (deed.before, deed.after) == ({"name": "Bob"}, {"name": "Robert"})
    assert (deed.subject_kind, deed.subject_id) == ("person", str(bob.person.pk))
    assert deed.person_id == alice.person.pk


@pytest.mark.parametrize("model", [Transfer, StaffDeed, AccessGroup])
def test_what_only_happens_is_not_edited_added_or_deleted(admin, alice, model):
    row = model.objects.order_by("pk").first()
    steps = [
        address(model, "change", row.pk),
        address(model, "delete", row.pk),
        address(model, "add"),
    ]

    assert [admin.post(one, {"post": "yes"}).status_code for one in steps] == [403] * 3


def test_only_rows_have_the_looser_policy(admin):
    looser = admin.get(HERE).headers["Content-Security-Policy"]
    usual = admin.get("/operator/log").headers["Content-Security-Policy"]

    assert "script-src 'self' 'unsafe-eval';" in looser
    assert "script-src 'self';" in usual and "unsafe" not in usual
    assert (
        "default-src 'none'" in looser
        and "'unsafe-inline'" not in looser.split("style-src")[0]
    )
