"""The console's keys: made, seen once, ended by typing the name, and never a stranger's."""

import html
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.issuing import issue_key
from accounts.keys import is_well_formed
from accounts.limits import MANAGE_KEYS, Limits
from accounts.models import AccessGroup, ApiKey
from billing.ledger import MICRO, budgets_of, limit_account

SECRET = re.compile(r"esl_(?:live|test)_[0-9a-z]{38}")


@pytest.fixture
def console(client, alice):
    """Alice's browser, signed in."""
    client.force_login(alice.person)
    return client


FILLED = {
    "name": "app",
    "kind": "live",
    "scopes": ["generate", "edit"],
    "expires": "never",
}


def make(browser, **facts):
    return browser.post("/console/keys/new", {**FILLED, **facts})


def change(browser, key, **facts):
    said = {name: value for name, value in FILLED.items() if name != "kind"}
    return browser.post(f"/console/keys/{key.pk}", {**said, **facts}, follow=True)


def budgets(key):
    return {one.period: one.cap for one in budgets_of(key.pk)}


def text(response):
    return html.unescape(response.content.decode())


def test_a_new_key_is_shown_once(console, alice):
    made = make(console)
    (secret,) = SECRET.findall(text(made))
    assert is_well_formed(secret)
    assert "Copy it now" in text(made)
    assert "no-store" in made.headers["Cache-Control"]
    later = text(console.get("/console/keys"))
    assert "app" in later
    assert secret[:15] in later
    assert SECRET.findall(later) == []


def test_a_test_key_has_a_badge(console, alice):
    (secret,) = SECRET.findall(text(make(console, kind="test")))
    assert secret.startswith("esl_test_")
    key = ApiKey.objects.get(name="app")
    assert key.is_test
    assert key.made_by == alice.person
    assert 'class="badge">test' in text(console.get("/console/keys"))


def test_a_key_needs_a_name(console, alice):
    answer = make(console, name="  ")
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in text(answer)
    assert 'role="alert"' in text(answer)
    assert alice.account.keys.count() == 1


def test_a_revoked_key_is_put_aside(console, alice):
    key = alice.account.keys.get()
    page = console.post(
        f"/console/keys/{key.pk}/revoke", {"typed_name": "alice's key"}, follow=True
    )
    assert "alice's key is revoked." in text(page)
    assert "1 revoked key" in text(page)
    assert "No keys yet" in text(page)
    assert ApiKey.objects.get(pk=key.pk).revoked_at is not None


def test_a_wrong_name_revokes_nothing(console, alice):
    key = alice.account.keys.get()
    answer = console.post(f"/console/keys/{key.pk}/revoke", {"typed_name": "Alice"})
    assert answer.status_code == 422
    assert "That is not the name of this key." in text(answer)
    assert ApiKey.objects.get(pk=key.pk).revoked_at is None


def test_a_key_whose_name_has_odd_characters_can_be_revoked(console, alice):
    key, _ = issue_key(alice.account, name='<b>"q"</b> & co')
    page = console.get(f"/console/keys/{key.pk}/revoke")
    assert "<b>" not in page.content.decode().split("<main")[1]
    console.post(f"/console/keys/{key.pk}/revoke", {"typed_name": key.name})
    assert ApiKey.objects.get(pk=key.pk).revoked_at is not None


def test_carol_cannot_see_or_end_alices_keys(client, alice, carol):
    client.force_login(carol.person)
    key = alice.account.keys.get()
    assert "alice's key" not in text(client.get("/console/keys"))
    assert key.prefix not in text(client.get("/console/keys"))
    address = f"/console/keys/{key.pk}/revoke"
    assert client.get(address).status_code == 404
    assert client.post(address, {"typed_name": key.name}).status_code == 404
    assert ApiKey.objects.get(pk=key.pk).revoked_at is None


def test_price_levels_are_offered_only_when_there_is_a_choice(console, alice):
    assert "Price level" not in text(console.get("/console/keys/new"))
    partners = AccessGroup.objects.create(slug="partners", name="Partners")
    AccessGroup.objects.create(slug="staff", name="Staff")
    alice.account.granted_groups.add(partners)
    page = text(console.get("/console/keys/new"))
    assert "Partners" in page
    assert "Staff" not in page
    make(console, group="partners")
    assert ApiKey.objects.get(name="app").group == partners
    assert make(console, group="staff").status_code == 422


def test_the_accounts_own_price_level_is_not_written_on_the_key(console, alice):
    make(console, group="standard")
    assert ApiKey.objects.get(name="app").group is None


def test_htmx_gets_the_same_steps_as_dialogs(console, alice):
    asked = {"HX-Request": "true"}
    form = text(console.get("/console/keys/new", headers=asked))
    assert form.lstrip().startswith("<dialog")
    made = console.post("/console/keys/new", FILLED, headers=asked)
    assert len(SECRET.findall(text(made))) == 1
    assert 'id="keys" hx-swap-oob="true"' in text(made)
    key = ApiKey.objects.get(name="app")
    ended = console.post(
        f"/console/keys/{key.pk}/revoke", {"typed_name": "app"}, headers=asked
    )
    assert ended.headers["HX-Redirect"] == "/console/keys"


def test_a_dialog_asked_for_after_signing_out_leads_to_sign_in(client, books_db):
    asked = {"HX-Request": "true", "HX-Current-URL": "http://testserver/console/keys"}
    answer = client.get("/console/keys/new", headers=asked)
    assert answer.headers["HX-Redirect"] == "/accounts/login/?next=/console/keys"


def test_a_key_is_limited_as_its_maker_says(console, alice, api):
    said = {
        "scopes": ["generate"],
        "month": "2000",
        "day": "0.5",
        "expires": "90",
        "max_tier": "1K",
        "requests_per_minute": "60",
        "ip_ranges": "203.0.113.0/24\n198.51.100.7",
        "models": ["sketch-1"],
    }
    (secret,) = SECRET.findall(text(make(console, **said)))

    key = ApiKey.objects.select_related("limited").get(name="app")
    limits = key.limited.limits
    assert (limits.scopes, limits.models) == (("generate",), ("sketch-1",))
    assert (limits.max_tier, limits.requests_per_minute) == ("1K", 60)
    assert limits.ip_ranges == ("203.0.113.0/24", "198.51.100.7")
    assert timedelta(days=89) < limits.expires_at - timezone.now() < timedelta(days=90)
    assert budgets(key) == {"month": 2000 * MICRO, "day": MICRO // 2}
    refused = api.post("/v1/images/generations", as_=secret, prompt="a fox")
    assert refused.status_code == 403
    row = text(console.get("/console/keys"))
    assert "0 of 2,000" in row
    assert "1 model" in row


def test_limits_are_changed_and_lifted(console, alice):
    make(console, month="50", max_n="2", scopes=["generate"])
    key = ApiKey.objects.get(name="app")
    form = text(console.get(f"/console/keys/{key.pk}"))
    assert 'value="50"' in form
    assert 'value="2"' in form

    every = ["generate", "edit", "read_usage", "manage_webhooks"]
    page = change(console, key, name="web", scopes=every, total="10.25")

    key = ApiKey.objects.get(pk=key.pk)
    assert "web is changed." in text(page)
    assert not hasattr(key, "limited")
    assert budgets(key) == {"total": 10_250_000}


@pytest.mark.parametrize(
    "said, words",
    [
        ({"scopes": []}, "Choose what the key may do."),
        ({"month": "2000"}, "Your account limit is 1,500."),
        ({"month": "-1"}, "greater than or equal to 0"),
        ({"expires": "on"}, "Say which day is its last."),
        ({"expires": "on", "expires_on": "2020-01-01"}, "That day is over."),
        ({"ip_ranges": "everywhere"}, "An IP range is written"),
        ({"max_n": "0"}, "greater than or equal to 1"),
        ({"models": ["nobodys"]}, "nobodys is not one of the available choices"),
    ],
)
def test_a_limit_that_cannot_be_is_said_beside_its_field(console, alice, said, words):
    limit_account(alice.account.pk, 1500 * MICRO)

    answer = make(console, **said)

    assert answer.status_code == 422
    assert words in text(answer)
    assert not ApiKey.objects.filter(name="app").exists()


def test_a_key_that_manages_keys_is_made_by_a_person(console, alice):
    make(console, kind="manager")
    key = ApiKey.objects.select_related("limited").get(name="app")
    assert key.limited.limits.scopes == (MANAGE_KEYS,)

    change(console, key, scopes=["generate"], name="boss")

    key = ApiKey.objects.select_related("limited").get(pk=key.pk)
    assert (key.name, key.limited.limits.scopes) == ("boss", (MANAGE_KEYS,))


def test_a_rotated_key_works_in_both_texts_for_the_overlap(console, alice, api):
    (old,) = SECRET.findall(text(make(console)))
    key = ApiKey.objects.get(name="app")

    turned = console.post(f"/console/keys/{key.pk}/rotate", {"overlap": "1"})
    (new,) = SECRET.findall(text(turned))
    both = [api.get("/v1/models", as_=one).status_code for one in (old, new)]
    assert both == [200, 200]
    assert "The old text works until" in text(console.get("/console/keys"))

    console.post(f"/console/keys/{key.pk}/rotate", {"overlap": "0"})
    assert api.get("/v1/models", as_=new).status_code == 401


def test_a_key_says_when_it_is_unused_and_when_it_ends(console, alice):
    key, _ = issue_key(
        alice.account,
        name="old",
        limits=Limits(expires_at=timezone.now() + timedelta(days=3)),
    )
    ApiKey.objects.filter(pk=key.pk).update(
        last_used_at=timezone.now() - timedelta(days=91)
    )
    page = text(console.get("/console/keys"))
    assert ">unused</span>" in page
    assert "warn-text" in page


@pytest.mark.parametrize("step", ["", "/rotate", "/revoke"])
def test_carol_cannot_change_alices_keys(client, alice, carol, step):
    client.force_login(carol.person)
    key = alice.account.keys.get()

    assert client.post(f"/console/keys/{key.pk}{step}", FILLED).status_code == 404
