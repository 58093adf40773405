"""Pages and letters speak the language that was chosen, by address, person or browser."""

import pytest
from django.test import Client
from django.utils.formats import date_format
from django.utils.translation import override

from accounts.roles import Role
from billing.checkout import open_checkout
from billing.counter import Button, press
from billing.ledger import wallet_of
from billing.models import StripePayment
from billing.packs import find_pack
from playground.notices.rounds import tell_retiring_models
from tests.cast import join
from tests.letters import posted
from tests.web.orders import an_order
from tests.web.test_rounds import ending_soon
from tests.web.test_signin import NEW_PASSWORD, sign_in

ending_soon = ending_soon


@pytest.fixture(autouse=True)
def languages(settings):
    settings.LANGUAGES = [("en", "English"), ("fr", "Français"), ("de", "Deutsch")]


def choose(person, language):
    person.language = language
    person.save()


@pytest.mark.parametrize(
    ("path", "chosen", "asked", "language"),
    [
        ("/console/keys", "fr", "de", "fr"),
        ("/console/keys", "", "de", "de"),
        ("/console/keys", "xx", "es", "en"),
        ("/de/gallery", "fr", "", "de"),
        ("/gallery", "fr", "de", "fr"),
        ("/gallery", "", "en", "en"),
    ],
)
def test_the_address_then_the_person_then_the_browser(
    client, alice, path, chosen, asked, language
):
    choose(alice.person, chosen)
    client.force_login(alice.person)
    page = client.get(path, headers={"accept-language": asked})
    assert f'<html lang="{language}"' in page.text
    assert page.headers["content-language"] == language


def test_a_stranger_gets_what_the_browser_asks(books_db):
    page = Client().get("/accounts/login/", headers={"accept-language": "de"})
    assert '<html lang="de"' in page.text


def test_a_strangers_first_page_is_at_the_address_of_their_language(books_db):
    first = Client().get("/gallery?order=remixed", headers={"accept-language": "de"})
    assert first.headers["location"] == "/de/gallery?order=remixed"
    assert first.headers["vary"] == "Accept-Language, Cookie"


def test_what_is_fetched_for_a_page_is_in_the_language_of_the_page(books_db):
    page = {"hx-request": "true", "hx-current-url": "http://testserver/de/"}
    part = Client().get("/create/settings", headers=page)
    assert part.headers["content-language"] == "de"


def test_a_stranger_chooses_a_language_and_keeps_it(books_db):
    browser = Client(headers={"accept-language": "de"})
    chosen = browser.get("/language?language=en&next=/de/gallery")
    assert chosen.headers["location"] == "/gallery"
    assert '<html lang="en"' in browser.get("/gallery").text
    chosen = browser.get("/language?language=fr&next=/gallery")
    assert chosen.headers["location"] == "/fr/gallery"
    assert browser.get("/gallery").headers["location"] == "/fr/gallery"
    away = browser.get("/language?language=fr&next=https://elsewhere.example/")
    assert away.headers["location"] == "/fr/"


def test_a_person_chooses_a_language_for_all_their_browsers(client, alice):
    client.force_login(alice.person)
    chosen = client.post("/language", {"language": "de", "next": "/console/keys"})
    assert chosen.headers["location"] == "/console/keys"
    alice.person.refresh_from_db()
    assert alice.person.language == "de"


def test_a_letter_is_in_the_language_of_whoever_gets_it(alice, bob, ending_soon):
    choose(alice.person, "fr")
    for person in (alice, bob):
        an_order(person.account, model="workshop-flux")
    tell_retiring_models()
    french, english = posted()
    with override("fr"):
        day = date_format(ending_soon, "j F Y")
    assert day in french.body and day not in english.body
    assert '<html lang="fr">' in french.alternatives[0].content
    assert '<html lang="en">' in english.alternatives[0].content


def test_amounts_are_written_as_the_language_of_the_reader_writes_them(
    client, alice, bob, settings
):
    settings.PACKS = {"usd": {"125050": 61_200}}
    choose(alice.person, "de")
    join(alice.account, bob.person, Role.BILLING)
    wallet, pack = wallet_of(alice.account.pk), find_pack("usd-125050")
    open_checkout(wallet, pack, return_url="/", cancel_url="/")
    payment = StripePayment.objects.get()
    press(payment.session_id, Button.PAY)
    german, english = posted()
    assert "A payment of $1.250,50 brought 61.200 credits." in german.body
    assert "A payment of $1,250.50 brought 61,200 credits." in english.body
    sign_in(client, "alice@example.com")
    receipt = client.get(f"/console/credits/receipts/{payment.pk}").text
    assert "61.200 credits" in receipt and "$1.250,50" in receipt
    assert "61,200" not in receipt


def test_letters_about_signing_in_are_in_the_language_of_the_address(client, alice):
    choose(alice.person, "fr")
    facts = {"email": "alice@example.com", "password1": NEW_PASSWORD}
    client.post("/accounts/signup/", facts)
    [letter] = posted()
    assert '<html lang="fr">' in letter.alternatives[0].content


@pytest.mark.parametrize(
    ("language", "shown"),
    [("", "28 May 2027"), ("es/", "28 may 2027"), ("zh-hans/", "2027年5月28日")],
)
def test_a_day_is_written_as_the_language_writes_it(db, settings, language, shown):
    settings.LANGUAGES = [("en", "English"), ("es", "Español"), ("zh-hans", "中文")]
    page = Client().get(f"/{language}models/gemini-3-pro-image-preview").text
    assert page.count(shown) >= 2
