"""Without a mail server, mail is kept as files and read at /dev/mail, in debug only."""

import re
from pathlib import Path

import pytest
from django.core.mail import send_mail

from tests.letters import posted


@pytest.fixture
def kept_mail(settings, tmp_path):
    settings.EMAIL_BACKEND = "playground.web.mailbox.MailboxBackend"
    settings.EMAIL_DIR = tmp_path / "mail"
    settings.DEBUG = True
    return settings.EMAIL_DIR


def send(subject="A subject", text="Some text"):
    send_mail(subject, text, None, ["ada@example.com"])


def test_a_newcomer_reads_the_link_and_follows_it(client, books_db, kept_mail):
    facts = {"email": "ada@example.com", "password1": "a quieter shade of blue"}
    page = client.post("/accounts/signup/", facts, follow=True).content.decode()
    assert 'href="/dev/mail"' in page
    posted()
    mail = client.get("/dev/mail").content.decode()
    (link,) = re.findall(r'href="http://testserver(/accounts/confirm[^"]+)"', mail)
    assert client.post(link, follow=True).context["user"].email == "ada@example.com"


def test_the_newest_mail_is_open_and_older_ones_are_listed(client, kept_mail, books_db):
    send("First", "one")
    send("Grüße <b>", "zwei & <script>")
    page = client.get("/dev/mail").content.decode()
    assert "zwei &amp; &lt;script&gt;" in page
    assert "Grüße &lt;b&gt;" in page
    (older,) = re.findall(r'href="(/dev/mail/\w+)">First', page)
    assert "one" in client.get(older).content.decode()


def test_mail_is_for_its_owner_only(kept_mail):
    send()
    (file,) = Path(kept_mail).iterdir()
    assert file.stat().st_mode & 0o077 == 0


def test_there_is_no_such_page_in_production(client, kept_mail, books_db, settings):
    send()
    settings.DEBUG = False
    assert client.get("/dev/mail").status_code == 404


def test_only_mail_can_be_read_there(client, kept_mail, books_db):
    assert "No mail yet" in client.get("/dev/mail").content.decode()
    assert client.get("/dev/mail/mail_nothing").status_code == 404
    assert client.get("/dev/mail/..%2Fsecrets").status_code == 404


def test_the_log_says_where_to_read_it_and_not_what_it_says(kept_mail, caplog):
    send("Confirm your email", "a secret link")
    (line,) = [r.getMessage() for r in caplog.records if "mail kept" in r.getMessage()]
    assert "/dev/mail" in line
    assert "Confirm your email" in line
    assert "secret link" not in line
