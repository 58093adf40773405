"""The console's keys: made, seen once, ended by typing the name, and never a stranger's."""

import html
import re

import pytest

from accounts.issuing import issue_key
from accounts.keys import is_well_formed
from accounts.models import AccessGroup, ApiKey

SECRET = re.compile(r"esl_(?:live|test)_[0-9a-z]{38}")


@pytest.fixture
def console(client, alice):
    """Alice's browser, signed in."""
    client.force_login(alice.person)
    return client


def make(browser, **facts):
    return browser.post("/console/keys/new", {"name": "app", "kind": "live", **facts})


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
    made = console.post(
        "/console/keys/new", {"name": "app", "kind": "live"}, headers=asked
    )
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
