"""Reading the documentation in a browser: one choice of language, and the reference."""

import pytest
from playwright.sync_api import expect

from tests.services.visits import Visit


@pytest.fixture
def page(browser_page):
    return browser_page


def first_code(page):
    return page.locator(".samples").first


def test_a_language_is_chosen_once_for_every_block(page):
    page.goto("/docs/quick-start")
    expect(first_code(page).get_by_role("tabpanel")).to_have_count(1)
    first_code(page).get_by_role("tab", name="Python").click()
    expect(first_code(page)).to_contain_text("from openai")
    page.goto("/docs/generating")
    for block in page.locator(".samples:has([role=tab])").all():
        shown = block.get_by_role("tab", selected=True)
        expect(shown).to_have_text("Python")


def test_without_script_every_language_is_shown(_browser, live_site):
    context = _browser.new_context(
        base_url=live_site.base_url, java_script_enabled=False
    )
    page = context.new_page()
    page.goto("/docs/quick-start")
    for words in (
        "curl http",
        "from openai",
        "import OpenAI",
        "HttpClient",
        "URLSession",
    ):
        expect(first_code(page).get_by_text(words).first).to_be_visible()
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)
    page.get_by_role("link", name="Authentication").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Authentication")
    context.close()


def test_a_request_is_tried_from_the_reference(page, live_site, alice):
    visit, strangers = Visit(page), []
    here = (live_site.base_url, "data:", "blob:")
    page.on(
        "request", lambda one: one.url.startswith(here) or strangers.append(one.url)
    )
    page.goto("/docs/reference")
    page.locator("main").get_by_role("link", name="Create images").click()
    trial = page.get_by_role("form", name="Try it")
    trial.get_by_role("button", name="Send").click()
    expect(trial.get_by_role("status")).to_contain_text("401")
    trial.get_by_label("API key").fill(alice.secret)
    trial.get_by_label("dry_run").select_option("true")
    trial.get_by_role("button", name="Send").click()
    expect(trial.get_by_role("status")).to_contain_text('"object": "quote"')
    assert alice.credits() == 100
    trial.get_by_label("dry_run").select_option("")
    trial.get_by_role("button", name="Send").click()
    expect(trial.locator("img")).to_have_js_property("complete", True)
    assert trial.locator("img").evaluate("it => it.naturalWidth") == 683
    assert alice.credits() == 99

    page.goto("/docs/reference/get-v1-models-name")
    trial.get_by_label("API key").fill(alice.secret)
    trial.get_by_label("name").fill("sketch-1")
    trial.get_by_role("button", name="Send").click()
    expect(trial.get_by_role("status")).to_contain_text('"id": "sketch-1"')
    assert (visit.said, strangers) == ([], [])
