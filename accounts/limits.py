"""What a key may do, beside what it may spend.

A key without limits may do everything but manage keys. One that manages keys can do
nothing that costs, so that it may lie where no picture is made.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address, ip_network

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

GENERATE, EDIT = "generate", "edit"
READ_USAGE, MANAGE_WEBHOOKS = "read_usage", "manage_webhooks"
MANAGE_KEYS = "manage_keys"
ORDINARY = (GENERATE, EDIT, READ_USAGE, MANAGE_WEBHOOKS)
COSTLY = frozenset({GENERATE, EDIT})


@dataclass(frozen=True, slots=True)
class Limits:
    """What a key's owner said. What is empty or `None` limits nothing."""

    scopes: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    max_tier: str = ""
    max_n: int | None = None
    requests_per_minute: int | None = None
    pictures_per_minute: int | None = None
    concurrency: int | None = None
    ip_ranges: tuple[str, ...] = ()
    expires_at: datetime | None = None

    @property
    def facts(self) -> dict[str | Promise, str]:
        """The same, as people read it; what is not limited is empty."""
        ends = self.expires_at
        return {
            gettext_lazy("May"): ", ".join(sorted(self.scopes)),
            gettext_lazy("Models"): ", ".join(self.models),
            gettext_lazy("Largest size"): self.max_tier,
            gettext_lazy("Pictures a request"): written(self.max_n),
            gettext_lazy("Requests a minute"): written(self.requests_per_minute),
            gettext_lazy("Pictures a minute"): written(self.pictures_per_minute),
            gettext_lazy("Requests at once"): written(self.concurrency),
            gettext_lazy("Addresses"): ", ".join(self.ip_ranges),
            gettext_lazy("Expires"): f"{ends:%Y-%m-%d %H:%M} UTC" if ends else "",
        }

    def allow(self, scope: str) -> bool:
        """Say whether the key may do what this scope stands for."""
        return scope in (self.scopes or ORDINARY)

    def admit(self, address: str) -> bool:
        """Say whether the key may be used from this address; nowhere is no place."""
        if not self.ip_ranges:
            return True
        if not address:
            return False
        came_from = ip_address(address)
        return any(came_from in ip_network(one) for one in self.ip_ranges)


def written(number: int | None) -> str:
    return "" if number is None else f"{number:,}"


class WrongLimits(ValueError):
    """Limits that contradict each other or cannot be read, in one sentence."""


def checked(limits: Limits, *, is_test: bool = False) -> Limits:
    """Return the limits as they are kept, or say what is wrong with them."""
    check_scopes(limits.scopes, is_test)
    for name in ("max_n", "requests_per_minute", "pictures_per_minute", "concurrency"):
        number = getattr(limits, name)
        if number is not None and not 1 <= number <= 1_000_000:
            raise WrongLimits(
                _("%(name)s is a number from 1 to 1,000,000.") % {"name": name}
            )
    check_ranges(limits.ip_ranges)
    return limits


def check_scopes(scopes: Sequence[str], is_test: bool) -> None:
    known = (*ORDINARY, MANAGE_KEYS)
    for scope in scopes:
        if scope not in known:
            words = {"scopes": ", ".join(known)}
            raise WrongLimits(_("The scopes are %(scopes)s.") % words)
    if MANAGE_KEYS in scopes and (is_test or COSTLY & set(scopes)):
        raise WrongLimits(
            _(
                "A key that manages keys makes no pictures: give it no scope to generate"
                " or edit, and make it a live key."
            )
        )


def check_ranges(ranges: Sequence[str]) -> None:
    for one in ranges:
        try:
            ip_network(one)
        except ValueError as error:
            message = _(
                "An IP range is written 203.0.113.7 or 203.0.113.0/24, not “%(one)s”."
            )
            raise WrongLimits(message % {"one": one[:60]}) from error
