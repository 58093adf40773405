"""Adding channels, changing them, turning them off and taking them away.

What an operator says is checked here, for the page and for the command alike; what is
wrong is a `BadRequest` that names the field. Who did it, and how it stood before, is
written down with it; the credential is not.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from yarl import URL

from accounts import deeds
from accounts.activity import OPERATOR, Actor
from playground.generation.channels import (
    from_settings,
    made_of,
    read_again,
    setting_of,
)
from playground.generation.errors import BadRequest
from playground.generation.providers.base import Channel
from playground.generation.providers.connected import known_trades
from playground.generation.sealing import sealed
from playground.generation.ways import ChannelRow, Health

log = structlog.get_logger()
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")
PROVIDER = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
MOST_PRIORITY, MOST_WEIGHT, MOST_CALLS = 1_000, 1_000, 1_000_000


@dataclass(frozen=True, slots=True)
class Said:
    """A channel as an operator says it. No secret keeps the one that is stored."""

    name: str
    provider: str
    secret: str = field(default="", repr=False)
    base_url: str = ""
    is_local: bool = False
    options: Mapping[str, str] = field(default_factory=dict)
    priority: int = 0
    weight: int = 1
    concurrency: int | None = None
    per_minute: int | None = None
    groups: tuple[str, ...] = ()
    is_on: bool = True


def connect(said: Said, by: Actor = OPERATOR) -> ChannelRow:
    """Add a channel."""
    if not NAME.fullmatch(said.name):
        message = _("A name has up to 60 of a-z, 0-9, “-”, “_” and “.”.")
        raise BadRequest(message, param="name")
    if said.name in from_settings().by_name:
        message = _("The settings have a channel %(name)s: choose another name.")
        raise BadRequest(message % {"name": said.name}, param="name")
    row = filled(ChannelRow(name=said.name), said)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            noted("channel.added", row, by, before={})
    except IntegrityError as error:
        message = _("There is a channel %(name)s already: choose another name.")
        raise BadRequest(message % {"name": said.name}, param="name") from error
    return row


def change(row: ChannelRow, said: Said, by: Actor = OPERATOR) -> ChannelRow:
    """Change everything of a channel but its name, by which its numbers are kept."""
    is_elsewhere = (said.provider, said.base_url) != (row.provider, row.base_url)
    if row.secret and not said.secret and is_elsewhere:
        message = _("It goes somewhere else now: give the credential again.")
        raise BadRequest(message, param="secret")
    before = facts_of(row)
    with transaction.atomic():
        filled(row, said).save()
        after = facts_of(row) | ({"credential": "replaced"} if said.secret else {})
        noted("channel.changed", row, by, before=before, after=after)
    return row


def switch(row: ChannelRow, *, is_on: bool, by: Actor = OPERATOR) -> None:
    with transaction.atomic():
        ChannelRow.objects.filter(pk=row.pk).update(is_on=is_on)
        before, after = {"is_on": row.is_on}, {"is_on": is_on}
        action = "channel.on" if is_on else "channel.off"
        noted(action, row, by, before=before, after=after)


def remove(row: ChannelRow, by: Actor = OPERATOR) -> None:
    """Take a channel away, and what is known of its health."""
    with transaction.atomic():
        noted("channel.removed", row, by, before=facts_of(row), after={})
        Health.objects.filter(channel=row.name).delete()
        row.delete()


def noted(
    action: str,
    row: ChannelRow,
    by: Actor,
    *,
    before: Mapping[str, Any],
    after: Mapping[str, Any] | None = None,
) -> None:
    """Write down who did it, and use it as soon as it is so."""
    log.info(action, channel=row.name, person=by.person_id, address=by.address)
    deeds.record(
        deeds.who(by),
        action,
        subject=deeds.Subject("channel", row.name),
        before=before,
        after=facts_of(row) if after is None else after,
    )
    transaction.on_commit(read_again)


def facts_of(row: ChannelRow) -> dict[str, Any]:
    """Return how a channel stands, without what lets anybody in."""
    return {
        "provider": row.provider,
        "base_url": row.base_url.partition("?")[0],
        "credential": "stored" if row.secret else "none",
        "options": sorted(row.options),
        "is_local": row.is_local,
        "priority": row.priority,
        "weight": row.weight,
        "concurrency": row.concurrency,
        "per_minute": row.per_minute,
        "groups": row.groups,
        "is_on": row.is_on,
    }


def filled(row: ChannelRow, said: Said) -> ChannelRow:
    """Put what was said into a row, if a channel can be made of it."""
    check_place(said)
    check_numbers(said)
    row.provider, row.base_url = said.provider, said.base_url
    row.is_local, row.is_on = said.is_local, said.is_on
    row.priority, row.weight = said.priority, said.weight
    row.concurrency, row.per_minute = said.concurrency, said.per_minute
    row.groups, row.options = list(said.groups), dict(said.options)
    if said.secret:
        row.secret = sealed(said.secret)
    check_credential(row, channel_of(row))
    return row


def channel_of(row: ChannelRow) -> Channel:
    try:
        return made_of(row)
    except InvalidToken as error:
        raise BadRequest(str(unreadable()), param="secret") from error
    except ValueError as error:
        raise BadRequest(str(error), param="base_url") from error


def unreadable() -> str:
    return _(
        "The stored credential cannot be read with EASEL_ENCRYPTION_KEY: give it again."
    )


def check_place(said: Said) -> None:
    """Check whom it asks, and where."""
    if not PROVIDER.fullmatch(said.provider):
        message = _("A provider’s name has up to 40 of a-z, 0-9, “-” and “_”.")
        raise BadRequest(message, param="provider")
    is_known = said.provider in known_trades(settings.PROVIDERS_DIR)
    is_named = said.provider in settings.COMPATIBLE_SERVERS
    if not (is_known or is_named or said.base_url):
        message = _(
            "%(provider)s has no adapter of its own: give the base URL of a server that"
            " speaks OpenAI’s API."
        )
        raise BadRequest(message % {"provider": said.provider}, param="base_url")
    if said.base_url and not is_address(said.base_url):
        message = _("A base URL is like https://api.example.com/v1, without a user.")
        raise BadRequest(message, param="base_url")


def is_address(text: str) -> bool:
    try:
        url = URL(text)
    except ValueError:
        return False
    is_whole = url.scheme in ("http", "https") and bool(url.host)
    return is_whole and not (url.user or url.password or url.fragment)


def check_numbers(said: Said) -> None:
    ranges = {
        "priority": (said.priority, -MOST_PRIORITY, MOST_PRIORITY),
        "weight": (said.weight, 0, MOST_WEIGHT),
        "concurrency": (said.concurrency, 1, MOST_CALLS),
        "per_minute": (said.per_minute, 1, MOST_CALLS),
    }
    for name, (number, least, most) in ranges.items():
        if number is not None and not least <= number <= most:
            message = _("This is a number from %(least)d to %(most)d.")
            raise BadRequest(message % {"least": least, "most": most}, param=name)


def check_credential(row: ChannelRow, channel: Channel) -> None:
    """Our adapters go nowhere without a credential; a server of one's own may."""
    if channel.access.secret or row.provider not in known_trades(
        settings.PROVIDERS_DIR
    ):
        return
    if row.base_url:
        message = _(
            "Give a credential: that of %(setting)s never goes to another address."
        )
    else:
        message = _("Give a credential, here or as %(setting)s.")
    raise BadRequest(message % {"setting": setting_of(row.provider)}, param="secret")
