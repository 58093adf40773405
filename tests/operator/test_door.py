"""The operators' door: who comes in, who sets up a second step first, and what is noted."""

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.core.management import call_command

from accounts import deeds
from accounts.models import Person, StaffDeed
from accounts.staff import StaffRole
from accounts.staffing import appoint
from playground.generation.ways import ChannelRow
from tests.cast import PASSWORD
from tests.web.streamed import whole


@pytest.fixture
def admin(client, alice):
    appoint(alice.person, StaffRole.ADMIN)
    client.force_login(alice.person)
    return client


def test_staff_without_a_second_step_set_one_up_and_come_back(admin, alice, settings):
    settings.STAFF_TWO_FACTOR = True
    wanted = "/operator/log?action=channel.added"
    sent = admin.get(wanted, follow=True)
    assert sent.redirect_chain == [("/accounts/2fa/", 302)]
    assert "whoever opens them signs in with a second step" in sent.text

    TOTP.activate(alice.person, "A" * 32)
    assert f'href="{wanted}"' in admin.get("/accounts/2fa/").text
    assert admin.get(wanted).status_code == 200
    assert wanted not in admin.get("/accounts/2fa/").text


def test_a_change_is_not_made_without_a_second_step(admin, bob, settings):
    settings.STAFF_TWO_FACTOR = True
    answer = admin.post("/operator/staff", {"email": bob.person.email, "role": "admin"})

    assert answer.headers["Location"] == "/accounts/2fa/"
    assert not Person.objects.get(pk=bob.person.pk).is_staff


def test_a_role_that_does_not_open_a_page_is_told_which_does(client, bob):
    appoint(bob.person, StaffRole.SUPPORT)
    client.force_login(bob.person)

    page = client.get("/operator/channels")

    assert page.status_code == 403
    assert "needs one of these staff roles: Admin" in page.text
    assert client.get("/operator/", follow=True).status_code == 200
    assert (
        client.post("/operator/staff", {"email": bob.person.email}).status_code == 403
    )


def test_an_admin_makes_somebody_staff_and_it_is_in_the_log(admin, alice, bob):
    said = {"email": "Bob@example.com", "role": "finance"}
    made = admin.post("/operator/staff", said, follow=True)
    last = admin.post("/operator/staff", {"email": alice.person.email, "role": "none"})
    log = admin.get(f"/operator/log?subject={bob.person.pk}&action=staff.appointed")
    none = admin.get("/operator/log?action=channel.added")

    assert "bob@example.com is staff now: Finance." in made.text
    assert "This is the last admin" in last.text and last.status_code == 422
    assert "alice@example.com" in log.text and "finance" in log.text
    assert "Nothing fits this filter" in none.text


def test_the_log_is_a_spreadsheet_too(admin, alice):
    for number in range(3):
        about = deeds.Subject("channel", f"way-{number}")
        deeds.record(alice.person, "channel.added", subject=about, reason="=1+1")
    sheet = whole(admin.get("/operator/log.csv?subject=way-1"))

    lines = sheet.splitlines()
    assert lines[0].startswith("time,who,role,action")
    assert len(lines) == 2
    assert "alice@example.com,admin,channel.added,channel,way-1,'=1+1" in lines[1]


def test_a_channels_deeds_hold_what_changed_and_never_its_credential(admin, alice):
    said = {"name": "spare", "provider": "openai", "secret": "sk-first", "weight": "1"}
    said |= {"priority": "0", "is_on": "on"}
    admin.post("/operator/channels/new", said)
    row = ChannelRow.objects.get()
    admin.post(f"/operator/channels/{row.pk}", said | {"weight": "3", "secret": "sk-2"})
    admin.post(f"/operator/channels/{row.pk}/switch", {"is_on": ""})
    admin.post(f"/operator/channels/{row.pk}/remove")

    rows = StaffDeed.objects.filter(subject_id="spare").order_by("pk")
    assert [one.action for one in rows] == [
        *("channel.added", "channel.changed", "channel.off", "channel.removed")
    ]
    assert {one.person_id for one in rows} == {alice.person.pk}
    assert rows[1].before == {"weight": 1, "credential": "stored"}
    assert rows[1].after == {"weight": 3, "credential": "replaced"}
    assert "sk-" not in str(list(rows.values("before", "after", "reason")))


def test_the_first_admin_is_made_by_a_command(client, books_db):
    call_command("easel_account", "chief@example.com", "--staff", "admin")
    chief = Person.objects.get(email="chief@example.com")
    chief.set_password(PASSWORD)
    chief.save()
    client.post("/accounts/login/", {"login": chief.email, "password": PASSWORD})

    assert client.get("/operator/staff").status_code == 200
