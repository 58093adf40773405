"""Signing up, confirming, signing in, and what a guest's pictures do meanwhile."""

import re
from decimal import Decimal

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from accounts.issuing import account_of
from accounts.models import Account, Person
from billing.ledger import MICRO, wallet_of
from playground.generation.models import Generation, Picture
from playground.web.people import GUEST_COOKIE, buyer_for, remember_guest
from playground.web.tries import COOKIE_SALT, TRIES_COOKIE
from tests.cast import PASSWORD
from tests.letters import posted
from tests.web.hashers import CountingHasher
from tests.web.orders import a_picture_of, an_order

NEW_PASSWORD = "a quieter shade of blue"


@pytest.fixture
def guest(client, rf, books_db):
    """The account of a guest, whose cookie is in `client`."""
    return guest_in(client, rf)


def guest_in(browser, rf):
    request = rf.post("/create/runs")
    request.user = AnonymousUser()
    request.COOKIES = {name: morsel.value for name, morsel in browser.cookies.items()}
    account_id = buyer_for(request).account_id
    response = HttpResponse()
    remember_guest(request, response)
    browser.cookies.update(response.cookies)
    return Account.objects.get(pk=account_id)


def sign_up(browser, email="ada@example.com"):
    facts = {"email": email, "password1": NEW_PASSWORD}
    return browser.post("/accounts/signup/", facts, follow=True)


def sign_in(browser, email, password=PASSWORD):
    facts = {"login": email, "password": password}
    return browser.post("/accounts/login/", facts, follow=True)


def link_in(mail):
    return re.search(r"http://testserver(/\S+)", mail.body).group(1)


def confirm(browser, mail):
    return browser.post(link_in(mail), follow=True)


def credits_of(email):
    account = account_of(Person.objects.get(email=email))
    return Decimal(wallet_of(account.pk).available) / MICRO


def test_a_new_person_confirms_their_mail_and_has_fifty_credits(client, books_db):
    assert "Look in your mail" in sign_up(client).content.decode()
    assert "Open this link" in posted()[0].body
    page = confirm(client, posted()[0])
    assert page.context["user"].email == "ada@example.com"
    assert "<b>50</b> credits" in page.content.decode()


def test_nobody_is_in_before_the_mail_is_confirmed(client, books_db):
    sign_up(client)
    assert (
        "Look in your mail"
        in sign_in(client, "ada@example.com", NEW_PASSWORD).content.decode()
    )
    assert client.get("/console/usage").status_code == 302
    assert credits_of("ada@example.com") == 0


def test_confirming_twice_brings_the_welcome_credits_once(client, books_db):
    sign_up(client)
    confirm(client, posted()[0])
    EmailAddress.objects.update(verified=False)
    confirm(client, posted()[0])
    assert credits_of("ada@example.com") == 50


def test_an_address_is_welcomed_once_even_for_another_person(client, books_db):
    sign_up(client)
    confirm(client, posted()[0])
    client.post("/accounts/logout/")
    EmailAddress.objects.all().delete()
    Person.objects.update(email="gone@example.com")
    cache.clear()  # allauth waits three minutes before it writes to an address again
    sign_up(client, "ADA@example.com")
    confirm(client, posted()[1])
    assert credits_of("ada@example.com") == 0


def test_a_second_address_brings_no_second_welcome(client, books_db):
    sign_up(client)
    confirm(client, posted()[0])
    client.post("/accounts/reauthenticate/", {"password": NEW_PASSWORD})
    client.post("/accounts/email/", {"action_add": "", "email": "two@example.com"})
    confirm(client, posted()[1])
    assert EmailAddress.objects.get(email="two@example.com").verified
    assert credits_of("ada@example.com") == 50


def test_signing_up_twice_tells_a_stranger_nothing(client, alice):
    fresh = sign_up(Client(), "new@example.com")
    taken = sign_up(client, "alice@example.com")
    assert taken.redirect_chain == fresh.redirect_chain
    assert "There is one already" in posted()[1].body
    assert posted()[1].to == ["alice@example.com"]


def test_signing_up_takes_the_same_work_for_a_known_address(client, alice, settings):
    settings.PASSWORD_HASHERS = ["tests.web.hashers.CountingHasher"]
    CountingHasher.hashed.clear()
    sign_up(client, "alice@example.com")
    assert CountingHasher.hashed == [NEW_PASSWORD]
    sign_up(Client(), "new@example.com")
    assert CountingHasher.hashed == [NEW_PASSWORD] * 2


def test_strangers_cannot_lock_somebody_out(client, alice):
    for n in range(14):
        stranger = Client(REMOTE_ADDR=f"198.51.100.{n}")
        sign_in(stranger, "alice@example.com", "wrong")
    assert sign_in(client, "alice@example.com").context["user"] == alice.person


def test_one_network_cannot_guess_on_from_another_of_its_addresses(books_db, alice):
    guesses = [Client(REMOTE_ADDR=f"2001:db8:1:2::{n:x}") for n in range(6)]
    pages = [sign_in(one, "alice@example.com", "wrong") for one in guesses]
    assert "Too many tries" in pages[-1].text


def test_a_wrong_password_does_not_say_which_part_was_wrong(client, alice):
    wrong = sign_in(client, "alice@example.com", "wrong").content.decode()
    unknown = sign_in(client, "nobody@example.com", "wrong").content.decode()
    for page in (wrong, unknown):
        assert "That email and password do not match." in page
        assert 'role="alert"' in page
        assert 'aria-invalid="true"' in page


def test_guessing_passwords_is_stopped(client, alice):
    pages = [sign_in(client, "alice@example.com", f"guess {n}") for n in range(6)]
    assert "Too many tries" in pages[-1].content.decode()
    assert "Too many tries" in sign_in(client, "alice@example.com").content.decode()


def test_too_many_sign_ups_from_one_place_get_a_page_of_ours(client, books_db):
    answers = [client.post("/accounts/signup/", {"email": "x"}) for _ in range(21)]
    assert answers[-1].status_code == 429
    assert "Wait a minute, then try again." in answers[-1].content.decode()
    assert 'class="topbar"' in answers[-1].content.decode()


def test_a_weak_password_is_refused_beside_its_field(client, books_db):
    facts = {"email": "ada@example.com", "password1": "password"}
    page = client.post("/accounts/signup/", facts).content.decode()
    assert "This password is too common." in page
    assert 'aria-invalid="true"' in page
    assert not Person.objects.exists()


def test_a_forgotten_password_is_chosen_anew_by_mail(client, alice):
    client.post("/accounts/password/reset/", {"email": "alice@example.com"})
    form = client.get(link_in(posted()[0]), follow=True)
    address = form.redirect_chain[-1][0]
    facts = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    assert "Password saved" in client.post(address, facts, follow=True).content.decode()
    signed_in = sign_in(client, "alice@example.com", NEW_PASSWORD)
    assert signed_in.context["user"] == alice.person


def test_asking_for_a_password_does_not_say_who_has_an_account(client, alice):
    known = client.post("/accounts/password/reset/", {"email": "alice@example.com"})
    unknown = client.post("/accounts/password/reset/", {"email": "no@example.com"})
    assert known.headers["location"] == unknown.headers["location"]
    assert "There is none" in posted()[1].body


def test_signing_out_takes_a_button_not_a_link(client, alice):
    client.force_login(alice.person)
    assert "Sign out?" in client.get("/accounts/logout/").content.decode()
    assert client.get("/console/usage").status_code == 200
    client.post("/accounts/logout/")
    assert client.get("/console/usage").status_code == 302


def test_a_guests_pictures_survive_sign_up(client, guest):
    picture = a_picture_of(an_order(guest, lane="guest"))
    sign_up(client)
    assert "a fox" in client.get("/").text
    confirm(client, posted()[0])
    ada = account_of(Person.objects.get())
    assert Picture.objects.get(account=ada) == picture
    assert "a fox" in client.get("/").text
    assert credits_of("ada@example.com") == 50


def test_signing_up_brings_no_new_tries(client, guest):
    an_order(guest, lane="guest", n=8, delivered=8)
    assert "4 of 12 free tries left" in client.get("/").text
    sign_up(client)
    assert "4 of 12 free tries left" in client.get("/").text
    confirm(client, posted()[0])
    client.post("/accounts/logout/")
    assert "4 of 12 free tries left" in client.get("/").text
    ask = {"prompt": "a fox", "resolution": "1K", "n": "6", "quoted": "0"}
    assert client.post("/create/runs", ask).status_code == 429
    assert client.post("/create/runs", {**ask, "n": "3"}).status_code == 302
    assert "1 of 12 free tries left" in client.get("/").text
    sign_up(client, "eve@example.com")
    assert "1 of 12 free tries left" in client.get("/").text


def test_tries_used_before_signing_in_are_forgotten_the_next_day(client, guest, alice):
    an_order(guest, lane="guest", n=8, delivered=8)
    sign_in(client, "alice@example.com")
    client.post("/accounts/logout/")
    assert "4 of 12 free tries left" in client.get("/").text
    older = HttpResponse()
    older.set_signed_cookie(TRIES_COOKIE, "2026-01-01 8", salt=COOKIE_SALT)
    client.cookies.update(older.cookies)
    assert "12 of 12 free tries left" in client.get("/").text


def test_a_guests_pictures_and_live_order_follow_a_sign_in(client, guest, alice):
    done = an_order(guest, lane="guest")
    picture = a_picture_of(done)
    live = an_order(guest, lane="guest", state="running", delivered=0)
    page = sign_in(client, "alice@example.com")
    assert page.context["user"] == alice.person
    assert set(Generation.objects.filter(account=alice.account)) == {done, live}
    assert Picture.objects.get(account=alice.account) == picture
    assert GUEST_COOKIE not in {n for n, m in client.cookies.items() if m.value}


def test_two_guests_live_orders_can_follow_the_same_person(client, guest, alice, rf):
    an_order(guest, lane="guest", state="running", delivered=0)
    sign_in(client, "alice@example.com")
    elsewhere = Client()
    other = guest_in(elsewhere, rf)
    an_order(other, lane="guest", state="queued", delivered=0)
    sign_in(elsewhere, "alice@example.com")
    assert Generation.objects.filter(account=alice.account).count() == 2


def test_two_people_cannot_both_have_one_guests_pictures(client, guest, alice, carol):
    a_picture_of(an_order(guest, lane="guest"))
    twin = Client()
    twin.cookies.update(client.cookies)
    sign_in(client, "alice@example.com")
    sign_in(twin, "carol@example.com")
    assert Picture.objects.get().account == alice.account
    assert not Generation.objects.filter(account=carol.account).exists()


def test_the_same_browser_is_the_same_guest(client, guest, rf):
    assert guest_in(client, rf) == guest
    cookie = client.cookies[GUEST_COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] == 365 * 24 * 3600


def test_a_forged_cookie_is_nobody(client, guest, rf):
    stranger = Client()
    stranger.cookies[GUEST_COOKIE] = f"{guest.pk}:forged:signature"
    assert guest_in(stranger, rf) != guest


def test_a_guest_has_no_console(client, guest):
    for path in ("/console", "/console/usage", "/console/keys", "/console/keys/new"):
        answer = client.get(path)
        assert answer.status_code == 302
        assert answer.headers["location"].startswith("/accounts/login/?next=/console")
