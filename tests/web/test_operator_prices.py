"""Operators change prices after a look at every one that moves; everybody's page follows."""

import re
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.models import AccessGroup, StaffDeed
from accounts.staff import StaffRole
from accounts.staffing import appoint
from playground.generation.models import PriceChange
from tests.web.streamed import whole

HERE = "/operator/prices"
SKETCH = f"{HERE}/models/sketch-1"


@pytest.fixture
def till(client, alice):
    """Alice looks after the money of this server."""
    appoint(alice.person, StaffRole.FINANCE)
    client.force_login(alice.person)
    return client


def seen_in(response):
    found = re.search(r'name="seen" value="(\d+-\w+)"', response.content.decode())
    return found and found[1]


def changed(till, address, **said):
    """Preview a change, then save just that; return both answers."""
    preview = till.post(address, said)
    saved = till.post(address, {**said, "seen": seen_in(preview) or ""}, follow=True)
    return preview, saved


def test_a_model_is_previewed_then_saved_and_its_own_page_follows(till):
    said = {"price-1K": "4.5", "group-standard": "0.5", "reason": "dearer paint"}

    preview, saved = changed(till, SKETCH, **said)

    rows = re.findall(
        r'<td class="num">([\d.]+)</td><td class="num strong">([\d.]+)</td>',
        preview.content.decode(),
    )
    assert rows == [("1", "0.5"), ("1", "2.25"), ("1", "0.5"), ("2", "1")]
    assert "Saved. Orders pay the new price now" in saved.content.decode()
    assert "2.25" in till.get("/models/sketch-1").content.decode()
    history = till.get(f"{HERE}/history?about=sketch-1").content.decode()
    assert "alice@example.com" in history and "dearer paint" in history
    assert len(whole(till.get(f"{HERE}/history.csv")).splitlines()) == 3


def test_a_price_under_cost_is_flagged_before_it_is_saved(till):
    preview = till.post(f"{HERE}/groups/standard", {"multiplier": "0.01"})

    text = preview.content.decode()
    assert "would be below cost" in text and text.count("below cost</span>") > 100
    assert (
        AccessGroup.objects.get(pk="standard").multiplier,
        seen_in(preview) is None,
    ) == (1, False)
    assert PriceChange.objects.count() == 0


def test_what_was_changed_after_its_preview_is_shown_once_more(till):
    seen = seen_in(till.post(SKETCH, {"price-1K": "4"}))

    answer = till.post(SKETCH, {"price-1K": "40", "seen": seen})

    assert "This is not what was previewed" in answer.content.decode()
    assert PriceChange.objects.count() == 0


@pytest.mark.parametrize(
    ("address", "said", "words"),
    [
        (SKETCH, {"price-1K": "0"}, "0.000001"),
        (SKETCH, {"price-1K": "free"}, "number"),
        (f"{HERE}/groups/standard", {"multiplier": ""}, "required"),
        (f"{HERE}/groups/standard", {"multiplier": "-1"}, "0"),
        (f"{HERE}/groups/standard", {"multiplier": "0.12345"}, "decimal"),
    ],
)
def test_what_is_no_price_is_said_beside_its_field(till, address, said, words):
    answer = till.post(address, {**said, "seen": "0-0"})

    assert (answer.status_code, words in answer.content.decode()) == (422, True)


def test_a_change_to_come_is_listed_and_called_off(till):
    _, saved = changed(
        till, f"{HERE}/groups/standard", multiplier="2", starts_at="2099-01-01T00:00"
    )
    row = PriceChange.objects.get()

    gone = till.post(reverse("price-call-off", args=[row.pk]), follow=True)

    assert "To come" in saved.content.decode()
    assert "To come" not in gone.content.decode()
    assert AccessGroup.objects.get(pk="standard").multiplier == Decimal(1)
    assert [one.action for one in StaffDeed.objects.order_by("pk")][-2:] == [
        "price.changed"
    ] * 2


def test_support_sees_no_prices_to_change(client, bob):
    appoint(bob.person, StaffRole.SUPPORT)
    client.force_login(bob.person)

    assert client.get(HERE).status_code == 403
    assert client.post(SKETCH, {"price-1K": "4"}).status_code == 403


def test_a_new_group_has_its_price_and_a_history(till):
    said = {"slug": "friends", "name": "Friends", "multiplier": "0.8"}
    added = till.post(f"{HERE}/groups/new", said, follow=True).content.decode()
    again = till.post(f"{HERE}/groups/new", said)

    assert "Friends is added." in added and "× 0.8" in added
    assert (again.status_code, AccessGroup.objects.count()) == (422, 2)
    assert PriceChange.objects.get().after == Decimal("0.8")
