"""How keys and their limits are written in JSON, and read from it.

What is left out of a change stays as it is; `null` lifts a limit.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StrictInt, StrictStr

from accounts.issuing import NO_LIMITS
from accounts.limits import MANAGE_KEYS, ORDINARY, Limits
from accounts.models import ApiKey
from billing.ledger import MICRO, Budget
from playground.api.answers import amount
from playground.generation.catalogue import catalogue
from playground.generation.errors import BadRequest, ModelNotFound
from playground.generation.quoting import is_text

Scope = Literal["generate", "edit", "read_usage", "manage_webhooks"]
Some = Annotated[StrictInt, Field(ge=1, le=1_000_000)]
Credits = Annotated[Decimal, Field(ge=0, le=1_000_000_000, decimal_places=6)]
Words = Annotated[StrictStr, Field(min_length=1, max_length=80)]
NUMBERS = ("max_n", "requests_per_minute", "pictures_per_minute", "concurrency")
PERIODS = ("day", "week", "month", "total")


class SpendCaps(BaseModel):
    """What a key may spend, in credits."""

    model_config = ConfigDict(extra="forbid")

    day: Credits | None = None
    week: Credits | None = None
    month: Credits | None = None
    total: Credits | None = None

    def said(self) -> dict[str, int | None]:
        """Return what was said of each period, in microcredits."""
        return {
            period: None if cap is None else int(cap * MICRO)
            for period in PERIODS
            if period in self.model_fields_set
            for cap in (getattr(self, period),)
        }


class KeyChange(BaseModel):
    """What may be changed of a key."""

    model_config = ConfigDict(extra="forbid")

    name: Words | None = None
    group: Words | None = None
    scopes: list[Scope] | None = None
    models: list[Words] | None = Field(None, max_length=100)
    max_tier: Literal["0.5K", "1K", "2K", "4K"] | None = None
    max_n: Some | None = None
    requests_per_minute: Some | None = None
    pictures_per_minute: Some | None = None
    concurrency: Some | None = None
    ip_ranges: list[Words] | None = Field(None, max_length=100)
    expires_at: AwareDatetime | None = None
    spend_caps: SpendCaps | None = None

    def changed(self, limits: Limits) -> Limits:
        """Return the limits with what was said in their place."""
        said = self.model_fields_set
        facts: dict[str, Any] = {
            name: getattr(self, name) for name in NUMBERS if name in said
        }
        facts |= {
            name: tuple(getattr(self, name) or ())
            for name in ("scopes", "ip_ranges")
            if name in said
        }
        if "models" in said:
            facts["models"] = models_named(self.models or ())
        if "max_tier" in said:
            facts["max_tier"] = self.max_tier or ""
        if "expires_at" in said:
            facts["expires_at"] = still_to_come(self.expires_at)
        return replace(limits, **facts)

    def caps(self) -> dict[str, int | None]:
        """Return the spend caps that were said; `null` for all of them lifts all."""
        if self.spend_caps is not None:
            return self.spend_caps.said()
        lifted = "spend_caps" in self.model_fields_set
        return dict.fromkeys(PERIODS) if lifted else {}


class NewKey(KeyChange):
    """The body of POST /v1/keys."""

    name: Words
    test: bool = False


class Rotation(BaseModel):
    """The body of POST /v1/keys/{id}/rotate."""

    model_config = ConfigDict(extra="forbid")

    overlap_hours: Literal[0, 1, 24] = 24


def models_named(names: Sequence[str]) -> tuple[str, ...]:
    """Return the models' ids; a name nobody has is said at once."""
    try:
        return tuple(dict.fromkeys(catalogue().find(name).id for name in names))
    except ModelNotFound as unknown:
        raise BadRequest(unknown.message, param="models") from unknown


def still_to_come(moment: datetime | None) -> datetime | None:
    if moment is None:
        return None
    try:
        moment = moment.astimezone(UTC)
    except OverflowError as error:  # by a few hours
        message = _("expires_at lies after the year 9999: leave it out instead.")
        raise BadRequest(message, param="expires_at") from error
    if moment <= timezone.now():
        message = _("expires_at lies in the past. To end a key, DELETE it.")
        raise BadRequest(message, param="expires_at")
    return moment


def readable(name: str) -> str:
    """Return a name that can be kept, without blanks around it."""
    if not is_text(name) or not name.strip():
        raise BadRequest(_("name: write a word or two."), param="name")
    return name.strip()


def key_out(key: ApiKey, budgets: Sequence[Budget]) -> dict[str, Any]:
    """A key as everybody may see it who manages keys: all but its text."""
    limits = key.limited.limits if hasattr(key, "limited") else NO_LIMITS
    return {
        "id": key.pk,
        "object": "key",
        "name": key.name,
        "prefix": key.prefix,
        "test": key.is_test,
        "status": status_of(key, limits),
        "group": key.group_id,
        "scopes": list(limits.scopes or ORDINARY),
        "models": list(limits.models) or None,
        "max_tier": limits.max_tier or None,
        **{name: getattr(limits, name) for name in NUMBERS},
        "ip_ranges": list(limits.ip_ranges) or None,
        "expires_at": seconds(limits.expires_at),
        "spend_caps": {one.period: budget_out(one) for one in budgets} or None,
        "created": seconds(key.created_at),
        "last_used": seconds(key.last_used_at),
        "revoked": seconds(key.revoked_at),
    }


def status_of(key: ApiKey, limits: Limits) -> str:
    if key.revoked_at:
        return "revoked"
    ended = limits.expires_at and limits.expires_at <= timezone.now()
    return "expired" if ended else "active"


def budget_out(budget: Budget) -> dict[str, Any]:
    """A limit on spending: its value, what is gone of it, and when it begins again."""
    return {
        "limit": amount(budget.cap),
        "spent": amount(budget.spent),
        "held": amount(budget.held),
        "remaining": amount(budget.left),
        "resets_at": seconds(budget.resets_at),
    }


def seconds(moment: datetime | None) -> int | None:
    return int(moment.timestamp()) if moment else None


def manages_keys(key: ApiKey) -> bool:
    return hasattr(key, "limited") and MANAGE_KEYS in key.limited.scopes
