"""What people are told by mail: each kind says who hears of it, and if it can be off.

Whatever room something happens in calls `tell`. The letters are written in the same
transaction, so that they stand or fall with what they tell of; a worker sends them.

    tell(account, LowBalance(credits_left="12.5"), once=f"low:{account.pk}:{posted}")

Each is written in the language of whoever gets it, so what a notice says in words is
handed over unsaid: a lazy text, a day.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import ClassVar

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Letter, Person
from accounts.roles import Action, roles_that_may
from accounts.tasks import post


@dataclass(frozen=True, slots=True)
class Notice:
    """One kind of mail. Its words are in `templates/mail/<kind>.txt`."""

    kind: ClassVar[str]
    label: ClassVar[Promise]
    # Members whose role may do this hear of it; None means nobody but who is named.
    concerns: ClassVar[Action | None] = None
    # Security and billing cannot be switched off.
    always: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class NewSignIn(Notice):
    kind = "new_sign_in"
    label = _("Somebody signs in as you on a new device")
    always = True

    at: datetime
    address: str
    agent: str


@dataclass(frozen=True, slots=True)
class KeyMade(Notice):
    kind = "key_made"
    label = _("An API key is made")
    concerns = Action.KEYS
    always = True

    name: str
    prefix: str
    by: str


@dataclass(frozen=True, slots=True)
class KeyRevoked(Notice):
    kind = "key_revoked"
    label = _("An API key is revoked")
    concerns = Action.KEYS
    always = True

    name: str
    prefix: str
    by: str


@dataclass(frozen=True, slots=True)
class MemberAdded(Notice):
    kind = "member_added"
    label = _("Somebody joins a team of yours")
    concerns = Action.MEMBERS

    who: str
    role: str | Promise


@dataclass(frozen=True, slots=True)
class TeamClosed(Notice):
    """It is told to everybody who belonged to it, one by one: afterwards nobody does."""

    kind = "team_closed"
    label = _("A team of yours is closed")
    always = True

    team: str
    by: str
    keys: int


@dataclass(frozen=True, slots=True)
class ToppedUp(Notice):
    """`credits` and `amount` are written out by each reader's language: "1,010", "$20"."""

    kind = "topped_up"
    label = _("Credits are bought")
    concerns = Action.MONEY
    always = True

    credits: str | Promise
    amount: str | Promise
    is_automatic: bool = False


@dataclass(frozen=True, slots=True)
class TopUpFailed(Notice):
    """An automatic top-up failed; `link` is where the card is seen to, if anywhere."""

    kind = "top_up_failed"
    label = _("An automatic top-up fails")
    concerns = Action.MONEY
    always = True

    amount: str | Promise
    reason: str | Promise
    link: str = ""


@dataclass(frozen=True, slots=True)
class WebhookDisabled(Notice):
    kind = "webhook_disabled"
    label = _("A webhook is disabled")
    concerns = Action.KEYS

    url: str
    reason: str | Promise
    endpoint: str


@dataclass(frozen=True, slots=True)
class LowBalance(Notice):
    kind = "low_balance"
    label = _("Few credits are left")
    concerns = Action.MONEY

    credits_left: str | Promise


@dataclass(frozen=True, slots=True)
class ModelRetiring(Notice):
    """`successor` is the model to use instead, if one is named."""

    kind = "model_retiring"
    label = _("A model you used in the last 30 days is being retired")
    concerns = Action.KEYS

    model: str
    day: date
    successor: str = ""


KINDS: tuple[type[Notice], ...] = (
    NewSignIn,
    KeyMade,
    KeyRevoked,
    ToppedUp,
    TopUpFailed,
    TeamClosed,
    MemberAdded,
    WebhookDisabled,
    LowBalance,
    ModelRetiring,
)


def tell(account: Account, notice: Notice, *, once: str = "") -> None:
    """Write to everybody in the account whom this concerns; `once` names the occasion."""
    for person in whom(account, notice):
        write_to(person, notice, account=account, once=once)


def whom(account: Account, notice: Notice) -> Iterable[Person]:
    """Return the members whom this concerns and who want to hear of it."""
    if notice.concerns is None:
        return
    members = account.memberships.filter(role__in=roles_that_may(notice.concerns))
    for member in members.select_related("person").order_by("pk"):
        if member.person.is_active and wants(member.person, type(notice)):
            yield member.person


def wants(person: Person, kind: type[Notice]) -> bool:
    return kind.always or kind.kind not in person.muted


def write_to(
    person: Person, notice: Notice, *, account: Account | None = None, once: str = ""
) -> None:
    """Write one person about something, whatever they have switched off."""
    words = {
        **{one.name: getattr(notice, one.name) for one in fields(notice)},
        "notice": notice,
        "person": person,
        "account": account,
        "is_switchable": not notice.always,
    }
    with in_language_of(person):
        post(written(notice.kind, person.email, words, once=once))


def in_language_of(person: Person | None) -> override:
    """Speak as somebody wants to be spoken to, or else as now."""
    chosen = person.language if person else ""
    is_spoken = chosen in dict(settings.LANGUAGES)
    return override(chosen if is_spoken else get_language())


def owner_of(email: str) -> Person | None:
    """Return whose address this is, if anybody's whom we know."""
    return Person.objects.filter(emailaddress__email__iexact=email).first()


def written(
    kind: str, to: str, words: Mapping[str, object], *, once: str = ""
) -> Letter:
    """Fill a letter's template: its first line is the subject, the rest the text."""
    text = render_to_string(f"mail/{kind}.txt", {**words, "site": site()})
    subject, _line, body = text.strip().partition("\n")
    return Letter(
        kind=kind,
        to=to,
        subject=subject.strip()[:250],
        text=body.strip() + "\n",
        name=once or None,
    )


def site() -> str:
    """Return where this instance is, for addresses in mails."""
    return settings.SITE_URL or f"http://{settings.HOST}:{settings.PORT}"


def address(name: str, *arguments: str) -> str:
    return site() + reverse(name, args=arguments)
