"""What each role may do: the table, and every page of the console under every role."""

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse

from accounts.activity import OPERATOR
from accounts.roles import ALLOWED, Action, Role, may, may_hand_out
from accounts.teams import open_team
from playground.web import urls
from tests.cast import join
from tests.web.orders import an_order

pytestmark = pytest.mark.wires

A = Action
ANYBODY = None
# What each page of the console needs. A new page gets its line here.
NEEDED = {
    "console": ANYBODY,
    "usage": A.REQUESTS,
    "usage-csv": A.REQUESTS,
    "usage-fresh": A.REQUESTS,
    "request": A.REQUESTS,
    "request-purge": A.REQUESTS,
    "batches": A.REQUESTS,
    "batch": A.REQUESTS,
    "batch-new": A.PAINT,
    "batch-start": A.PAINT,
    "batch-cancel": A.PAINT,
    "keys": A.KEYS,
    "key-new": A.KEYS,
    "key-edit": A.KEYS,
    "key-rotate": A.KEYS,
    "key-revoke": A.KEYS,
    "webhooks": A.KEYS,
    "webhook": A.KEYS,
    "webhook-new": A.KEYS,
    "webhook-call-secret": A.KEYS,
    "webhook-rotate": A.KEYS,
    "webhook-remove": A.KEYS,
    "webhook-test": A.KEYS,
    "webhook-resend": A.KEYS,
    "credits": A.MONEY,
    "checkout": A.MONEY,
    "credits-returned": A.MONEY,
    "card-returned": A.MONEY,
    "till": A.MONEY,
    "receipt": A.MONEY,
    "top-up": A.MONEY,
    "redeem": A.MONEY,
    "billing-details": A.MONEY,
    "portal": A.MONEY,
    "card-add": A.MONEY,
    "card-default": A.MONEY,
    "card-remove": A.MONEY,
    "statement-csv": A.MONEY,
    "own-arena": A.REQUESTS,
    "own-arena-csv": A.REQUESTS,
    "own-arena-consent": A.SETTINGS,
    "members": A.MEMBERS,
    "member-invite": A.MEMBERS,
    "member-role": A.MEMBERS,
    "member-remove": A.MEMBERS,
    "invitation-change": A.MEMBERS,
    "team-pictures": A.PICTURES,
    "roles": ANYBODY,
    "activity": A.MEMBERS,
    "activity-csv": A.MEMBERS,
    "settings": A.SETTINGS,
    "team-close": A.OWNERSHIP,
    "account-limit": A.SETTINGS,
    "member-limit": A.MEMBERS,
}


@pytest.mark.check
def test_the_table_is_what_was_agreed():
    written = {
        Role.OWNER: set(Action),
        Role.ADMIN: set(Action) - {A.OWNERSHIP},
        Role.DEVELOPER: {A.PAINT, A.KEYS, A.REQUESTS, A.PICTURES},
        Role.BILLING: {A.MONEY, A.REQUESTS},
        Role.VIEWER: {A.REQUESTS, A.PICTURES},
    }
    assert {role: set(actions) for role, actions in ALLOWED.items()} == written


@pytest.mark.check
def test_who_is_no_member_may_nothing():
    assert not any(may("", action) for action in Action)
    assert not any(may("chief", action) for action in Action)


@pytest.mark.check
def test_only_owners_make_owners():
    assert may_hand_out(Role.OWNER, Role.OWNER)
    assert not may_hand_out(Role.ADMIN, Role.OWNER)
    assert may_hand_out(Role.ADMIN, Role.ADMIN)
    assert not may_hand_out(Role.DEVELOPER, Role.VIEWER)


def console_pages():
    """Every address under /console, with something in the place of its names."""
    for page in urls.urlpatterns:
        if str(page.pattern).startswith("console"):
            yield page.name, path_of(page.name)


def path_of(name):
    for args in ([], ["1"], ["1", "1"]):
        try:
            return reverse(name, args=args)
        except NoReverseMatch:
            continue
    raise AssertionError(name)


@pytest.fixture
def team(alice):
    return open_team("Foxes", alice.person, OPERATOR)


def as_member(team, person, role):
    """A browser in which somebody acts for the team, in this role."""
    join(team, person, role)
    browser = Client()
    browser.force_login(person)
    browser.post("/accounts/switch", {"account": team.pk})
    return browser


@pytest.mark.parametrize("role", Role)
def test_a_role_opens_the_pages_it_may_and_no_other(team, bob, role):
    browser = as_member(team, bob.person, role)
    shut = {name for name, path in console_pages() if is_shut(browser, path)}
    refused = set(Action) - ALLOWED[role]
    assert shut == {name for name, needed in NEEDED.items() if needed in refused}
    assert {name for name, _ in console_pages()} == set(NEEDED)


def is_shut(browser, path):
    answers = {browser.get(path).status_code, browser.post(path).status_code}
    assert answers == {403} or 403 not in answers, path
    return answers == {403}


def test_the_menu_shows_what_the_role_may_open(team, bob):
    browser = as_member(team, bob.person, Role.BILLING)
    page = browser.get("/console", follow=True).text
    assert 'href="/console/credits"' in page
    assert 'href="/console/keys"' not in page
    assert 'href="/console/members"' not in page


def test_a_refusal_says_what_the_role_lacks_and_whom_to_ask(team, bob):
    page = as_member(team, bob.person, Role.VIEWER).get("/console/keys")
    assert page.status_code == 403
    assert "does not manage keys and webhooks. Ask an owner" in page.text


def test_who_may_not_paint_does_not_spend_the_teams_credits(team, bob):
    browser = as_member(team, bob.person, Role.VIEWER)
    answer = browser.post("/create/runs", {"prompt": "a fox", "quoted": "0"})
    assert "Your role in this account does not make pictures." in answer.text
    assert not team.generation_set.exists()


def test_an_account_of_somebody_else_cannot_be_chosen(team, carol):
    browser = Client()
    browser.force_login(carol.person)
    answer = browser.post("/accounts/switch", {"account": team.pk})
    assert answer.status_code == 404
    an_order(team, prompt="a secret")
    assert browser.get("/console/usage").context["account"]() == carol.account
