"""Support in a real browser: from a bare request id to refunded and answered."""

import time

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from playwright.sync_api import expect

from accounts.staff import StaffRole
from accounts.staffing import appoint
from playground.generation.audit import audit
from tests.letters import posted
from tests.services.visits import remember
from tests.web.charged import a_charged_order

A_MINUTE = 60


@pytest.fixture
def page(browser_page, live_site, settings, bob):
    """Bob's page: he answers customers, and signs in with a second step."""
    settings.STAFF_TWO_FACTOR = True
    appoint(bob.person, StaffRole.ADMIN)
    TOTP.activate(bob.person, generate_totp_secret())
    remember(browser_page.context, live_site.base_url, bob.person, None)
    said = []
    browser_page.on("console", lambda message: said.append(message.text))
    yield browser_page
    assert said == []


def test_from_a_bare_request_id_to_refunded_and_answered(page, alice):
    order = a_charged_order(alice.account, credits=6, prompt="a heron")
    started = time.monotonic()
    page.goto("/operator/")
    page.get_by_label("Request id").fill(order.pk)
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_text("Bad gateway")).to_be_visible()
    expect(page.get_by_text("a heron")).to_have_count(0)
    page.get_by_label("Why you look").fill("She asks why the sail is missing")
    page.get_by_role("button", name="Show them").click()
    expect(page.get_by_text("a heron").first).to_be_visible()
    page.get_by_label("Reason").fill("The sail is missing")
    page.get_by_role("button", name="Give back").click()
    expect(page.get_by_text("All of it was given back.")).to_be_visible()
    page.get_by_label("Message").fill("You are right. The credits are back.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Sent to alice@example.com.").first).to_be_visible()
    took = time.monotonic() - started

    assert alice.credits() == 100 and audit() == []
    assert posted()[0].to == [alice.person.email]
    page.goto(f"/operator/log?subject={order.pk}")
    expect(page.get_by_text("She asks why the sail is missing")).to_be_visible()
    expect(page.get_by_role("cell", name="request.refunded")).to_be_visible()
    assert took < A_MINUTE


def test_unfolds_pages_work_under_their_own_policy(page, alice):
    page.goto("/operator/rows/")
    page.get_by_role("link", name="People").first.click()
    page.get_by_role("link", name="alice@example.com").click()
    page.locator("[name=name]").fill("Alice Liddell")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()

    alice.person.refresh_from_db()
    assert alice.person.name == "Alice Liddell"
