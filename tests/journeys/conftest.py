"""What a journey needs besides the stage: a quiet console, a phone, no script.

Where it ended is in `test-results/journeys`, one picture each.
"""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.cast import PASSWORD
from tests.journeys.scene import scene_of
from tests.journeys.tour import Tour
from tests.services.visits import EXPECTED

# A guest's picture waits behind everybody else's work: on a busy machine that takes a while.
expect.set_options(timeout=60_000)

PHONE = {"width": 390, "height": 844}
PHOTOS = Path("test-results/journeys")


@pytest.fixture
def photograph(request):
    """Keep what a page shows, by the journey's own words."""

    def photographed(page):
        name = re.sub(r"\W+", "-", request.node.name.removeprefix("test_"))
        page.screenshot(path=PHOTOS / f"{name}.png")

    return photographed


@pytest.fixture
def page(browser_page, worker, photograph):
    """A page whose console must stay silent: no script error, nothing against the policy."""
    said = []
    browser_page.on("pageerror", lambda error: said.append(str(error)))
    browser_page.on(
        "console",
        lambda message: (
            said.append(message.text)
            if message.type in ("error", "warning")
            and not EXPECTED.search(message.text)
            else None
        ),
    )
    yield browser_page
    photograph(browser_page)
    assert said == []


@pytest.fixture
def phone(page):
    page.set_viewport_size(PHONE)
    return page


@pytest.fixture
def plain_page(_browser, live_site, worker, photograph):
    """A browser that runs no script."""
    context = _browser.new_context(
        base_url=live_site.base_url, java_script_enabled=False
    )
    plain = context.new_page()
    yield plain
    photograph(plain)
    context.close()


@pytest.fixture
def sign_in():
    """Come in by the front door: `sign_in(page, alice)`."""

    def signed_in(page, customer):
        page.goto("/accounts/login/")
        page.get_by_label("Email").fill(customer.person.email)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/")

    return signed_in


ELSEWHERE = {
    "provider_id": "oidc",
    "name": "Northwind",
    "client_id": "easel",
    "secret": "s",
    "settings": {"server_url": "http://127.0.0.1:9"},
}


@pytest.fixture
def tour(_browser, live_site, alice, settings):
    """Somebody who goes to the places and looks."""
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [ELSEWHERE]}}
    tour = Tour(_browser, live_site.base_url, scene_of(alice))
    yield tour
    tour.close()
