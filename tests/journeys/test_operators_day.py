"""An operator's day in one sitting: a customer, a new provider, a price, a maintenance.

Each step is left in `test-results/operators`, one picture each, and how long it took is
printed.
"""

import re
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect

from accounts.models import StaffDeed
from accounts.staff import StaffRole
from accounts.staffing import appoint
from playground.generation.audit import audit
from tests.upstreams.two_studios import two_studios
from tests.web.charged import a_charged_order

pytestmark = pytest.mark.proof
RESULTS = Path("test-results/operators")
A_MINUTE = 60
SECRET = "sk-very-secret-0123456789"
BOAT = {"prompt": "a boat", "model": "boat"}
IMAGES = "/v1/images/generations"
HERON = "easel:slow 25 a heron"


@contextmanager
def step(page, name):
    """Do a step, keep what it looks like, and say how long it took."""
    started = time.monotonic()
    yield
    print(f"{name}: {time.monotonic() - started:.1f} s")
    page.screenshot(path=RESULTS / f"{name}.png", full_page=True)


def show(page, path, name):
    page.goto(path)
    page.screenshot(path=RESULTS / f"{name}.png", full_page=True)


@pytest.fixture
def studios(books_db, settings, tmp_path):
    with two_studios(settings, tmp_path) as both:
        yield both


def test_a_day(page, api, alice, carol, bob, sign_in, studios, browser_context):
    appoint(bob.person, StaffRole.ADMIN)
    order = a_charged_order(carol.account, credits=6, delivered=2, prompt="a heron")
    sign_in(page, bob)

    started = time.monotonic()
    with step(page, "1-found"):
        find_the_request(page, carol.account.keys.get().prefix, order)
    with step(page, "2-refunded-and-answered"):
        give_back_and_answer(page)
    assert time.monotonic() - started < A_MINUTE
    assert carol.credits() == 100
    show(page, f"/operator/log?subject={order.pk}", "3-log")
    expect(page.get_by_text("refunded_credits: 0 → 12")).to_be_visible()

    with step(page, "4-channel-added"):
        add_a_channel(page, studios[1].url)
    with step(page, "5-channel-tested"):
        page.get_by_role("button", name="Test spare").click()
        expect(page.get_by_role("dialog").get_by_text("painted")).to_be_visible()
    show(page, "/operator/channels/preview?model=boat", "6-routing")
    expect(page.get_by_role("cell", name="spare", exact=True)).to_be_visible()
    assert SECRET not in page.content()
    assert SECRET not in str(list(StaffDeed.objects.values()))

    paid = [cost_of(api, alice)]
    with step(page, "7-price-previewed"):
        preview_a_price(page)
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved. Orders pay the new price now").wait_for()
    paid.append(cost_of(api, alice))
    show(page, "/operator/prices/history?about=boat", "8-price-history")
    expect(page.get_by_text("dearer varnish")).to_be_visible()
    assert paid == [5, 7]

    creating = browser_context.new_page()
    creating.goto("/?model=sketch-1&n=1")
    creating.get_by_role("switch", name="Rehearse").check()
    order_one(creating, HERON)
    expect(creating.locator("#feed .prompt").first).to_have_text(HERON)
    page.goto("/operator/health")
    under_way = page.get_by_role("row", name="Playground")
    with step(page, "9-drained"):
        page.get_by_label("What customers read").fill("A new disk, ten minutes.")
        page.get_by_role("button", name="Take no new orders").click()
        expect(under_way).to_contain_text(re.compile(r"Playground\s*0\s*1"))
    order_one(creating, "a fox")
    problem = creating.locator("#problem")
    expect(problem).to_contain_text("takes no new orders just now")
    creating.screenshot(path=RESULTS / "10-told-to-wait.png")
    with step(page, "11-nothing-under-way"):
        expect(under_way).to_contain_text(re.compile(r"Playground\s*0\s*0"))
    expect(creating.locator("#feed [data-picture]")).to_have_count(1)
    page.get_by_role("button", name="Take orders again").click()
    expect(page.get_by_text("Orders are taken again.").first).to_be_visible()
    order_one(creating, "a fox")
    expect(creating.locator("#feed .prompt").first).to_have_text("a fox")
    assert audit() == []


def find_the_request(page, prefix, order):
    """From the beginning of a key to the customer, and to what they ordered."""
    page.goto("/operator/")
    page.get_by_label("Request id").fill(prefix)
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name=order.pk).click()
    expect(page.get_by_text("Bad gateway")).to_be_visible()


def give_back_and_answer(page):
    page.get_by_label("Reason").fill("Six fingers")
    page.get_by_role("button", name="Give back").click()
    expect(page.get_by_text("All of it was given back.")).to_be_visible()
    page.get_by_label("Message").fill("You are right. The credits are back.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("You are right.")).to_be_visible()


def add_a_channel(page, url):
    page.goto("/operator/channels")
    page.get_by_role("link", name="New channel").click()
    form = page.get_by_role("dialog")
    form.get_by_label("Name").fill("spare")
    form.get_by_label("Provider").fill("left")
    form.get_by_label("Credential").fill(SECRET)
    form.get_by_label("Base URL").fill(url)
    form.get_by_label("private network").check()
    form.get_by_role("button", name="Add channel").click()
    expect(page.get_by_text("spare is added").first).to_be_visible()


def preview_a_price(page):
    page.goto("/operator/prices/models/boat")
    page.get_by_label("1K", exact=True).fill("7")
    page.get_by_label("Reason").fill("dearer varnish")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("table").get_by_text("Boat").first).to_be_visible()


def cost_of(api, customer):
    answer = api.post(IMAGES, as_=customer, **BOAT).json()
    return answer["metadata"]["cost"]["credits"]


def order_one(page, prompt):
    page.get_by_label("Prompt").fill(prompt)
    page.locator("#generate").click()
