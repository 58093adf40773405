"""Teams: made, joined by invitation, left; whose pictures are whose in them."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.activity import OPERATOR
from accounts.issuing import issue_key
from accounts.models import Activity, Deed, Invitation, Membership
from accounts.roles import Role
from accounts.teams import open_team
from tests.cast import join
from tests.letters import posted
from tests.web.orders import a_picture_of, an_order
from tests.web.streamed import whole
from tests.web.test_signin import NEW_PASSWORD, credits_of, sign_in


@pytest.fixture
def team(alice):
    return open_team("Foxes", alice.person, OPERATOR)


@pytest.fixture
def chief(client, team, alice):
    """Alice's browser, in which she acts for the team."""
    return acting(client, alice.person, team)


def acting(browser, person, account):
    browser.force_login(person)
    browser.post("/accounts/switch", {"account": account.pk})
    return browser


def invite(chief, email, role="developer"):
    facts = {"email": email, "role": role}
    return chief.post("/console/members/invite", facts, follow=True)


def link_in(mail):
    return re.search(r"http://\S+?(/invitations/\S+)", mail.body).group(1)


def deeds(account):
    rows = Activity.objects.filter(account=account).order_by("pk")
    return [(row.kind, row.subject) for row in rows]


def test_a_team_is_made_and_worked_in(client, alice):
    sign_in(client, "alice@example.com")
    page = client.post("/accounts/teams/", {"name": "Foxes"}, follow=True)
    assert "Foxes is open. Invite somebody." in page.text
    assert page.context["account"]().name == "Foxes"
    assert "<b>0</b> credits" in page.text
    client.post("/accounts/switch", {"account": alice.account.pk, "next": "/"})
    assert "<b>100</b> credits" in client.get("/").text


def test_somebody_with_an_account_accepts_an_invitation(chief, team, bob):
    assert "We wrote to bob@example.com." in invite(chief, "Bob@example.com").text
    link = link_in(posted()[0])
    theirs = Client()
    assert "Create an account" in theirs.get(link).text
    sign_in(theirs, "bob@example.com")
    assert "invites bob@example.com, as: Developer" in theirs.get(link).text
    page = theirs.post(link, follow=True)
    assert "You belong to Foxes now." in page.text
    assert page.context["account"]() == team
    assert Membership.objects.get(account=team, person=bob.person).role == "developer"
    told = [one for one in posted() if one.subject == "bob@example.com joined Foxes"]
    assert [one.to for one in told] == [["alice@example.com"]]
    assert theirs.get(link).status_code == 404


def test_a_newcomer_signs_up_by_the_invitation_and_confirms_nothing(chief, team):
    invite(chief, "ada@example.com", "viewer")
    link = link_in(posted()[0])
    theirs = Client()
    theirs.get(link)
    facts = {"email": "ada@example.com", "password1": NEW_PASSWORD, "next": link}
    page = theirs.post("/accounts/signup/", facts, follow=True)
    assert page.redirect_chain[-1][0] == link
    theirs.post(link)
    assert team.people.filter(email="ada@example.com").exists()
    assert credits_of("ada@example.com") == 50


def test_an_invitation_is_for_the_address_it_was_sent_to(chief, team, carol):
    invite(chief, "bob@example.com")
    link = link_in(posted()[0])
    theirs = Client()
    sign_in(theirs, "carol@example.com")
    assert "You are signed in as carol@example.com" in theirs.get(link).text
    assert (
        "This invitation is for bob@example.com." in theirs.post(link, follow=True).text
    )
    assert not team.people.filter(pk=carol.person.pk).exists()


def test_an_invitation_ends_when_it_is_old_or_taken_back(chief, team, bob):
    invite(chief, "bob@example.com")
    link = link_in(posted()[0])
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert chief.get(link).status_code == 404
    assert "expired" in chief.get("/console/members").text
    Invitation.objects.update(sent_at=timezone.now() - timedelta(hours=1))
    one = Invitation.objects.get()
    chief.post(f"/console/invitations/{one.pk}", {"do": "resend"})
    anew = link_in(posted()[1])
    assert (chief.get(link).status_code, chief.get(anew).status_code) == (404, 200)
    chief.post(f"/console/invitations/{one.pk}", {"do": "revoke"})
    assert chief.get(anew).status_code == 404
    assert deeds(team)[1:] == [
        (Deed.MEMBER_INVITED, "bob@example.com"),
        (Deed.INVITATION_RESENT, "bob@example.com"),
        (Deed.INVITATION_REVOKED, "bob@example.com"),
    ]


def test_invitations_are_not_for_bulk_mail(chief, settings):
    settings.INVITATIONS_A_DAY = 2
    pages = [invite(chief, f"x{n}@example.com").text for n in range(3)]
    assert "enough invitations for a day" in pages[2]
    assert len(posted()) == 2
    one = Invitation.objects.first()
    page = chief.post(f"/console/invitations/{one.pk}", {"do": "resend"}, follow=True)
    assert "Wait a minute" in page.text


def test_an_admin_neither_makes_nor_touches_an_owner(team, alice, bob, carol):
    join(team, bob.person, Role.ADMIN)
    viewer = join(team, carol.person, Role.VIEWER)
    admin = acting(Client(), bob.person, team)
    assert "Select a valid choice" in invite(admin, "x@example.com", "owner").text
    admin.post(f"/console/members/{viewer.pk}/role", {"role": "owner"})
    owner = team.memberships.get(person=alice.person)
    admin.post(f"/console/members/{owner.pk}/role", {"role": "viewer"})
    page = admin.post(f"/console/members/{owner.pk}/remove", follow=True)
    assert "Only an owner makes, changes or removes an owner." in page.text
    roles = team.memberships.values_list("person__name", "role")
    assert dict(roles) == {"Alice": "owner", "Bob": "admin", "Carol": "viewer"}


def test_the_last_owner_stays(chief, team, alice, bob):
    owner = team.memberships.get()
    page = chief.post("/accounts/teams/leave", {"account": team.pk}, follow=True)
    assert "An account keeps one owner." in page.text
    url = f"/console/members/{owner.pk}/role"
    assert "keeps one owner" in chief.post(url, {"role": "admin"}, follow=True).text
    second = join(team, bob.person, Role.ADMIN)
    chief.post(f"/console/members/{second.pk}/role", {"role": "owner"})
    page = chief.post("/accounts/teams/leave", {"account": team.pk}, follow=True)
    assert "You left Foxes." in page.text
    assert page.context["account"]() == alice.account
    assert deeds(team)[-1] == (Deed.MEMBER_LEFT, "alice@example.com")


def test_keys_of_a_removed_member_are_listed_for_revoking(chief, team, bob):
    member = join(team, bob.person, Role.DEVELOPER)
    key, _ = issue_key(team, name="newsletter", person=bob.person)
    issue_key(team, name="another's")
    before = chief.get(f"/console/members/{member.pk}/remove").text
    after = chief.post(f"/console/members/{member.pk}/remove").text
    assert "newsletter" in before and "newsletter" in after
    assert "another" not in after
    assert f"/console/keys/{key.pk}/revoke" in after
    assert not team.people.filter(pk=bob.person.pk).exists()
    theirs = acting(Client(), bob.person, bob.account)
    assert theirs.post("/accounts/switch", {"account": team.pk}).status_code == 404


def test_a_removed_member_is_out_with_the_next_click(chief, team, bob):
    member = join(team, bob.person, Role.DEVELOPER)
    theirs = acting(Client(), bob.person, team)
    assert theirs.get("/console/keys").context["account"]() == team
    chief.post(f"/console/members/{member.pk}/remove")
    assert theirs.get("/console/keys").context["account"]() == bob.account


def test_playground_pictures_are_private_until_they_are_shared(chief, team, alice, bob):
    join(team, bob.person, Role.DEVELOPER)
    theirs = acting(Client(), bob.person, team)
    mine = an_order(team, person=bob.person, prompt="a secret fox")
    picture = a_picture_of(mine)
    called = a_picture_of(an_order(team, lane="api", prompt="by API"))
    assert "a secret fox" in theirs.get("/").text
    assert theirs.get(f"/p/{picture.pk}").status_code == 200
    assert "a secret fox" not in chief.get("/").text
    assert chief.get(f"/p/{picture.pk}").status_code == 404
    assert chief.get(f"/create/runs/{mine.pk}/code").status_code == 404
    assert chief.get(f"/?from={mine.pk}").status_code == 404
    assert chief.get(f"/p/{called.pk}").status_code == 200
    theirs.post(f"/create/runs/{mine.pk}/share")
    assert "a secret fox" in chief.get(f"/p/{picture.pk}").text
    theirs.post(f"/create/runs/{mine.pk}/share", {"off": "1"})
    assert chief.get(f"/p/{picture.pk}").status_code == 404


def test_shared_runs_stand_together_and_an_owner_may_take_one_out(chief, team, bob):
    shared = an_order(team, person=bob.person, shared_at=timezone.now())
    a_picture_of(shared)
    assert "a fox" in chief.get("/console/pictures").text
    chief.post(f"/create/runs/{shared.pk}/share", {"off": "1", "list": "1"})
    assert "Nothing is shared yet" in chief.get("/console/pictures").text


def test_sharing_is_for_the_maker(chief, team, bob):
    order = an_order(team, person=bob.person)
    assert chief.post(f"/create/runs/{order.pk}/share").status_code == 404


def test_a_billing_member_sees_no_pictures_of_others(team, alice, bob):
    join(team, bob.person, Role.BILLING)
    shared = an_order(team, person=alice.person, shared_at=timezone.now())
    picture = a_picture_of(shared)
    theirs = acting(Client(), bob.person, team)
    assert theirs.get(f"/p/{picture.pk}").status_code == 404


def test_the_log_can_be_filtered_and_taken_along(chief, team, bob):
    invite(chief, "=cmd@example.com")
    invite(chief, "bob@example.com")
    chief.post("/console/settings", {"name": "Red foxes"})
    page = chief.get("/console/activity").text
    assert "Invited somebody" in page and "Changed settings" in page
    assert "127.0.0.1" in page
    only = chief.get("/console/activity?family=settings").text
    assert '<td class="nowrap">Invited somebody' not in only
    assert "Red foxes" in only
    answer = chief.get("/console/activity.csv?family=member")
    lines = whole(answer).splitlines()
    assert lines[0].startswith("time,kind,who,what")
    assert "alice@example.com,bob@example.com,Developer,127.0.0.1" in lines[1]
    assert ",'=cmd@example.com," in lines[2]
    assert len(lines) == 3
    assert "Nothing fits this filter." in chief.get("/console/activity?who=999").text


def test_an_activity_is_never_edited(team):
    with pytest.raises(Exception, match="never edited"):
        Activity.objects.update(subject="nothing happened")
