"""Where an account listens: opened, changed, given new secrets, and shut.

A secret is shown when it is made and is kept sealed. After a change the old one signs
beside the new one for a day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.activity import OPERATOR, Actor, Facts, note, note_change
from accounts.models import Deed
from playground.generation.errors import BadRequest, NotFound
from playground.generation.quoting import is_text
from playground.generation.sealing import opened, sealed
from playground.webhooks.events import NAMES
from playground.webhooks.models import Endpoint
from playground.webhooks.posting import checked_address
from playground.webhooks.signing import new_secret

MOST_ENDPOINTS = 10
LONGEST_DESCRIPTION = 200
BOTH_SIGN = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Changes:
    """What is said of an endpoint. `None` leaves it as it is."""

    url: str | None = None
    events: Sequence[str] | None = None
    description: str | None = None
    is_enabled: bool | None = None


def open_endpoint(account_id: str, said: Changes, by: Actor = OPERATOR) -> Endpoint:
    """Listen at one more address."""
    if not said.url:
        raise BadRequest(
            _("url: say where the events go."),
            param="url",
            code="missing_required_parameter",
        )
    if standing(account_id).count() >= MOST_ENDPOINTS:
        raise BadRequest(
            _("An account has at most %(most)d webhooks: delete one first.")
            % {"most": MOST_ENDPOINTS}
        )
    endpoint = Endpoint(account_id=account_id, secret=sealed(new_secret()))
    return save(endpoint, said, Deed.WEBHOOK_MADE, by)


def change(endpoint: Endpoint, said: Changes, by: Actor = OPERATOR) -> Endpoint:
    """Do what is said."""
    return save(endpoint, said, Deed.WEBHOOK_CHANGED, by)


def shut(endpoint: Endpoint, by: Actor = OPERATOR) -> None:
    """Stop listening there; its deliveries are forgotten."""
    with transaction.atomic():
        note(endpoint.account_id, Deed.WEBHOOK_REMOVED, by, subject=endpoint.url)
        endpoint.delete()


def save(endpoint: Endpoint, said: Changes, deed: Deed, by: Actor) -> Endpoint:
    """Write what is said, and note it. Whoever enables an endpoint again, forgives it."""
    before = in_words(endpoint)
    if said.url is not None:
        endpoint.url = checked_address(said.url, "url")
    if said.events is not None:
        endpoint.events = list(checked_events(said.events, "events"))
    if said.description is not None:
        endpoint.description = checked_description(said.description)
    if said.is_enabled is not None:
        endpoint.is_enabled = said.is_enabled
        endpoint.disabled_reason = endpoint.last_answer = ""
        endpoint.failing_since = None
    with transaction.atomic():
        endpoint.save()
        if deed == Deed.WEBHOOK_MADE:
            note(endpoint.account_id, deed, by, subject=endpoint.url)
            return endpoint
        note_change(
            endpoint.account_id,
            deed,
            by,
            subject=endpoint.url,
            before=before,
            after=in_words(endpoint),
        )
    return endpoint


def in_words(endpoint: Endpoint) -> Facts:
    """Say how an endpoint stands, as people read it."""
    return {
        gettext_lazy("Address"): endpoint.url,
        gettext_lazy("Events"): ", ".join(endpoint.events) or gettext_lazy("all"),
        gettext_lazy("Description"): endpoint.description,
        gettext_lazy("On"): gettext_lazy("yes") if endpoint.is_enabled else "",
    }


def checked_description(text: str) -> str:
    if len(text) <= LONGEST_DESCRIPTION and is_text(text):
        return text
    message = _("description: at most %(most)d characters of plain text.")
    raise BadRequest(message % {"most": LONGEST_DESCRIPTION}, param="description")


def checked_events(names: Sequence[str], param: str) -> tuple[str, ...]:
    """Read names of events; none means all of them."""
    for name in names:
        if name not in NAMES:
            message = _("%(param)s: there is no such event. There are: %(names)s.")
            known = {"param": param, "names": ", ".join(NAMES)}
            raise BadRequest(message % known, param=param)
    return tuple(dict.fromkeys(names))


def standing(account_id: str) -> QuerySet[Endpoint]:
    """The endpoints an account has opened itself."""
    return Endpoint.objects.filter(account_id=account_id).exclude(url="")


def found(account_id: str, endpoint_id: str) -> Endpoint:
    """Find one of this account's endpoints; another's looks like none."""
    mine = Endpoint.objects.filter(account_id=account_id, pk=endpoint_id)
    if is_text(endpoint_id) and (endpoint := mine.first()):
        return endpoint
    raise NotFound(_("There is no webhook of this id."), code="webhook_not_found")


def signer_of(account_id: str) -> Endpoint:
    """The account's endpoint without an address, which signs for single calls."""
    known = {"account_id": account_id, "url": ""}
    fresh = {"secret": sealed(new_secret())}
    return Endpoint.objects.get_or_create(**known, defaults=fresh)[0]


def rotate(endpoint: Endpoint, by: Actor = OPERATOR) -> Endpoint:
    """Make a new secret; for a day the old one signs too."""
    endpoint.old_secret = endpoint.secret
    endpoint.old_secret_until = timezone.now() + BOTH_SIGN
    endpoint.secret = sealed(new_secret())
    with transaction.atomic():
        endpoint.save(update_fields=["old_secret", "old_secret_until", "secret"])
        note(
            endpoint.account_id,
            Deed.WEBHOOK_CHANGED,
            by,
            subject=endpoint.url,
            detail=gettext_lazy("A new secret"),
        )
    return endpoint


def secret_of(endpoint: Endpoint) -> str:
    return opened(endpoint.secret)


def signing_secrets(endpoint: Endpoint) -> list[str]:
    """The newest first, and the one before it while that is still believed."""
    until = endpoint.old_secret_until
    if endpoint.old_secret and until and until > timezone.now():
        return [opened(endpoint.secret), opened(endpoint.old_secret)]
    return [opened(endpoint.secret)]
