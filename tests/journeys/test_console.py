"""Keys in a real browser: in dialogs, and all the same without a script."""

import re

import pytest
from playwright.sync_api import expect

from accounts.models import ApiKey
from tests.cast import PASSWORD
from tests.web.orders import an_order

VIOLATIONS = ("Content Security Policy", "Refused to")


@pytest.fixture
def complaints(browser_page):
    """What the browser says about our policy."""
    heard = []
    browser_page.on("console", lambda message: heard.append(message.text))
    yield heard
    assert [text for text in heard if any(word in text for word in VIOLATIONS)] == []


def sign_in(page, customer):
    page.goto("/accounts/login/?next=/console/keys")
    page.get_by_label("Email").fill(customer.person.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="API keys").wait_for()


def test_a_key_is_made_in_a_dialog_that_only_done_leaves(
    browser_page, alice, complaints
):
    sign_in(browser_page, alice)
    browser_page.get_by_role("link", name="New key").click()
    browser_page.get_by_label("Name").fill("newsletter")
    browser_page.get_by_role("button", name="Create key").click()
    shown = browser_page.get_by_label("New key newsletter")
    shown.wait_for()
    secret = shown.input_value()
    browser_page.keyboard.press("Escape")
    assert shown.is_visible()
    browser_page.get_by_role("link", name="Done").click()
    expect(shown).to_have_count(0)
    expect(browser_page.locator("#keys")).to_contain_text("newsletter")
    assert secret not in browser_page.content()


def test_a_key_is_ended_in_a_dialog_by_typing_its_name(browser_page, alice, complaints):
    sign_in(browser_page, alice)
    browser_page.get_by_role("link", name="Revoke alice's key").click()
    typed = browser_page.get_by_label("Type alice's key to confirm")
    typed.fill("something else")
    browser_page.get_by_role("button", name="Revoke key").click()
    browser_page.get_by_text("That is not the name of this key.").wait_for()
    typed.fill("alice's key")
    browser_page.get_by_role("button", name="Revoke key").click()
    browser_page.get_by_text("alice's key is revoked.").wait_for()
    assert ApiKey.objects.get().revoked_at is not None


def test_everything_works_without_a_script(_browser, live_site, alice):
    context = _browser.new_context(
        base_url=live_site.base_url, java_script_enabled=False
    )
    page = context.new_page()
    sign_in(page, alice)
    page.get_by_role("link", name="New key").click()
    page.get_by_label("Name").fill("plain")
    page.get_by_role("button", name="Create key").click()
    assert page.get_by_label("New key plain").input_value().startswith("esl_live_")
    page.get_by_role("link", name="Done").click()
    page.get_by_role("link", name="Revoke plain").click()
    page.get_by_label("Type plain to confirm").fill("plain")
    page.get_by_role("button", name="Revoke key").click()
    expect(page.locator("#keys")).to_contain_text("1 revoked key")
    context.close()


def test_the_chart_says_what_was_spent_and_looks_closer(
    browser_page, alice, complaints
):
    an_order(alice.account, credits=8)
    an_order(alice.account, credits=2, model="gemini-2.5-flash-image")
    sign_in(browser_page, alice)
    browser_page.goto("/console/usage")
    chart = browser_page.locator("[data-chart]")
    chart.focus()
    browser_page.keyboard.press("End")
    said = re.compile(r": 10, gemini-2.5-flash-image 2, sketch-1 8$")
    expect(browser_page.locator("#live")).to_have_text(said)
    box = chart.bounding_box()
    browser_page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + 50)
    browser_page.mouse.down()
    browser_page.mouse.move(box["x"] + box["width"] * 0.99, box["y"] + 50, steps=4)
    browser_page.mouse.up()
    whole = browser_page.get_by_role("button", name="Whole period")
    whole.wait_for()
    days = browser_page.locator(".plot .x")
    closer = days.inner_text()
    whole.click()
    whole.wait_for(state="hidden")
    expect(days).not_to_have_text(closer, use_inner_text=True)
    browser_page.locator("td a code").first.click()
    browser_page.get_by_role("button", name="Copy as code").click()
    browser_page.get_by_role("heading", name="This run as code").wait_for()
    browser_page.go_back()
    browser_page.get_by_label("All models").select_option("sketch-1")
    browser_page.wait_for_url("**model=sketch-1**")
    expect(browser_page.locator("[data-chart] canvas")).to_have_count(1)


@pytest.mark.parametrize("width", [390, 1440])
def test_no_console_page_scrolls_sideways(browser_page, alice, complaints, width):
    browser_page.set_viewport_size({"width": width, "height": 844})
    sign_in(browser_page, alice)
    for path in ("/console/usage", "/console/keys", "/accounts/email/"):
        browser_page.goto(path)
        assert browser_page.evaluate("document.documentElement.scrollWidth") <= width
