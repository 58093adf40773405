"""Other ways in than a password: mailed codes, second steps, other places; and out."""

import re
from urllib.parse import urlsplit

import pytest
import requests
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Activity, Letter, Person
from tests.cast import PASSWORD
from tests.letters import posted
from tests.upstreams.oidc import CLIENT, SECRET, OidcServer
from tests.web.test_signin import credits_of, sign_in

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"


def ask_for_code(browser, email):
    return browser.post("/accounts/login/code/", {"email": email}, follow=True)


def type_in(browser, code):
    return browser.post("/accounts/login/code/confirm/", {"code": code}, follow=True)


def code_in(mail):
    return re.search(r"^([A-Z0-9-]{6,9})$", mail.body, re.M).group(1)


def prove(browser):
    """Say once more who it is, as changes of the locks ask for."""
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})


def digits(secret, later=0):
    counter = list(yield_hotp_counters_from_time())[1] + later
    return format_hotp_value(hotp_value(secret, counter))


@pytest.fixture
def secret(client, alice):
    """Alice's authenticator app is set up in `client`; this is its secret."""
    sign_in(client, "alice@example.com")
    prove(client)
    page = client.get("/accounts/2fa/totp/activate/").text
    secret = re.search(r'value="([A-Z2-7]{32})"', page).group(1)
    client.post("/accounts/2fa/totp/activate/", {"code": digits(secret)})
    return secret


def test_a_mailed_code_opens_the_door_once(client, alice):
    page = ask_for_code(client, "alice@example.com").text
    assert "If alice@example.com has an account, a code is on its way." in page
    code = code_in(posted()[0])
    assert type_in(client, code).context["user"] == alice.person
    client.post("/accounts/logout/")
    assert not type_in(client, code).context["user"].is_authenticated
    assert Letter.objects.get(kind="login_code").text == ""


def test_a_code_works_in_the_browser_that_asked_and_ends_after_three_tries(
    client, alice
):
    ask_for_code(client, "alice@example.com")
    code = code_in(posted()[0])
    assert not type_in(Client(), code).context["user"].is_authenticated
    for _ in range(3):
        type_in(client, "WRONG1")
    assert not type_in(client, code).context["user"].is_authenticated


def test_asking_for_codes_is_limited(alice):
    pages = [ask_for_code(Client(), "alice@example.com").text for _ in range(4)]
    assert "Too many tries" in pages[3]
    assert len(posted()) == 3


@pytest.mark.parametrize("path", ["/accounts/login/code/", "/accounts/password/reset/"])
def test_a_stranger_learns_nothing_from_asking(path, alice):
    """The same page, the same steps, a letter each, and as many questions of the books."""
    seen = []
    for email in ("alice@example.com", "nobody@example.com"):
        browser = Client()
        browser.get("/accounts/login/")
        with CaptureQueriesContext(
            connection,
        ) as work:
            answer = browser.post(path, {"email": email})
        page = browser.get(answer.headers["location"]).text
        seen.append((answer.headers["location"], page.replace(email, ""), len(work)))
    known, unknown = seen
    assert known[0] == unknown[0]
    assert without_token(known[1]) == without_token(unknown[1])
    assert abs(known[2] - unknown[2]) <= 2
    letters = posted()
    assert [one.to for one in letters] == [
        ["alice@example.com"],
        ["nobody@example.com"],
    ]
    assert "There is none." in letters[1].body


def without_token(page):
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)


def test_the_second_step_is_asked_for_and_a_code_works_once(client, alice, secret):
    theirs = Client()
    page = sign_in(theirs, "alice@example.com")
    assert "The second step" in page.text
    assert not page.context["user"].is_authenticated
    cache.clear()
    wrong = theirs.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert "That code does not fit." in wrong.text
    now = digits(secret)
    page = theirs.post("/accounts/2fa/authenticate/", {"code": now}, follow=True)
    assert page.context["user"] == alice.person
    again = Client()
    sign_in(again, "alice@example.com")
    page = again.post("/accounts/2fa/authenticate/", {"code": now}, follow=True)
    assert "That code does not fit." in page.text


def test_a_mailed_code_does_not_pass_by_the_second_step(client, alice, secret):
    theirs = Client()
    ask_for_code(theirs, "alice@example.com")
    code = code_in([one for one in posted() if "code" in one.subject][-1])
    assert "The second step" in type_in(theirs, code).text


def test_a_recovery_code_stands_in_for_a_lost_phone_once(client, alice, secret):
    page = client.get("/accounts/2fa/recovery-codes/").text
    codes = re.search(r'id="codes">(.*?)</pre>', page, re.S).group(1).split()
    assert len(codes) == 10
    for attempt, is_in in ((1, True), (2, False)):
        theirs = Client()
        sign_in(theirs, "alice@example.com")
        page = theirs.post(
            "/accounts/2fa/authenticate/", {"code": codes[0]}, follow=True
        )
        assert page.context["user"].is_authenticated == is_in, attempt


def test_the_apps_secret_is_sealed_at_rest_and_its_owner_told(client, secret):
    kept = Authenticator.objects.get(type="totp").data["secret"]
    assert secret not in kept
    assert any("uthenticator" in one.body for one in posted())


def test_setting_up_a_second_step_asks_who_it_is_once_more(client, alice):
    client.force_login(alice.person)
    answer = client.get("/accounts/2fa/totp/activate/")
    assert answer.headers["location"].startswith("/accounts/reauthenticate/")
    page = client.get(answer.headers["location"]).text
    assert "Is it you?" in page
    facts = {"password": PASSWORD, "next": "/accounts/2fa/totp/activate/"}
    assert client.post("/accounts/reauthenticate/", facts).status_code == 302
    assert client.get("/accounts/2fa/totp/activate/").status_code == 200


def test_a_new_browser_is_told_of_and_a_known_one_is_not(alice):
    first, second = Client(), Client(headers={"user-agent": FIREFOX})
    sign_in(first, "alice@example.com")
    sign_in(second, "alice@example.com")
    second.post("/accounts/logout/")
    sign_in(second, "alice@example.com")
    [letter] = posted()
    assert letter.subject == "Somebody signed in as you"
    assert "Firefox, Linux" in letter.body and "127.0.0.1" in letter.body
    kinds = Activity.objects.filter(kind__startswith="sign_in").order_by("pk")
    assert [one.kind for one in kinds] == [
        "sign_in.done",
        "sign_in.new_device",
        "sign_in.done",
    ]


def test_sessions_are_listed_and_ended_one_by_one_or_all(alice):
    mine, phone, tablet = Client(), Client(headers={"user-agent": FIREFOX}), Client()
    for browser in (mine, phone, tablet):
        sign_in(browser, "alice@example.com")
    page = mine.get("/accounts/sessions/").text
    assert "Firefox, Linux" in page and page.count("this one") == 1
    one = re.search(
        r"/accounts/sessions/\d+/end", page[page.index("Firefox") :]
    ).group()
    mine.post(one)
    assert phone.get("/console/usage").status_code == 302
    assert tablet.get("/console/usage").status_code == 200
    mine.post("/accounts/sessions/")
    assert tablet.get("/console/usage").status_code == 302
    assert mine.get("/console/usage").status_code == 200


def test_nobody_ends_anothers_session(client, alice, carol):
    sign_in(client, "alice@example.com")
    theirs = Client()
    sign_in(theirs, "carol@example.com")
    session = carol.person.usersession_set.get()
    assert client.post(f"/accounts/sessions/{session.pk}/end").status_code == 404
    assert theirs.get("/console/usage").status_code == 200


def test_a_new_password_signs_everybody_else_out(alice):
    mine, theirs = Client(), Client()
    for browser in (mine, theirs):
        sign_in(browser, "alice@example.com")
    fresh = "a quieter shade of blue"
    facts = {"oldpassword": PASSWORD, "password1": fresh, "password2": fresh}
    mine.post("/accounts/password/change/", facts)
    assert theirs.get("/console/usage").status_code == 302
    assert mine.get("/console/usage").status_code == 200
    assert any("password" in one.body.lower() for one in posted())


def test_a_changed_address_is_confirmed_by_the_new_and_told_to_the_old(client, alice):
    sign_in(client, "alice@example.com")
    prove(client)
    client.post("/accounts/email/", {"action_add": "", "email": "new@example.com"})
    link = re.search(r"http://testserver(/\S+)", posted()[0].body).group(1)
    early = {"action_primary": "", "email": "new@example.com"}
    client.post("/accounts/email/", early)
    assert Person.objects.get(pk=alice.person.pk).email == "alice@example.com"
    client.post(link)
    client.post("/accounts/email/", early)
    assert Person.objects.get(pk=alice.person.pk).email == "new@example.com"
    told = [one for one in posted() if one.to == ["alice@example.com"]]
    assert "new@example.com" in told[-1].body


# Other places.


@pytest.fixture
def elsewhere(settings, books_db):
    server = OidcServer()
    app = {"provider_id": "oidc", "name": "Northwind", "client_id": CLIENT}
    app |= {"secret": SECRET}
    app["settings"] = {"server_url": server.url, "oauth_pkce_enabled": True}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
    yield server
    server.close()


def come_from(browser, server):
    """Press the button, be sent away, and come back with what the server said."""
    away = browser.post("/accounts/oidc/oidc/login/").headers["location"]
    assert away.startswith(server.url)
    back = requests.get(away, allow_redirects=False, timeout=5).headers["Location"]
    parts = urlsplit(back)
    return browser.get(f"{parts.path}?{parts.query}", follow=True)


def test_somebody_from_elsewhere_gets_an_account_and_the_welcome(client, elsewhere):
    page = client.get("/accounts/login/")
    assert "Continue with Northwind" in page.text
    assert elsewhere.url in page.headers["content-security-policy"]
    page = come_from(client, elsewhere)
    ada = page.context["user"]
    assert (ada.email, ada.name) == ("ada@example.com", "Ada Lovelace")
    assert credits_of("ada@example.com") == 50
    client.post("/accounts/logout/")
    assert come_from(client, elsewhere).context["user"] == ada
    assert credits_of("ada@example.com") == 50


def test_a_verified_address_from_elsewhere_opens_its_account(client, alice, elsewhere):
    elsewhere.person["email"] = "Alice@example.com"
    assert come_from(client, elsewhere).context["user"] == alice.person
    assert Person.objects.count() == 1


def test_an_unverified_address_from_elsewhere_opens_nothing(client, alice, elsewhere):
    elsewhere.person |= {"email": "alice@example.com", "email_verified": False}
    page = come_from(client, elsewhere)
    assert not page.context["user"].is_authenticated


def test_without_a_client_no_other_place_is_offered(client, books_db):
    assert "Continue with" not in client.get("/accounts/login/").text
    assert client.post("/accounts/oidc/oidc/login/").status_code == 404


# Whoever has no password.


@pytest.fixture
def by_mail_only(client, alice):
    """Alice's browser; she has neither password nor passkey nor app."""
    alice.person.set_unusable_password()
    alice.person.save()
    client.force_login(alice.person)
    return client


def send(browser):
    """Ask for the code that proves who it is, and return it."""
    browser.post("/accounts/reauthenticate/code/", {"send": "1"})
    return code_in(posted()[-1])


def answer(browser, code, path):
    facts = {"code": code, "next": path}
    return browser.post("/accounts/reauthenticate/code/", facts)


@pytest.mark.parametrize(
    "path", ["/accounts/data/delete", "/accounts/data/export", "/accounts/2fa/"]
)
def test_who_has_no_password_is_asked_by_mail(by_mail_only, path):
    sensitive = {"/accounts/2fa/": "/accounts/2fa/totp/activate/"}.get(path, path)
    away = by_mail_only.get(sensitive).headers["location"]
    assert away.startswith("/accounts/reauthenticate/code/?next=")
    assert "You have no password" in by_mail_only.get(away).text
    proven = answer(by_mail_only, send(by_mail_only), sensitive)
    assert proven.headers["location"] == sensitive
    assert by_mail_only.get(sensitive).status_code == 200


def test_a_code_that_proves_ends_after_three_tries_and_in_other_browsers(
    by_mail_only, alice
):
    path, code = "/accounts/data/delete", send(by_mail_only)
    other = Client()
    other.force_login(alice.person)
    assert answer(other, code, path).status_code == 200
    for _ in range(3):
        page = answer(by_mail_only, "WRONG1", path)
    assert "That code counts no more" in page.text
    assert answer(by_mail_only, code, path).status_code == 200
    assert by_mail_only.get(path).status_code == 302


def test_whoever_has_a_password_is_not_asked_by_mail(client, alice):
    client.force_login(alice.person)
    page = client.get("/accounts/reauthenticate/code/?next=/accounts/data/delete")
    assert page.headers["location"].startswith("/accounts/reauthenticate/?next=")
