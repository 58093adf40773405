"""Voting with the keyboard and without a script, and a ranking of one's own."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from playground.arena.models import Preference, Vote
from playground.arena.reckoning import recompute
from tests.arena.duels import (
    FLUX,
    GPT,
    MODELS,
    a_challenge,
    a_comparison,
    an_entry,
    votes,
)
from tests.services.visits import Visit, remember

RESULTS = Path("test-results/arena")


@pytest.fixture
def boats(alice):
    """Three models with two pictures each, and votes enough for a leaderboard."""
    challenge = a_challenge(prompt="A paper boat on a pond at dusk", shape="1:1")
    first, second, third = (
        [an_entry(alice.account, challenge, model) for _ in range(2)]
        for model in MODELS
    )
    votes(first[0], second[0], "left", 50)
    votes(second[1], third[0], "left", 40)
    votes(third[1], first[1], "tie", 12)
    recompute()


def photographed(page, name):
    RESULTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=RESULTS / f"{name}.png", full_page=True)


def loaded(images):
    for image in images.all():
        image.evaluate("one => one.decode()")


def test_a_pair_is_judged_by_keys_and_the_next_one_is_there_at_once(
    browser_context, boats
):
    visit = Visit(browser_context.new_page())
    page = visit.page
    visit.go("/arena")
    expect(page.locator(".arena-pair.ready img")).to_have_count(2)
    photographed(page, "vote")
    expect(page.locator("#arena-duel")).not_to_contain_text("GPT")
    page.wait_for_timeout(1600)  # as long as somebody looks at the least
    page.keyboard.press("3")
    told = page.locator("#arena-duel")
    expect(told).to_contain_text("You voted for B")
    expect(told.locator("figcaption b")).to_have_count(2)
    following = page.get_by_role("link", name="Next pair")
    expect(following).to_be_focused()
    photographed(page, "reveal")
    ahead = page.locator(".ahead img")
    expect(ahead).to_have_count(2)
    loaded(ahead)
    sources = {image.evaluate("one => one.currentSrc") for image in ahead.all()}
    fetched = []
    page.on("request", lambda one: "/files/" in one.url and fetched.append(one.url))
    page.keyboard.press("Enter")
    expect(page.locator("#arena-duel form.vote")).to_be_visible()
    shown = page.locator(".arena-pair.ready img")
    expect(shown).to_have_count(2)
    assert {image.evaluate("one => one.currentSrc") for image in shown.all()} == sources
    assert fetched == []  # they were loaded ahead
    page.wait_for_timeout(1600)
    page.keyboard.press("2")
    expect(page.locator("#arena-duel")).to_contain_text("You called it a tie")
    assert [one.choice for one in Vote.objects.order_by("-pk")[:2]] == ["tie", "right"]
    assert min(one.took_ms for one in Vote.objects.order_by("-pk")[:2]) >= 1500

    page.get_by_role("link", name="Categories, times").click()
    expect(page.get_by_role("heading", name="Who beat whom")).to_be_visible()
    expect(page.locator("svg.scatter")).to_have_count(2)
    photographed(page, "ratings")
    assert visit.said == []


def test_everything_works_without_a_script(_browser, live_site, boats, alice):
    context = _browser.new_context(
        base_url=live_site.base_url, java_script_enabled=False
    )
    page = context.new_page()
    page.goto("/arena")
    page.get_by_role("button", name="A is better").click()
    expect(page.locator("#arena-duel figcaption b")).to_have_count(2)
    page.get_by_role("link", name="Next pair").click()
    expect(page.get_by_role("button", name="Both bad")).to_be_visible()
    context.close()


def test_a_comparison_of_ones_own_makes_a_ranking(browser_context, live_site, alice):
    a_comparison(alice.account, GPT, FLUX, prompt="a fox of our own")
    remember(browser_context, live_site.base_url, alice.person)
    visit = Visit(browser_context.new_page())
    page = visit.page
    visit.go("/")
    asked = page.get_by_role("form", name="Which is better?")
    asked.get_by_role("button", name="FLUX.2 [pro]").click()
    expect(page.get_by_text("You found FLUX.2 [pro] better.")).to_be_visible()
    assert Preference.objects.get().account == alice.account
    page.get_by_role("link", name="Your ranking").first.click()
    expect(page.get_by_role("row").nth(1)).to_contain_text("FLUX.2 [pro]")
    photographed(page, "own-ranking")
    with page.expect_download() as carried:
        page.get_by_role("link", name="CSV").click()
    assert "a fox of our own" in Path(carried.value.path()).read_text()
    assert visit.said == []
