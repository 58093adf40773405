"""The page of credits: exact, one's own, and a page at a time."""

import csv
import re
import time
from datetime import UTC, datetime
from decimal import Decimal
from urllib.request import Request, urlopen

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.ids import new_id
from accounts.models import AccessGroup
from billing.ledger import MICRO, credit, wallet_of
from billing.models import (
    BillingDetails,
    Card,
    PromoCode,
    StripePayment,
    TopUpRule,
)
from playground.generation.books import Close, Open
from playground.generation.catalogue import catalogue
from playground.generation.models import Generation
from playground.generation.studio import in_studio, studio
from tests.cast import customer
from tests.generation.test_books import closing, do, opened
from tests.web.orders import an_order
from tests.web.streamed import whole

PAGE = "/console/credits"


@pytest.fixture
def page(client, alice):
    client.force_login(alice.person)
    return client


def give(person, amount, name, kind="grant"):
    credit(person.account.pk, amount, kind=kind, key=name)


def words(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


async def open_order(generation):
    return await studio().books.do(Open(generation, 60))


def held_order(person, credits, n=2):
    generation = Generation(
        id=new_id("img"),
        account_id=person.account.pk,
        group_id="standard",
        lane="browser",
        endpoint="playground",
        model="sketch-1",
        prompt="a fox",
        request={},
        n=n,
        unit_price_microcredits=credits * MICRO // n,
        state="queued",
    )
    assert in_studio(open_order(generation))
    return generation


def test_the_page_is_for_people_who_signed_in(client, books_db):
    assert client.get(PAGE)["Location"].startswith(reverse("account_login"))


def test_it_shows_what_is_left(page):
    assert "Available 100 credits" in words(page.get(PAGE))


def test_it_shows_packs_with_what_a_credit_comes_to(page):
    text = words(page.get(PAGE))
    assert "$5" in text and "$0.0208 a credit" in text
    assert "1,010" in text and "$0.0198 a credit" in text


def test_a_line_says_what_it_was_and_what_it_left(page, alice):
    give(alice, 240 * MICRO, "topup:x", kind="topup")
    assert re.search(r"Credits bought \+240 340", words(page.get(PAGE)))


def test_the_statement_shows_every_decimal_a_credit_has(page, alice):
    give(alice, 123_456, "grant:crumbs")
    assert "+0.123456 100.123456" in words(page.get(PAGE))


def test_the_newest_line_comes_first(page, alice):
    give(alice, 7 * MICRO, "grant:later")
    text = words(page.get(PAGE))
    assert text.index("+7") < text.index("+100")


def test_what_is_held_stands_above_and_is_not_available(page, alice):
    order = held_order(alice, 16)
    text = words(page.get(PAGE))
    assert "Available 84 credits" in text
    assert "Balance 100" in text
    assert f"Held for 2 pictures, sketch-1 {order.pk} −16" in text
    assert text.index(order.pk) < text.index("+100")


def test_nobody_sees_anothers_lines(page, alice, carol):
    give(carol, 77 * MICRO, "grant:carols")
    order = held_order(carol, 10)
    text = words(page.get(PAGE))
    assert "77" not in text
    assert order.pk not in text


def test_a_long_statement_is_turned_page_by_page(page, alice):
    for number in range(60):
        give(alice, MICRO, f"grant:{number}")
    first = page.get(PAGE)
    older = re.search(r'href="/console/credits(\?before=[\d-]+)', first.text)
    second = page.get(PAGE + older.group(1))
    assert (first.text.count("<time"), second.text.count("<time")) == (50, 11)
    assert "Newest" in second.text and "Older" not in second.text


def test_a_new_line_moves_nothing_on_the_older_page(page, alice):
    for number in range(60):
        give(alice, MICRO, f"grant:{number}")
    older = re.search(r'href="/console/credits(\?before=[\d-]+)', page.get(PAGE).text)
    before = table(page.get(PAGE + older.group(1)))
    give(alice, MICRO, "grant:new")
    returned(held_order(alice, 8))
    assert table(page.get(PAGE + older.group(1))) == before


def table(answer):
    """The statement as rows of cells."""
    body = answer.text.partition('class="table statement"')[2].partition("</table>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.S)[1:]
    return [
        [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", cell)).strip() for cell in cells]
        for cells in (re.findall(r"<td[^>]*>(.*?)</td>", row, re.S) for row in rows)
    ]


def returned(order, reason="timeout"):
    closing = Close(
        order.pk, from_state="queued", claim="", state="failed", error_code=reason
    )
    in_studio(studio_does(closing))
    time.sleep(0.002)  # a clock of milliseconds tells what comes next apart


async def studio_does(operation):
    return await studio().books.do(operation)


def number(text):
    return float(text.replace(",", "").replace("−", "-") or 0)


def test_what_was_held_and_returned_is_shown_and_every_balance_adds_up(page, alice):
    returned(held_order(alice, 8))
    give(alice, 240 * MICRO, "topup:x", kind="topup")
    returned(held_order(alice, 4), "moderation_blocked")
    held_order(alice, 16)
    held_order(alice, 2)
    rows = table(page.get(PAGE))
    assert [row[1] for row in rows] == [
        "Held for 2 pictures, sketch-1",
        "Held for 2 pictures, sketch-1",
        "Returned: refused by the model",
        "Held for 2 pictures, sketch-1",
        "Credits bought",
        "Returned: took too long",
        "Held for 2 pictures, sketch-1",
        "Credits given",
    ]
    balances = [number(row[5]) for row in rows]
    moved = [number(row[3]) + number(row[4]) for row in rows]
    assert balances[0] == float(alice.credits()) == 322
    for newer, older, change in zip(balances, balances[1:], moved, strict=False):
        assert newer == older + change


def test_more_than_a_page_of_returns_is_turned_without_loss(page, alice):
    orders = [held_order(alice, 1) for _ in range(56)]
    for order in orders:
        returned(order)
    first = page.get(PAGE)
    older = re.search(r'href="/console/credits(\?before=[\d-]+)', first.text)
    rows = table(first) + table(page.get(PAGE + older.group(1)))
    shown = [row[2] for row in rows if row[1].startswith("Returned")]
    assert shown == [order.pk for order in reversed(orders)]


@pytest.mark.parametrize(
    ("sort", "kinds"),
    [
        ("bought", ["Credits bought"]),
        ("given", ["Credits given"]),
        ("returned", ["Returned: took too long", "Held for 2 pictures, sketch-1"]),
        ("spent", []),
        ("nonsense", None),
    ],
)
def test_the_statement_can_be_filtered(page, alice, sort, kinds):
    give(alice, MICRO, "topup:x", kind="topup")
    returned(held_order(alice, 8))
    rows = [row[1] for row in table(page.get(PAGE, {"sort": sort}))]
    assert rows == kinds if kinds is not None else len(rows) == 4


def test_a_month_shows_its_own_lines(page, alice):
    returned(held_order(alice, 8))
    this = timezone.now().strftime("%Y-%m")
    assert len(table(page.get(PAGE, {"month": this}))) == 3
    assert "Nothing fits" in page.get(PAGE, {"month": "2020-01"}).text


# The file.


def test_the_file_has_every_line_and_adds_up(page, alice):
    give(alice, 1_500_001, "topup:x", kind="topup")
    for number_ in range(600):
        give(alice, MICRO, f"grant:{number_}")
    answer = page.get("/console/credits/statement.csv")
    rows = list(csv.DictReader(whole(answer).splitlines()))
    assert [int(row["seq"]) for row in rows] == list(range(1, 603))
    assert rows[1]["amount"] == "1.500001"
    total = sum(Decimal(row["amount"]) for row in rows)
    assert total == Decimal(rows[-1]["balance_after"]) == alice.credits()


def test_the_file_keeps_to_the_filter_and_to_ones_own(page, alice, carol):
    give(carol, 77 * MICRO, "topup:carols", kind="topup")
    give(alice, 2 * MICRO, "topup:x", kind="topup")
    answer = page.get("/console/credits/statement.csv", {"sort": "bought"})
    rows = list(csv.DictReader(whole(answer).splitlines()))
    assert [row["amount"] for row in rows] == ["2.000000"]


def test_the_file_holds_no_formula(page, alice):
    credit(alice.account.pk, MICRO, kind="grant", key="evil", memo="=1+1")
    answer = page.get("/console/credits/statement.csv")
    assert "'=1+1" in whole(answer)


def test_the_real_site_streams_the_file(live_site, alice, client):
    client.force_login(alice.person)
    cookie = client.cookies["sessionid"].value
    address = f"{live_site.base_url}/console/credits/statement.csv"
    asked = Request(address, headers={"Cookie": f"sessionid={cookie}"})
    with urlopen(asked) as answer:
        assert answer.headers["Transfer-Encoding"] == "chunked"
        assert answer.read().decode().splitlines()[1].endswith("100.000000,,")


# What expires, and how long the rest lasts.


def test_what_expires_is_shown_with_its_date(page, alice):
    until = datetime(2034, 5, 6, tzinfo=UTC)
    credit(alice.account.pk, 40 * MICRO, kind="grant", key="g", expires_at=until)
    assert "spent first 40 on 6 May 2034" in words(page.get(PAGE))


def test_a_banner_says_when_credits_run_out_within_a_week(page, alice):
    assert "at this pace" not in page.get(PAGE).text
    order = opened(alice, price=70, state="running", claim="me")
    in_studio(do(closing(order)))
    # 70 credits in seven days leave 30 for three more.
    said = "About 3 days of credits are left at this pace"
    assert said in page.get(PAGE).text
    usage = page.get("/console/usage").text
    assert said in usage and "Add credits</a>" in usage
    give(alice, 60 * MICRO, "more")
    assert "at this pace" not in page.get(PAGE).text


# Codes, cards, details, auto top-up, receipts.


def test_a_code_is_redeemed_once(page, alice):
    PromoCode.objects.create(code="SPRING", credits=20, max_uses=5)
    answer = page.post("/console/credits/code", {"code": "spring"}, follow=True)
    assert "20 credits added" in answer.text
    again = page.post("/console/credits/code", {"code": "spring"}, follow=True)
    assert "used this code before" in again.text
    assert alice.credits() == 120


def test_codes_cannot_be_guessed(page, alice):
    for guess in range(11):
        answer = page.post("/console/credits/code", {"code": f"GUESS{guess}"})
    PromoCode.objects.create(code="SPRING", credits=20)
    answer = page.post("/console/credits/code", {"code": "SPRING"}, follow=True)
    assert "Too many tries" in answer.text
    assert alice.credits() == 100


def save_card(page, button="save_4242"):
    till = page.post("/console/credits/cards")["Location"]
    return page.post(till, {"outcome": button}, follow=True)


def test_cards_are_saved_chosen_and_removed(page, alice):
    assert "Visa 4242 is saved" in save_card(page).text
    save_card(page, "save_0002")
    first, second = Card.objects.order_by("created_at")
    assert (first.is_default, second.is_default) == (True, False)
    page.post(f"/console/credits/cards/{second.pk}")
    page.post(f"/console/credits/cards/{second.pk}/remove")
    assert list(Card.objects.values_list("pk", "is_default")) == [(first.pk, True)]


@pytest.mark.parametrize(
    ("wish", "chosen"),
    [
        ("usd-500", 'value="usd-500" data-pay="Pay $5" checked'),
        ("usd-2550", 'id="other" checked'),
        ("usd-1", 'value="usd-2000" data-pay="Pay $20" checked'),
        ("nonsense", 'value="usd-2000" data-pay="Pay $20" checked'),
    ],
)
def test_a_mails_link_chooses_what_is_to_be_paid(page, wish, chosen):
    assert chosen in page.get(PAGE, {"pay": wish}).text


def test_nobody_touches_anothers_card(page, alice, carol, client):
    save_card(page)
    card = Card.objects.get()
    client.force_login(carol.person)
    assert client.post(f"/console/credits/cards/{card.pk}/remove").status_code == 404
    assert Card.objects.exists()


RULE = {
    "top_up-is_on": "on",
    "top_up-threshold": "50",
    "top_up-pack": "usd-500",
    "top_up-card": "",
    "top_up-daily_cap": "10",
    "top_up-monthly_cap": "$20.50",
}


def test_auto_top_up_is_switched_on_and_says_saved(page, alice):
    save_card(page)
    htmx = {"HX-Request": "true"}
    answer = page.post("/console/credits/auto", RULE, headers=htmx)
    assert answer.text.lstrip().startswith("<section")
    assert "Saved" in answer.text
    rule = TopUpRule.objects.get()
    assert (rule.state, rule.threshold, rule.pack) == ("on", 50 * MICRO, "usd-500")
    assert (rule.daily_cap, rule.monthly_cap) == (1000, 2050)
    off = {**RULE}
    del off["top_up-is_on"]
    assert "Saved" in page.post("/console/credits/auto", off, follow=True).text
    assert TopUpRule.objects.get().state == "off"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"top_up-daily_cap": "1"}, "At least one pack must fit: $5."),
        ({"top_up-monthly_cap": "lots"}, "Write an amount, such as 100.00."),
        ({"top_up-threshold": "0"}, "greater than or equal to 1"),
        ({}, "Save a card first, then switch it on."),
    ],
)
def test_a_rule_that_cannot_work_is_refused_in_words(page, alice, wrong, said):
    answer = page.post("/console/credits/auto", {**RULE, **wrong})
    assert said in answer.text
    assert not TopUpRule.objects.exists()


DETAILS = {
    "company": "Fox & Sons",
    "line1": "1 Fox Lane",
    "city": "Berlin",
    "country": "de",
    "tax_id_kind": "eu_vat",
    "tax_id": "DE123456789",
    "invoice_email": "bills@fox.example",
}


def test_billing_details_are_kept_and_stand_on_the_receipt(page, alice):
    answer = page.post("/console/credits/details", DETAILS, follow=True)
    assert "Saved" in answer.text
    till = page.post("/console/credits/checkout", {"pack": "usd-500"})["Location"]
    page.post(till, {"outcome": "pay"})
    payment = StripePayment.objects.get()
    receipt = words(page.get(f"/console/credits/receipts/{payment.pk}"))
    assert "Fox &amp; Sons 1 Fox Lane" in receipt
    assert "EU VAT DE123456789" in receipt
    assert "Paid $5" in receipt
    assert f"payment {payment.pk}" in page.get(PAGE).text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"country": "Germany"}, "at most 2 characters"),
        ({"country": ""}, "An address needs its country."),
        ({"tax_id_kind": ""}, "A tax id needs its number and its kind."),
        ({"invoice_email": "bills"}, "Enter a valid email address."),
    ],
)
def test_details_nobody_could_mean_are_refused(page, wrong, said):
    answer = page.post("/console/credits/details", {**DETAILS, **wrong})
    assert answer.status_code == 422
    assert said in answer.text
    assert not BillingDetails.objects.exists()


def test_a_receipt_is_its_owners_alone(page, alice, carol, client):
    till = page.post("/console/credits/checkout", {"pack": "usd-500"})["Location"]
    page.post(till, {"outcome": "pay"})
    payment = StripePayment.objects.get()
    client.force_login(carol.person)
    assert client.get(f"/console/credits/receipts/{payment.pk}").status_code == 404


@pytest.mark.parametrize("before", ["", "x", "-1", "²", "9" * 30])
def test_nonsense_for_a_page_shows_the_newest(page, before):
    assert "+100" in words(page.get(PAGE, {"before": before}))


def test_turning_the_page_by_htmx_brings_the_statement_alone(page):
    fragment = page.get(PAGE, headers={"HX-Request": "true"})
    assert fragment.text.lstrip().startswith("<section")
    assert "HX-Request" in fragment["Vary"]


def test_a_wallet_nobody_used_says_so(client, books_db):
    newcomer = customer("newcomer")
    client.force_login(newcomer.person)
    assert "Nothing yet" in client.get(PAGE).text
    assert wallet_of(newcomer.account.pk).balance == 0


def test_leaving_the_checkout_is_said_to_cost_nothing(page):
    assert "You were not charged" in page.get(f"{PAGE}?cancelled=1").text


def test_the_page_keeps_to_the_content_policy(page):
    text = page.get(PAGE).text
    assert not re.search(r"\sstyle=|<style|\son\w+=|<script(?![^>]*src=)", text)


def test_whoever_has_plenty_and_spends_little_is_told_nothing(page, alice):
    give(alice, 2_000_000 * MICRO, "plenty")
    in_studio(do(closing(opened(alice, price=1, state="running", claim="me"))))
    for path in (PAGE, "/console/usage"):
        assert "at this pace" not in page.get(path).text


def test_a_pack_says_how_many_pictures_it_paints_with_the_usual_model(page, alice):
    assert "1,010 credits paint about 1,010 pictures with Sketch" in page.get(PAGE).text
    an_order(alice.account, credits=8, model="gemini-3-pro-image-preview")
    an_order(alice.account, model="sketch-1", is_test=True)
    model = catalogue().find("gemini-3-pro-image-preview")
    words = f"pictures with {model.name} at {model.default_tier}."
    assert f"1,010 credits paint about 126 {words}" in page.get(PAGE).text
    AccessGroup.objects.filter(pk="standard").update(multiplier="0.5")
    assert f"1,010 credits paint about 252 {words}" in page.get(PAGE).text
    assert f'data-paints="240 credits paint about 60 {words}"' in page.get(PAGE).text
