"""Mail without a mail server: kept as files, and readable at /dev/mail in debug.

Until EMAIL_URL is set, whoever runs Easel is whoever gets its mail.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage as ParsedMail
from pathlib import Path

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.console import EmailBackend
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.ids import new_id

log = structlog.get_logger(__name__)
MAIL_NAME = re.compile(r"mail_[0-9a-z]{26}")
SHOWN_AT_MOST = 100


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail, as a reader sees it."""

    id: str
    to: str
    subject: str
    sent_at: datetime
    text: str


class MailboxBackend(EmailBackend):
    """Keep every mail as a file, print it, and say where it can be read."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            keep(message, Path(settings.EMAIL_DIR))
            log.info("mail kept", subject=message.subject, read_at="/dev/mail")
        return super().send_messages(email_messages) or 0


def keep(message: EmailMessage, folder: Path) -> None:
    """Write the mail whole or not at all; its name sorts by time."""
    folder.mkdir(parents=True, exist_ok=True)
    name = new_id("mail")
    draft = folder / f".{name}"
    draft.touch(mode=0o600)
    draft.write_bytes(message.message().as_bytes())
    draft.rename(folder / f"{name}.eml")


def mailbox(request: HttpRequest, mail_id: str = "") -> HttpResponse:
    """GET /dev/mail and /dev/mail/<id>: what was sent, newest first. Only in debug."""
    if not settings.DEBUG:
        raise Http404
    folder = Path(settings.EMAIL_DIR)
    mails = [read(path) for path in newest(folder)]
    chosen = mail_id or (mails[0].id if mails else "")
    if mail_id and not any(mail.id == mail_id for mail in mails):
        raise Http404
    shown = next((mail for mail in mails if mail.id == chosen), None)
    return render(request, "web/mailbox.html", {"mails": mails, "shown": shown})


def newest(folder: Path) -> list[Path]:
    names = (
        path for path in folder.glob("mail_*.eml") if MAIL_NAME.fullmatch(path.stem)
    )
    return sorted(names, reverse=True)[:SHOWN_AT_MOST]


def read(path: Path) -> Mail:
    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(mail, ParsedMail)
    body = mail.get_body(preferencelist=("plain",))
    return Mail(
        id=path.stem,
        to=str(mail["To"]),
        subject=str(mail["Subject"]),
        sent_at=mail["Date"].datetime,
        text=body.get_content() if body else "",
    )
