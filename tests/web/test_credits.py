"""The page of credits: exact, one's own, and a page at a time."""

import re

import pytest
from django.urls import reverse

from accounts.ids import new_id
from billing.ledger import MICRO, credit, wallet_of
from playground.generation.books import Open
from playground.generation.models import Generation
from playground.generation.studio import in_studio, studio
from tests.cast import customer

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
    assert "Balance 100 credits" in text
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
    older = re.search(r'href="/console/credits(\?before=\d+)', first.text)
    second = page.get(PAGE + older.group(1))
    assert (first.text.count("<time"), second.text.count("<time")) == (50, 11)
    assert "Newest" in second.text and "Older" not in second.text


def test_a_new_line_moves_nothing_on_the_older_page(page, alice):
    for number in range(60):
        give(alice, MICRO, f"grant:{number}")
    before = words(page.get(PAGE + "?before=12"))
    give(alice, MICRO, "grant:new")
    tables = [
        text.split("Statement")[1]
        for text in (before, words(page.get(PAGE + "?before=12")))
    ]
    assert tables[0] == tables[1]


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
