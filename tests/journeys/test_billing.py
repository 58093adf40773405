"""Buying, end to end, in a real browser: any amount, a card, auto top-up, the statement."""

import pytest
from playwright.sync_api import expect

from billing.ledger import MICRO
from billing.models import TopUpRule
from billing.tasks import top_up_what_is_low
from playground.generation.audit import audit
from tests.services.ports import wait_until


@pytest.fixture
def at_the_till(settings):
    settings.STRIPE_SECRET_KEY = ""
    settings.TEST_TILL = True


def test_an_amount_is_bought_auto_top_up_is_on_and_the_statement_adds_up(
    page, alice, sign_in, at_the_till
):
    sign_in(page, alice)
    page.goto("/console/credits")
    page.get_by_label("Amount in USD").fill("25,50")
    page.get_by_text("1,287 credits").wait_for()
    page.get_by_label("Keep the card").check()
    page.get_by_role("button", name="Pay $25.50").click()
    page.get_by_text("Test mode, no money moves").wait_for()
    page.get_by_role("button", name="Pay $25.50").click()
    page.get_by_text("1,287 credits added").wait_for()

    threshold = page.get_by_label("When below")
    threshold.fill("2000")
    threshold.blur()
    page.locator("#top-up").get_by_text("Saved").wait_for()
    page.get_by_role("switch", name="Auto top-up").check()
    page.locator("#top-up").get_by_text("On.").wait_for()
    expect(page.locator("#id_top_up-is_on")).to_be_focused()
    assert TopUpRule.objects.get().threshold == 2000 * MICRO
    top_up_what_is_low()
    wait_until(lambda: alice.credits() == 2397, "the auto top-up")

    page.goto("/console/credits")
    rows = [row.inner_text().split("\t") for row in page.locator(".statement tr").all()]
    said = [(cells[1], cells[3] or cells[4], cells[5]) for cells in rows[1:]]
    assert said == [
        ("Auto top-up, Visa 4242", "+1,010", "2,397"),
        ("Credits bought, Visa 4242", "+1,287", "1,387"),
        ("Credits given", "+100", "100"),
    ]
    assert page.locator("#credits").inner_text().split() == ["2,397", "credits"]
    assert audit() == []
