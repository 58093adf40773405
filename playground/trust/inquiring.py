"""What people write to the operator by a form: kept as rows, and told by mail."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import deeds
from accounts.models import Person
from accounts.notices import address, written
from accounts.staff import Power, may_operate
from accounts.staffing import staff
from accounts.tasks import post
from playground.generation.errors import TooMany
from playground.trust.models import Inquiry

MOST_A_DAY = 10
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Said:
    """What was written, and by whom as far as that is known."""

    kind: str
    topic: str
    words: str
    network: str
    email: str = ""
    about: str = ""
    account_id: str = ""


def take(said: Said) -> Inquiry:
    """Keep it and tell the operator. The same twice is one; a network may send a few a day."""
    lately = Inquiry.objects.filter(
        network=said.network, created_at__gt=timezone.now() - DAY
    )
    same = lately.filter(kind=said.kind, words=said.words, about=said.about).first()
    if same:
        return same
    if lately.count() >= MOST_A_DAY:
        raise TooMany(
            _("That is enough from here for today. Thank you."),
            retry_after_seconds=int(DAY.total_seconds()),
        )
    with transaction.atomic():
        inquiry = Inquiry.objects.create(
            kind=said.kind,
            topic=said.topic,
            words=said.words,
            network=said.network,
            email=said.email,
            about=said.about,
            account_id=said.account_id,
        )
        tell_operators(str(inquiry.get_kind_display()), said.words, said.email)
    return inquiry


def tell_operators(what: str, words: str, email: str = "") -> None:
    """Write to the operator's address, or to all staff who answer where none is set."""
    told = {
        "what": what,
        "words": words,
        "email": email,
        "inbox": address("inbox"),
    }
    for to in operators():
        post(written("inquiry", to, told))


def operators() -> list[str]:
    if settings.OPERATOR_EMAIL:
        return [settings.OPERATOR_EMAIL]
    readers = [one for one in staff().order_by("pk") if may_operate(one, Power.INBOX)]
    return [one.email for one in readers]


def decide(inquiry: Inquiry, state: str, by: Person | None = None) -> None:
    before = {"state": inquiry.state}
    inquiry.state = state
    inquiry.decided_at = None if state == Inquiry.State.OPEN else timezone.now()
    with transaction.atomic():
        inquiry.save(update_fields=["state", "decided_at"])
        after = {"state": state}
        deeds.record(by, "inquiry.decided", subject=inquiry, before=before, after=after)
