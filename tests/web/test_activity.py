"""What is done in an account leaves one line: who, what, and from what to what."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import call_command

from accounts.activity import OPERATOR
from accounts.models import Account, Activity
from accounts.roles import Role
from accounts.teams import open_team
from billing.ledger import budgets_of, member_name
from billing.models import PromoCode
from tests.cast import PASSWORD, join
from tests.journeys.scene import guard
from tests.letters import posted
from tests.web.test_credits import DETAILS, RULE, save_card
from tests.web.test_ways_in import digits, prove


@pytest.fixture
def console(client, alice):
    """Alice's browser, signed in; what was written down before is forgotten."""
    client.force_login(alice.person)
    return client


@pytest.fixture
def lines(alice):
    """What was written down since the test began: kind, who, about, and how it changed."""
    start = Activity.objects.order_by("-pk").first().pk

    def read():
        rows = Activity.objects.filter(account=alice.account, pk__gt=start)
        return [
            (one.kind, one.person_id or one.key_id, one.subject, one.detail)
            for one in rows.order_by("pk")
        ]

    return read


KEY = {"name": "app", "scopes": ["generate", "edit"], "expires": "never"}


def test_changed_limits_of_a_key_say_before_and_after(console, alice, lines):
    me, key = alice.person.pk, alice.account.keys.get()
    path, about = f"/console/keys/{key.pk}", f"app {key.prefix}"
    console.post(path, {**KEY, "month": "500", "max_n": "4"})
    console.post(path, {**KEY, "month": "1250.5", "max_n": "4"})
    console.post(path, {**KEY, "month": "1250.5", "max_n": "4"})
    console.post(path, {**KEY, "month": "1250.5", "max_n": "4", "name": "web"})
    first, second, third = lines()
    assert first[:3] == ("limit.changed", me, about)
    assert "Name: alice's key → app" in first[3]
    assert "May: none → edit, generate" in first[3]
    assert "Pictures a request: none → 4; Monthly budget: none → 500" in first[3]
    assert second == ("limit.changed", me, about, "Monthly budget: 500 → 1,250.5")
    assert third == ("key.changed", me, f"web {key.prefix}", "Name: app → web")
    page = console.get("/console/activity?family=limit").text
    assert "Monthly budget: 500 → 1,250.5" in page and "Name: app → web" not in page


def test_limits_of_the_account_and_its_members_are_written_down(books_db, alice, lines):
    for limit in ("500", "none"):
        call_command("easel_account", "alice@example.com", account_limit=limit)
    call_command("easel_account", "alice@example.com", member_limit="20")
    assert lines() == [
        ("limit.changed", None, "the account", "Monthly budget: none → 500"),
        ("limit.changed", None, "the account", "Monthly budget: 500 → none"),
        ("limit.changed", None, "alice@example.com", "Monthly budget: none → 20"),
    ]


def test_limits_are_set_and_lifted_in_the_console(console, alice, bob, lines):
    console.post("/console/settings/limit", {"most": "1500"})
    assert 'value="1500"' in console.get("/console/settings").text
    page = console.post("/console/settings/limit", {"most": "-1"}, follow=True).text
    assert "greater than or equal to 0" in page
    console.post("/console/settings/limit", {"most": ""})
    member = join(alice.account, bob.person, Role.DEVELOPER)
    Account.objects.filter(pk=alice.account.pk).update(kind="team")
    console.post(f"/console/members/{member.pk}/limit", {"most": "20.5"})
    assert 'value="20.5"' in console.get("/console/members").text
    told = [(one[2], one[3]) for one in lines()]
    assert told == [
        ("the account", "Monthly budget: none → 1,500"),
        ("the account", "Monthly budget: 1,500 → none"),
        ("bob@example.com", "Monthly budget: none → 20.5"),
    ]
    owner = member_name(alice.account.pk, bob.person.pk)
    assert [one.cap for one in budgets_of(owner)] == [20_500_000]


def test_settings_of_billing_say_before_and_after(console, alice, lines):
    me = alice.person.pk
    save_card(console)
    console.post("/console/credits/auto", RULE)
    console.post("/console/credits/auto", {**RULE, "top_up-daily_cap": "15"})
    console.post("/console/credits/details", DETAILS)
    console.post("/console/credits/details", {**DETAILS, "city": "Bonn"})
    console.post("/console/credits/details", {**DETAILS, "city": "Bonn"})
    PromoCode.objects.create(code="SPRING", credits=20)
    console.post("/console/credits/code", {"code": "spring"})
    console.post("/console/credits/code", {"code": "spring"})
    till = console.post("/console/credits/checkout", {"pack": "usd-500"})["Location"]
    console.post(till, {"outcome": "pay"})
    written = lines()
    assert {one[1] for one in written} == {me}
    assert [one[0] for one in written[:5]] == ["billing.changed"] * 5
    told = [one[2:] for one in written]
    assert told[0][0] == "Visa 4242"
    assert told[0][1].startswith("Saved card: none → Visa 4242; The default card: ")
    assert told[1][0] == "Auto top-up"
    assert "Auto top-up: none → On; When below: none → 50;" in told[1][1]
    assert told[2] == ("Auto top-up", "At most each day: $10 → $15")
    assert "Company: none → Fox & Sons" in told[3][1]
    assert told[4] == ("Billing details", "City: Berlin → Bonn")
    assert written[5] == ("billing.code_redeemed", me, "SPRING", "20 credits")
    assert written[6] == ("billing.topped_up", me, "240 credits", "$5")
    assert len(written) == 7


def test_changed_locks_are_written_down(console, alice, lines):
    prove(console)
    fresh = "a quieter shade of blue"
    facts = {"oldpassword": PASSWORD, "password1": fresh, "password2": fresh}
    console.post("/accounts/password/change/", facts)
    page = console.get("/accounts/2fa/totp/activate/").text
    secret = re.search(r'value="([A-Z2-7]{32})"', page).group(1)
    console.post("/accounts/2fa/totp/activate/", {"code": digits(secret)})
    console.post("/accounts/2fa/recovery-codes/generate/")
    console.post("/accounts/2fa/totp/deactivate/")
    guard(alice.person)
    passkey = Authenticator.objects.get(type="webauthn").pk
    console.post(f"/accounts/2fa/webauthn/keys/{passkey}/remove/")
    assert {one[1:3] for one in lines()} == {(alice.person.pk, "alice@example.com")}
    assert [one[0].removeprefix("security.") for one in lines()] == [
        "password_changed",
        "app_added",
        "codes_made",
        "app_removed",
        "passkey_removed",
    ]
    page = console.get("/console/activity?family=security").text
    assert "Changed a password" in page and "Removed a passkey" in page


def test_changed_addresses_are_written_down_in_every_account(console, alice, lines):
    team = open_team("Foxes", alice.person, OPERATOR)
    prove(console)
    new = {"email": "new@example.com"}
    console.post("/accounts/email/", {"action_add": "", **new})
    console.post(re.search(r"http://testserver(/\S+)", posted()[0].body).group(1))
    console.post("/accounts/email/", {"action_primary": "", **new})
    gone = {"action_remove": "", "email": "alice@example.com"}
    console.post("/accounts/email/", gone)
    told = [(one[0].removeprefix("security."), one[3]) for one in lines()]
    assert told == [
        ("address_added", "new@example.com"),
        ("address_changed", "alice@example.com → new@example.com"),
        ("address_removed", "alice@example.com"),
    ]
    assert team.activities.filter(kind__startswith="security.").count() == 3


def test_a_password_by_mail_is_written_down_as_whose_it_is(client, alice, lines):
    client.post("/accounts/password/reset/", {"email": "alice@example.com"})
    link = re.search(r"http://testserver(/\S+)", posted()[0].body).group(1)
    form = client.get(link)["Location"]
    fresh = "a quieter shade of blue"
    client.post(form, {"password1": fresh, "password2": fresh})
    [line] = [one for one in lines() if one[0].startswith("security.")]
    assert line[:2] == ("security.password_reset", alice.person.pk)


def test_the_log_is_in_the_servers_language(console, alice, bob, lines):
    console.cookies["language"] = "es"
    member = join(alice.account, bob.person, Role.DEVELOPER)
    Account.objects.filter(pk=alice.account.pk).update(kind="team")
    invited = {"email": "dora@example.com", "role": Role.VIEWER}
    console.post("/console/members/invite", invited)
    console.post(f"/console/members/{member.pk}/role", {"role": Role.VIEWER})
    PromoCode.objects.create(code="SPRING", credits=20)
    console.post("/console/credits/code", {"code": "spring"})
    assert [one[3] for one in lines()] == ["Viewer", "Developer → Viewer", "20 credits"]
