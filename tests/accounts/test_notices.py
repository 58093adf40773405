"""Who is told what by mail, and that no letter is lost or doubled."""

from smtplib import SMTPServerDisconnected

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import transaction
from django.utils import timezone

from accounts.models import Letter, Membership
from accounts.notices import KINDS, LowBalance, TopUpFailed, tell
from accounts.posting import due, send
from accounts.roles import Role
from tests.letters import posted
from tests.web.test_signin import sign_in

LOW = LowBalance(credits_left="12.5")


class BrokenLine(EmailBackend):
    """A mail server that hangs up."""

    def send_messages(self, messages):
        raise SMTPServerDisconnected("gone")


def join(account, person, role):
    return Membership.objects.create(account=account, person=person, role=role)


def test_money_is_told_to_whoever_manages_it(alice, bob, carol):
    join(alice.account, bob.person, Role.BILLING)
    join(alice.account, carol.person, Role.VIEWER)
    tell(alice.account, LOW)
    letters = posted()
    assert [one.to for one in letters] == [["alice@example.com"], ["bob@example.com"]]
    assert letters[0].subject == "12.5 credits are left"
    assert "/console/credits" in letters[0].body
    assert "/accounts/mails/" in letters[0].alternatives[0].content


def test_one_occasion_is_told_once(alice):
    tell(alice.account, LOW, once="low:1")
    tell(alice.account, LOW, once="low:1")
    tell(alice.account, LOW, once="low:2")
    assert len(posted()) == 2


def test_a_letter_stands_or_falls_with_what_it_tells_of(alice):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        tell(alice.account, LOW)
        _ = 1 / 0
    assert posted() == []


def test_a_letter_is_sent_once_however_often_it_is_asked_for(alice):
    tell(alice.account, LOW)
    [letter_id] = due()
    send(letter_id)
    send(letter_id)
    assert len(mail.outbox) == 1
    assert Letter.objects.get().sent_at


def test_a_letter_waits_while_the_mail_server_is_away(alice, settings):
    tell(alice.account, LOW)
    settings.EMAIL_BACKEND = "tests.accounts.test_notices.BrokenLine"
    assert posted() == []
    assert due() == []
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    Letter.objects.update(due_at=timezone.now())
    assert len(posted()) == 1


def test_a_mail_that_was_switched_off_does_not_come(client, alice):
    sign_in(client, "alice@example.com")
    page = client.get("/accounts/mails/").text
    assert "Few credits are left" in page
    client.post("/accounts/mails/", {"kind": ["member_added"]})
    tell(alice.account, LOW)
    tell(alice.account, TopUpFailed(amount="$20", reason="The card was declined."))
    assert [one.subject for one in posted()] == ["An automatic top-up failed"]
    assert 'value="low_balance"' in page
    assert 'value="low_balance" checked' not in client.get("/accounts/mails/").text


def test_security_and_billing_mails_have_no_switch(client, alice):
    sign_in(client, "alice@example.com")
    page = client.get("/accounts/mails/").text
    always = {one.kind for one in KINDS if f'value="{one.kind}"' not in page}
    assert always == {
        "new_sign_in",
        "key_made",
        "key_revoked",
        "topped_up",
        "top_up_failed",
        "team_closed",
    }
