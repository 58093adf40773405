"""A passkey, made and used in a browser with an authenticator of its own."""

import pytest
from playwright.sync_api import expect

from tests.cast import PASSWORD

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def page(_browser, live_site):
    """A page at a name, as passkeys need one, with a device that always says yes."""
    named = live_site.base_url.replace("127.0.0.1", "localhost")
    context = _browser.new_context(base_url=named, reduced_motion="reduce")
    context.set_default_timeout(10_000)
    page = context.new_page()
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    yield page
    context.close()


@pytest.mark.browser
def test_a_passkey_replaces_the_password(page, alice):
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill("alice@example.com")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.goto("/accounts/2fa/webauthn/add/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Name").fill("My laptop")
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.goto("/accounts/2fa/")
    expect(page.get_by_text("My laptop")).to_be_visible()
    page.goto("/console/activity")
    expect(page.get_by_text("Added a passkey")).to_be_visible()

    page.context.clear_cookies()
    page.goto("/accounts/login/?next=/accounts/2fa/")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("My laptop")).to_be_visible()

    page.context.clear_cookies()
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill("alice@example.com")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("button", name="AL, your account")).to_be_visible()
