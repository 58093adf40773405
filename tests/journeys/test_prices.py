"""A change of price, end to end, in a browser: looked at, saved, and paid by the next."""

import re

from accounts.staff import StaffRole
from accounts.staffing import appoint
from playground.generation.audit import audit

IMAGES = "/v1/images/generations"
FOX = {"prompt": "a fox", "model": "sketch-1", "resolution": "2K"}


def test_a_price_is_previewed_saved_and_paid_by_the_next_order(
    page, api, alice, sign_in
):
    appoint(alice.person, StaffRole.FINANCE)
    quote = api.post(f"{IMAGES}?dry_run=true", as_=alice, **FOX).json()
    sign_in(page, alice)
    asking = page.context.new_page()
    asking.goto("/?model=sketch-1&resolution=2K&n=1&prompt=a+fox")

    page.goto("/operator/prices")
    page.get_by_role("link", name="Sketch", exact=True).click()
    page.get_by_label("2K", exact=True).fill("4")
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("heading", name="1 price would change").wait_for()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved. Orders pay the new price now").wait_for()

    page.goto("/models/sketch-1")
    own = page.locator("#prices .mine .price-cell").all_inner_texts()
    assert [re.match(r"\d+", cell)[0] for cell in own] == ["1", "1", "4", "2"]
    asking.get_by_role("button", name="Generate").click()
    asking.get_by_text("The price is now 4 credits").wait_for()
    kept = api.post(IMAGES, as_=alice, quote_id=quote["quote_id"], **FOX).json()
    now = api.post(IMAGES, as_=alice, **FOX).json()
    assert kept["metadata"]["cost"]["credits"] == 1
    assert now["metadata"]["cost"]["credits"] == 4
    assert alice.credits() == 95
    page.goto("/operator/prices/history?about=sketch-1")
    page.get_by_role("row", name="sketch-1, list price of 2K the file’s 4").wait_for()
    assert audit() == []
