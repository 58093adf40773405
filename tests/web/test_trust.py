"""Papers, forms to the operator, announcements and cookies: what a stranger can rely on."""

import re
from datetime import timedelta
from importlib import import_module

import pytest
from django.utils import timezone

from accounts.staff import StaffRole
from accounts.staffing import appoint
from playground.gallery import sharing
from playground.trust import announcing
from playground.trust.models import Announcement, Inquiry
from playground.web.trust.cookies import COOKIES
from playground.web.trust.papers import PAPERS
from tests.cast import PASSWORD
from tests.letters import posted
from tests.test_house import MODULES, dotted
from tests.web.orders import a_painted_picture_of, an_order

QUESTION = {"topic": "help", "email": "dora@example.com", "words": "Why is it red?"}
ABUSE = {"about": "/gallery/pic_1", "topic": "person", "words": "That is me."}


@pytest.fixture
def operator(client, alice):
    appoint(alice.person, StaffRole.ADMIN)
    client.force_login(alice.person)
    return client


@pytest.fixture
def announced(books_db):
    return Announcement.objects.create(text="Nano Banana 2.1 is here", link="/gallery")


@pytest.mark.parametrize("name", PAPERS)
def test_every_paper_is_a_page_that_every_page_links_to(client, books_db, name):
    page = client.get(f"/{name}").text

    assert "{{" not in page
    assert f'href="/{name}"' in client.get("/gallery").text


def test_privacy_tells_every_cookie_and_how_long_pictures_are_kept(
    client, books_db, settings
):
    settings.RETENTION_DAYS = 17
    page = client.get("/privacy").text

    assert all(f"<code>{cookie.name}</code>" in page for cookie in COOKIES)
    assert "are kept 17 days" in page


@pytest.mark.parametrize("name", PAPERS)
@pytest.mark.parametrize(("language", "head"), [("es", "Cuándo"), ("zh-hans", "何时")])
def test_a_paper_is_in_its_readers_language(client, books_db, name, language, head):
    page = client.get(f"/{language}/{name}").text

    assert f'<article class="stack paper" lang="{language}">' in page
    assert "{{" not in page
    assert head in client.get(f"/{language}/privacy").text


def test_an_operators_own_paper_stands_in_the_place_of_ours(
    client, books_db, settings, tmp_path
):
    settings.PAPERS_DIR, settings.OPERATOR_EMAIL = str(tmp_path), "ops@example.com"
    (tmp_path / "terms.md").write_text("# Ours\n\nAsk {{ operator }}. <b>{{ x }}</b>")
    page = client.get("/terms").text

    assert "<h1>Ours</h1>" in page and 'href="mailto:ops@example.com"' in page
    assert "&lt;b&gt;{{ x }}&lt;/b&gt;" in page
    assert "no tracker" in client.get("/privacy").text


def test_no_cookie_is_set_but_those_that_privacy_tells_of(client, alice, announced):
    addresses = ["/", "/gallery", "/status", "/terms", "/contact", "/report-abuse"]
    addresses += ["/accounts/login/", "/accounts/signup/", "/history"]
    for address in addresses:
        client.get(address)
    client.post("/create/runs", {"prompt": "a fox", "model": "sketch-1", "n": "1"})
    client.post("/contact", QUESTION)
    client.post("/announcements/dismiss", {"announcement": announced.pk})
    login = {"login": alice.person.email, "password": PASSWORD}
    client.post("/accounts/login/", login)

    told = {cookie.name for cookie in COOKIES}
    assert set(client.cookies) <= told
    assert set(client.cookies) >= {"csrftoken", "sessionid", "messages", "easel_guest"}
    assert {name for file in MODULES for name in set_by(file)} <= told


def set_by(file):
    """The cookies that a module of ours sets."""
    names = re.findall(r"set_(?:signed_)?cookie\(\s*(\w+)", file.read_text())
    return [getattr(import_module(dotted(file)), name) for name in names]


def test_who_only_looks_gets_no_cookie(client, announced):
    for address in ("/gallery", "/status", "/privacy", "/status.json"):
        client.get(address)
    assert not client.cookies


def test_a_question_is_kept_and_mailed_to_the_operator(client, bob, settings):
    settings.OPERATOR_EMAIL = "ops@example.com"
    client.force_login(bob.person)
    client.post("/contact", QUESTION)

    (mail,) = posted()
    assert (mail.to, mail.subject) == (["ops@example.com"], "Question from your Easel")
    assert "Why is it red?" in mail.body and "dora@example.com" in mail.body
    assert Inquiry.objects.get().account_id == bob.account.pk


def test_a_report_needs_no_account_and_no_address(client, books_db):
    assert client.post("/report-abuse", ABUSE | {"about": ""}).status_code == 422
    client.post("/report-abuse", ABUSE)
    client.post("/report-abuse", ABUSE)  # pressed twice

    inquiry = Inquiry.objects.get()
    assert (inquiry.kind, inquiry.about, inquiry.email) == ("abuse", ABUSE["about"], "")


def test_a_network_can_write_only_so_often(client, books_db):
    answers = [
        client.post("/contact", QUESTION | {"words": f"{place}"}).status_code
        for place in range(11)
    ]
    assert answers == [302] * 10 + [429]


def test_questions_and_reported_pictures_are_in_one_inbox(operator, alice, client):
    picture = a_painted_picture_of(an_order(alice.account, credits=1, delivered=1), 0)
    sharing.publish(picture)
    client.post(f"/gallery/{picture.pk}/report", {"reason": "person", "words": "Me!"})
    client.post(f"/gallery/{picture.pk}/report", {"reason": "person"})  # pressed twice
    client.post("/contact", QUESTION)
    before = operator.get("/operator/inbox").text
    operator.post(f"/operator/inbox/pictures/{picture.pk}", {"verdict": "hide"})
    inquiry = Inquiry.objects.get()
    operator.post(f"/operator/inbox/{inquiry.pk}", {"state": "answered"})

    assert "Me!" in before and "Why is it red?" in before
    assert len(posted()) == 2
    assert "Nothing waits" in operator.get("/operator/inbox").text
    assert "Why is it red?" in operator.get("/operator/inbox?show=all").text
    assert client.get(f"/gallery/{picture.pk}").status_code == 404


@pytest.mark.parametrize("page", ["inbox", "incidents", "announcements"])
def test_the_operators_pages_are_not_there_for_others(client, bob, page):
    client.force_login(bob.person)
    assert client.get(f"/operator/{page}").status_code == 404


def test_an_announcement_stands_on_every_page_until_it_is_put_away(client, announced):
    first = client.get("/gallery").text
    answer = client.post(
        "/announcements/dismiss", {"announcement": announced.pk, "next": "/gallery"}
    )

    assert "Nano Banana 2.1 is here" in first
    assert answer["Location"] == "/gallery"
    assert "Nano Banana" not in client.get("/status").text


def test_putting_one_away_leads_nowhere_else_and_hides_no_other(client, announced):
    away = {"announcement": "ann_other", "next": "https://elsewhere.example/"}
    assert client.post("/announcements/dismiss", away)["Location"] == "/"
    assert "Nano Banana" in client.get("/status").text


@pytest.mark.parametrize(
    ("starts", "ends", "is_shown"), [(-1, 1, True), (1, None, False), (-2, -1, False)]
)
def test_an_announcement_is_shown_in_its_time(client, books_db, starts, ends, is_shown):
    now, hour = timezone.now(), timedelta(hours=1)
    Announcement.objects.create(
        text="Work is planned",
        starts_at=now + starts * hour,
        ends_at=now + ends * hour if ends else None,
    )
    assert ("Work is planned" in client.get("/gallery").text) is is_shown


def test_pages_ask_for_announcements_only_now_and_then(
    client, announced, django_assert_num_queries
):
    client.get("/terms")
    with django_assert_num_queries(0):
        client.get("/terms")
    announcing.changed()
    with django_assert_num_queries(1):
        client.get("/terms")


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ({"link": "javascript:alert(1)"}, "Write https://"),
        ({"link": "//elsewhere.example"}, "Write https://"),
        ({"ends_at": "2020-01-01T00:00"}, "ends before it begins"),
    ],
)
def test_an_announcement_that_cannot_be_is_said_so(operator, said, word):
    new = {"text": "x", "level": "news", "starts_at": "2026-01-01T00:00"}
    answer = operator.post("/operator/announcements/new", new | said)

    assert answer.status_code == 422 and word in answer.text
    assert not Announcement.objects.exists()


def test_an_operator_writes_changes_and_removes_an_announcement(operator):
    new = {"text": "Soon", "level": "warning", "starts_at": "2026-01-01T00:00"}
    operator.post("/operator/announcements/new", new)
    line = Announcement.objects.get()
    shown = operator.get("/gallery").text
    operator.post(f"/operator/announcements/{line.pk}", new | {"text": "Now"})
    changed = operator.get("/gallery").text
    operator.post(f"/operator/announcements/{line.pk}/remove")

    assert "Soon" in shown and "Now" in changed and "Soon" not in changed
    assert "Now</" not in operator.get("/gallery").text
