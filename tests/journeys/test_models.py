"""Choosing a model in a browser: sifted, compared, and its code in one's own language."""

import re

from playwright.sync_api import expect


def test_models_are_sifted_and_compared_without_leaving(browser_page):
    page = browser_page
    page.goto("/models")
    page.get_by_role("checkbox", name="Mask").check()
    expect(page).to_have_url(re.compile(r"is=mask"))
    expect(page.locator("#models-count")).not_to_have_text("42 of 42 shown")
    page.locator("[id='compare-sketch-1']").check()
    expect(page.locator("#compared")).to_contain_text("Sketch")
    expect(page.locator("[id='compare-sketch-1']")).to_be_focused()
    page.get_by_label("Search models").fill("gpt")
    expect(page).to_have_url(re.compile(r"q=gpt.*compare=sketch-1"))
    expect(page.locator(".model-card h2", has_text="Sketch")).to_have_count(0)
    page.get_by_role("link", name="Leave out").click()
    expect(page.locator("#compared")).to_have_count(0)
    page.go_back()
    expect(page.locator("#compared")).to_contain_text("Sketch")

    page.goto("/models/sketch-1")
    page.locator("#tab-paint-java").click()
    expect(page.locator("#code-paint-java")).to_be_visible()
    expect(page.locator("#code-paint-curl")).to_be_hidden()
    page.get_by_role("link", name="Try it").click()
    expect(page.locator("#model-button")).to_contain_text("Sketch")


def test_a_model_is_found_without_script(_browser, live_site):
    context = _browser.new_context(
        base_url=live_site.base_url, java_script_enabled=False
    )
    page = context.new_page()
    page.goto("/models")
    page.get_by_role("checkbox", name="Mask").check()
    page.get_by_role("checkbox", name="Connected here").check()
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".model-card")).to_have_count(1)
    page.get_by_role("link", name="Sketch").click()
    expect(page.locator("#code-paint-swift")).to_be_visible()
    context.close()
