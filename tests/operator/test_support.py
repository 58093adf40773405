"""Support: from what a customer quotes to the request, refunded and answered."""

import html

import pytest

from accounts.ids import new_id
from accounts.models import StaffDeed
from accounts.staff import StaffRole
from accounts.staffing import appoint
from billing.models import Transfer
from playground.generation.audit import audit
from playground.trust.models import CustomerNote, Inquiry
from playground.web.leaving import close
from tests.letters import posted
from tests.web.charged import a_charged_order

PROMPT = "a heron for my mother’s birthday"
pytestmark = pytest.mark.books


@pytest.fixture
def helper(client, bob):
    """Bob answers customers."""
    appoint(bob.person, StaffRole.SUPPORT)
    client.force_login(bob.person)
    return client


@pytest.fixture
def order(alice):
    return a_charged_order(alice.account, credits=6, delivered=2, prompt=PROMPT)


def find(helper, wanted):
    return helper.post("/operator/support", {"wanted": wanted})


def said(page):
    return html.unescape(page.text)


def place(order, step=""):
    return f"/operator/support/requests/{order.pk}{step}"


def test_each_thing_a_customer_quotes_leads_to_them(helper, alice, order):
    theirs = f"/operator/support/customers/{alice.account.pk}"
    key = alice.account.keys.get()
    picture = order.pictures.first()
    leads = {
        f" {order.pk}.": place(order),
        picture.pk: place(order),
        alice.person.email.upper(): theirs,
        alice.account.pk: theirs,
        key.pk: theirs,
        key.prefix: theirs,
        alice.secret: theirs,
    }
    found = {one: find(helper, one).headers.get("Location") for one in leads}
    page = said(helper.get(theirs))

    assert found == leads
    assert order.pk in page and f"{key.prefix}…" in page
    assert alice.person.email in page and PROMPT not in page


def test_what_is_nowhere_says_where_to_look(helper, order):
    logged, unknown = find(helper, new_id("req")), find(helper, new_id("img"))

    assert "look for it in the server’s log" in said(logged)
    assert "Nobody and nothing is called that" in said(unknown)
    assert helper.get(f"/operator/support/requests/{new_id('img')}").status_code == 404


def test_a_request_tells_its_life_but_not_what_was_asked_until_one_says_why(
    helper, bob, order
):
    shut = said(helper.get(place(order)))
    silent = helper.post(place(order, "/look"), {"reason": " "})
    shown = said(
        helper.post(place(order, "/look"), {"reason": "Asks for it"}, follow=True)
    )

    assert "Bad gateway" in shut and "$0.0400" in shut and "alice@example.com" in shut
    assert PROMPT not in shut and order.pictures.first().pk not in shut
    assert silent.status_code == 422 and PROMPT not in silent.text
    assert PROMPT in shown and order.pictures.first().pk in shown
    deed = StaffDeed.objects.get(action="pictures.looked_at")
    assert (deed.person_id, deed.subject_id) == (bob.person.pk, order.pk)
    assert deed.reason == "Asks for it"


def test_a_look_is_over_after_a_quarter_of_an_hour(helper, order):
    helper.post(place(order, "/look"), {"reason": "Asks for it"})
    session = helper.session
    session["operator_looked_at"] = {order.pk: 1.0}
    session.save()

    assert PROMPT not in said(helper.get(place(order)))


def test_a_request_is_refunded_in_parts_and_never_twice(helper, alice, bob, order):
    assert alice.credits() == 88
    part = {"number": "1", "credits": "4.5", "reason": "The sail was missing"}
    for _ in range(2):  # pressed twice
        helper.post(place(order, "/refund"), part)
    after_part = alice.credits()
    rest = {"number": "2", "credits": "7,5", "reason": "Both were wrong"}
    page = said(helper.post(place(order, "/refund"), rest, follow=True))
    over = helper.post(place(order, "/refund"), {**rest, "number": "3"})

    assert (after_part, alice.credits()) == (92.5, 100)
    assert "All of it was given back." in page
    assert over.status_code == 422 and "at most what is left" in said(over)
    deeds = StaffDeed.objects.filter(action="request.refunded").order_by("pk")
    assert [one.reason for one in deeds] == ["The sail was missing", "Both were wrong"]
    assert deeds[1].after == {"refunded_microcredits": 12_000_000}
    assert audit() == []
    helper.force_login(alice.person)
    assert f"Refund: {order.pk}" in said(helper.get("/console/credits"))
    assert "sail" not in said(helper.get("/console/credits"))


@pytest.mark.parametrize(
    "said_of_it",
    [
        {"credits": "1", "reason": "  "},
        {"credits": "0", "reason": "x"},
        {"credits": "-1", "reason": "x"},
        {"credits": "13", "reason": "x"},
        {"credits": "0.0000001", "reason": "x"},
        {"credits": "much", "reason": "x"},
    ],
)
def test_what_cannot_be_refunded_moves_nothing(helper, alice, order, said_of_it):
    answer = helper.post(place(order, "/refund"), {"number": "1", **said_of_it})

    assert answer.status_code == 422
    assert alice.credits() == 88
    assert not Transfer.objects.filter(kind="refund_in").exists()
    assert not StaffDeed.objects.filter(action="request.refunded").exists()


def test_finance_refunds_but_does_not_write_letters(helper, bob, order):
    appoint(bob.person, StaffRole.FINANCE)
    words = {"to": "alice@example.com", "words": "Hello"}

    assert helper.post(place(order, "/answer"), words).status_code == 403
    assert 'action="' + place(order, "/answer") not in helper.get(place(order)).text
    assert place(order, "/refund") in helper.get(place(order)).text


def test_an_answer_goes_by_mail_and_the_thread_stays_in_the_inbox(helper, alice, order):
    words = {"to": alice.person.email, "words": "The sail is back. Sorry!"}
    page = said(helper.post(place(order, "/answer"), words, follow=True))
    helper.post(place(order, "/answer"), {**words, "words": "And thank you."})
    elsewhere = helper.post(place(order, "/answer"), {**words, "to": "x@example.com"})

    first = posted()[0]
    thread = Inquiry.objects.get()
    assert elsewhere.status_code == 422
    assert first.to == [alice.person.email] and "The sail is back." in first.body
    assert order.pk in first.subject and f"/contact?about={thread.pk}" in first.body
    assert "Sent to alice@example.com." in page and "The sail is back." in page
    assert (thread.state, thread.about, thread.replies.count()) == (
        *("answered", order.pk, 2),
    )
    assert "Sorry" not in str(list(StaffDeed.objects.values("after", "reason")))


def test_a_customer_writes_back_to_the_thread_they_were_written_in(helper, order):
    words = {"to": "alice@example.com", "words": "The sail is back."}
    helper.post(place(order, "/answer"), words)
    thread = Inquiry.objects.get()
    back = {"topic": "help", "email": "alice@example.com", "words": "It is not!"}
    helper.post("/contact", back | {"about": thread.pk})
    helper.post("/contact", back | {"about": "/elsewhere", "words": "Look there"})

    waiting = Inquiry.objects.filter(state="open").order_by("created_at")
    assert [one.about for one in waiting] == [thread.pk, ""]
    assert "It is not!" in said(helper.get(place(order)))


def test_a_letter_of_the_inbox_is_answered_there(helper, client):
    asked = {"topic": "help", "email": "dora@example.com", "words": "Why is it red?"}
    client.post("/contact", asked)
    inquiry = Inquiry.objects.get()
    empty = helper.post(f"/operator/inbox/{inquiry.pk}", {"words": " "}, follow=True)
    helper.post(f"/operator/inbox/{inquiry.pk}", {"words": "Because you said so."})

    inquiry.refresh_from_db()
    mail = posted()[-1]
    assert "Write something" in said(empty)
    assert mail.to == ["dora@example.com"] and "Why is it red?" in mail.body
    assert inquiry.state == "answered"
    assert "Because you said so." in said(helper.get("/operator/inbox?show=all"))


def test_notes_stay_among_staff_and_go_with_the_account(helper, alice):
    here = f"/operator/support/customers/{alice.account.pk}"
    helper.post(f"{here}/notes", {"words": "Prefers to be written to in Spanish"})
    page = said(helper.get(here))
    close(alice.account)

    assert "Prefers to be written to in Spanish" in page
    assert not CustomerNote.objects.exists()
    assert StaffDeed.objects.get(action="customer.noted").subject_id == alice.account.pk
