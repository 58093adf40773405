"""Every channel as an operator sees it: of the settings or a row, on or off, well or not.

Read from the database at once, and never with a credential in it.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from cryptography.fernet import InvalidToken
from django.utils import timezone
from django.utils.translation import gettext as _
from yarl import URL

from playground.generation.channels import from_settings, made_of
from playground.generation.connecting import unreadable
from playground.generation.providers.base import Channel
from playground.generation.ways import ChannelRow, Health

Where = Literal["stored", "settings", ""]


@dataclass(frozen=True, slots=True)
class Ill:
    """A model that is set back at a channel."""

    model: str
    failures: int
    until: datetime
    reason: str

    @property
    def is_due(self) -> bool:
        return self.until <= timezone.now()


@dataclass(frozen=True, slots=True)
class Surveyed:
    """A channel, and how it is. One that cannot be used has a problem instead."""

    kept: ChannelRow | Channel
    channel: Channel | None
    problem: str = ""
    ills: tuple[Ill, ...] = ()

    @property
    def row(self) -> ChannelRow | None:
        return self.kept if isinstance(self.kept, ChannelRow) else None

    @property
    def name(self) -> str:
        return self.kept.name

    @property
    def is_on(self) -> bool:
        return self.row is None or self.row.is_on

    @property
    def provider(self) -> str:
        if isinstance(self.kept, ChannelRow):
            return self.kept.provider
        return self.kept.trade.name

    @property
    def base_url(self) -> str:
        """Where it is, as far as it is nobody's secret; nothing is the provider's home."""
        if isinstance(self.kept, ChannelRow):
            return plain(self.kept.base_url)
        return plain(self.kept.access.base_url)

    @property
    def credential(self) -> Where:
        if self.row and self.row.secret:
            return "stored"
        return "settings" if self.channel and self.channel.access.secret else ""


def plain(address: str) -> str:
    """Leave out what an address may hold of a secret."""
    return str(URL(address).with_user(None).with_query(None)) if address else ""


def surveyed(name: str) -> Surveyed | None:
    """Return the channel of this name, if there is one."""
    return next((one for one in survey() if one.name == name), None)


def survey() -> list[Surveyed]:
    """Return every channel: those of the settings first."""
    fixed = from_settings().by_name
    ills: dict[str, list[Health]] = defaultdict(list)
    for ill in Health.objects.order_by("model"):
        ills[ill.channel].append(ill)
    found = [(one, one, "") for one in fixed.values()]
    rows = [
        (row, *looked_at(row, fixed)) for row in ChannelRow.objects.order_by("name")
    ]
    every: list[tuple[ChannelRow | Channel, Channel | None, str]] = [*found, *rows]
    return [
        Surveyed(kept, channel, problem, ills_of(ills[kept.name], channel))
        for kept, channel, problem in every
    ]


def looked_at(
    row: ChannelRow, fixed: Mapping[str, Channel]
) -> tuple[Channel | None, str]:
    """Make the channel of a row, or say why there is none."""
    if row.name in fixed:
        return None, _("The settings have a channel of this name, which is used.")
    try:
        channel = made_of(row)
    except InvalidToken:
        return None, unreadable()
    except ValueError as error:
        return None, str(error)
    return channel, ""


def ills_of(ills: list[Health], channel: Channel | None) -> tuple[Ill, ...]:
    return tuple(
        Ill(ill.model, ill.failures, ill.until, unsaid(ill.reason, channel))
        for ill in ills
    )


def unsaid(text: str, channel: Channel | None) -> str:
    """Leave out the credential, which some providers repeat in what they answer."""
    secret = channel.access.secret if channel else ""
    return text.replace(secret, "…") if secret else text
