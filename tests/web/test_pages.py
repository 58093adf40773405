"""What every page answers, and what an address answers that is no page."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client


@pytest.mark.parametrize(
    "address", ["/", "/create/quote", "/create/settings", "/console/credits"]
)
def test_a_page_answers_a_question_for_its_headers_alone(client, alice, address):
    client.force_login(alice.person)
    answer = client.head(address)
    assert answer.status_code == 200
    assert answer.content == b""


@pytest.mark.parametrize("address", ["/nowhere", "/console/nothing/here", "/create/"])
@pytest.mark.parametrize("debug", [True, False])
def test_an_unknown_address_has_our_own_page(
    client, books_db, settings, address, debug
):
    settings.DEBUG = debug
    answer = client.get(address)
    assert answer.status_code == 404
    assert "There is nothing at this address" in answer.text
    assert "<style" not in answer.text


@pytest.mark.parametrize("debug", [True, False])
def test_an_address_that_lacks_its_slash_is_put_right(
    client, books_db, settings, debug
):
    settings.DEBUG = debug
    answer = client.get("/accounts/login?next=/console")
    assert answer.status_code == 301
    assert answer["Location"] == "/accounts/login/?next=/console"


def test_an_unknown_address_takes_no_form_either(books_db, settings):
    settings.DEBUG = True
    assert Client(enforce_csrf_checks=True).post("/nowhere").status_code == 404


def test_a_phone_can_put_easel_on_its_home_screen(client, db):
    page = client.get("/accounts/login/").text
    address = re.search(r'rel="manifest" href="([^"]+)"', page)[1]
    manifest = client.get(address)
    assert manifest["Content-Type"] == "application/manifest+json"
    icons = manifest.json()["icons"]
    assert {icon["purpose"] for icon in icons} == {"any", "maskable"}
    assert all(finders.find(icon["src"].removeprefix("/static/")) for icon in icons)


def test_no_file_makes_the_server_wait_while_it_is_sent(client, alice):
    client.force_login(alice.person)
    files = ("usage.csv", "activity.csv", "credits/statement.csv")
    sent = [client.get(f"/console/{one}") for one in files]
    style = client.get("/static/css/tokens.css")
    part = client.get("/static/css/tokens.css", headers={"range": "bytes=0-8"})
    assert {one.is_async for one in sent} == {True}
    assert not style.streaming and style.content.decode() == read("css/tokens.css")
    assert (part.status_code, part.content) == (206, style.content[:9])


def read(name):
    return Path(finders.find(name)).read_text()
