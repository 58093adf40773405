"""An operator drains Easel, waits until nothing is under way, and opens again."""

import re
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from accounts.staff import StaffRole
from accounts.staffing import appoint
from playground.generation.models import Generation
from tests.web.orders import an_order


def test_drain_and_open_again(page, sign_in, alice, carol, browser_context):
    appoint(alice.person, StaffRole.ADMIN)
    soon = timezone.now() + timedelta(hours=1)
    facts = {"state": "running", "finished_at": None, "deadline": soon}
    order = an_order(carol.account, delivered=0, **facts)
    sign_in(page, alice)
    page.goto("/operator/health")

    page.get_by_label("What customers read").fill("A new disk, ten minutes.")
    page.get_by_role("button", name="Take no new orders").click()

    banner = page.get_by_role("complementary", name="Maintenance")
    expect(banner).to_contain_text("A new disk, ten minutes.")
    left = page.get_by_role("region", name="Orders under way")
    playground = left.get_by_role("row", name="Playground")
    expect(playground).to_contain_text(re.compile(r"Playground\s*0\s*1"))

    creating = browser_context.new_page()
    creating.goto("/")
    creating.get_by_label("Prompt").fill("a fox")
    creating.locator("#generate").click()
    problem = creating.locator("#problem")
    expect(problem).to_contain_text("takes no new orders just now")
    assert creating.get_by_label("Prompt").input_value() == "a fox"

    Generation.objects.filter(pk=order.pk).update(state="failed")
    expect(playground).to_contain_text(re.compile(r"Playground\s*0\s*0"))  # by itself

    page.get_by_role("button", name="Take orders again").click()
    expect(banner).to_have_count(0)
    creating.locator("#generate").click()
    expect(creating.locator("#feed .prompt").first).to_have_text("a fox")
