"""What was asked, what was tried, and what came of it.

A `Generation` is the order: its row is the truth about a job, whatever the
broker says. `Attempt` is one call to one provider. `Picture` is one file.
The hot path writes these rows through `books`; pages and commands read them.

Only the books' statements write them, in one step with their parents' locks, and no
parent is ever deleted. So the busiest foreign keys are Django's and not the database's:
its own checks took a quarter of PostgreSQL's time for a request. The audit looks for
orphans instead. An index that a longer one contains is left out for the same reason.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.db.models.base import ModelState
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.words import WordField
from playground.generation.audited import AuditRun
from playground.generation.companions import Compared, Retried, Traced
from playground.generation.entries import AttemptRow
from playground.generation.gates import Closure, PromptRule
from playground.generation.horizon import DroppedMonth
from playground.generation.repriced import PriceChange
from playground.generation.request import ImageRequest
from playground.generation.rollups import (
    AccountDay,
    AttemptDay,
    AttemptHour,
    DigestDay,
    DigestHour,
    OfferDay,
    OfferHour,
    Rolled,
    SalesDay,
    SalesHour,
    UsageDay,
    UsageHour,
    Usual,
)
from playground.generation.ways import ChannelRow, Health, Unpaid

__all__ = [
    "AccountDay",
    "Attempt",
    "AttemptDay",
    "AttemptHour",
    "AuditRun",
    "ChannelRow",
    "Closure",
    "Compared",
    "DroppedMonth",
    "DigestDay",
    "DigestHour",
    "Generation",
    "Health",
    "IdempotencyKey",
    "OfferDay",
    "OfferHour",
    "Picture",
    "PriceChange",
    "PromptRule",
    "RateWindow",
    "Retried",
    "Rolled",
    "SalesDay",
    "SalesHour",
    "Traced",
    "Unpaid",
    "UsageDay",
    "UsageHour",
    "Usual",
]

UNCHECKED: dict[str, Any] = {"db_constraint": False, "db_index": False}


class Generation(models.Model):
    """One order, from acceptance to its end."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Painting")
        SUCCEEDED = "succeeded", _("Done")
        PARTIALLY_SUCCEEDED = "partially_succeeded", _("Partly done")
        FAILED = "failed", _("Failed")
        REFUSED = "refused", _("Refused")
        CANCELLED = "cancelled", _("Cancelled")

    class Lane(models.TextChoices):
        API = "api", _("API")
        BROWSER = "browser", _("Playground")
        GUEST = "guest", _("Guest")
        BATCH = "batch", _("Batch")

    LIVE = (State.QUEUED, State.RUNNING)
    BY_PROGRAMS = (Lane.API, Lane.BATCH)
    UNHURRIED = (Lane.GUEST, Lane.BATCH)

    # No columns: the tries of an order that ended here, or was read with them; and what
    # it asks for, once that was read.
    tried: tuple[AttemptRow, ...] = ()
    _asked: ImageRequest | None = None

    id = models.CharField(primary_key=True, max_length=40)
    account = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, **UNCHECKED
    )
    key = models.ForeignKey(
        "accounts.ApiKey", null=True, on_delete=models.PROTECT, **UNCHECKED
    )
    person = models.ForeignKey(
        "accounts.Person", null=True, on_delete=models.SET_NULL, db_index=False
    )
    group = models.ForeignKey(
        "accounts.AccessGroup", on_delete=models.PROTECT, **UNCHECKED
    )
    is_test = models.BooleanField(default=False)
    is_demo = models.BooleanField(default=False, db_default=False)
    lane = models.CharField(max_length=8, choices=Lane)
    endpoint = models.CharField(max_length=40)
    network = models.CharField(max_length=43, blank=True, default="")
    model = models.CharField(max_length=80)
    prompt = models.TextField()
    request = models.JSONField()
    user = models.CharField(max_length=256, null=True)
    metadata = models.JSONField(null=True)
    kept_seconds = models.BigIntegerField(null=True)
    n = models.SmallIntegerField()
    unit_price_microcredits = models.BigIntegerField()
    state = WordField(max_length=20, choices=State)
    delivered = models.SmallIntegerField(default=0)
    provider = models.CharField(max_length=40, blank=True, default="")
    error_code = models.CharField(max_length=40, blank=True, default="")
    error_message = models.CharField(max_length=500, blank=True, default="")
    claim = models.CharField(max_length=40, blank=True, default="")
    body_digest = models.CharField(max_length=32, default="", db_default="")
    joins = models.SmallIntegerField(default=0, db_default=0)
    cut_off_at = models.DateTimeField(null=True)
    is_unwanted = models.BooleanField(default=False, db_default=False)
    shared_at = models.DateTimeField(null=True)  # with the account, by its maker
    deadline = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["account", "-created_at"], name="generations_of_account"
            ),
            models.Index(
                fields=["account", "user", "-created_at"],
                condition=Q(user__isnull=False),
                name="generations_of_user",
            ),
            models.Index(
                fields=["account", "-created_at"],
                condition=Q(metadata__isnull=False),
                name="generations_with_metadata",
            ),
            # Rehearsals are in no rollup: lists find them by this.
            models.Index(
                fields=["account", "-created_at"],
                condition=Q(is_test=True),
                name="generations_rehearsed",
            ),
            # The playground's, and a person's batches, among very many of the API's.
            models.Index(
                fields=["account", "-created_at", "-id"],
                condition=Q(key__isnull=True),
                name="generations_by_hand",
            ),
            models.Index(
                fields=["account", "cut_off_at"],
                condition=Q(cut_off_at__isnull=False),
                name="generations_cut_off",
            ),
            models.Index(
                fields=["deadline"],
                condition=Q(state__in=["queued", "running"]),
                name="generations_to_sweep",
            ),
            models.Index(
                fields=["lane", "account", "id"],
                condition=Q(state="queued"),
                name="generations_to_draw",
            ),
            models.Index(
                fields=["claim"],
                condition=Q(is_unwanted=True, state="running"),
                name="generations_to_stop",
            ),
            models.Index(
                fields=["network", "created_at"],
                condition=Q(lane="guest"),
                name="generations_of_network",
            ),
            models.Index(
                fields=["person"],
                condition=Q(person__isnull=False),
                name="generations_of_person",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(lane="guest", state__in=["queued", "running"]),
                name="one_live_order_a_guest",
            ),
            models.CheckConstraint(
                condition=Q(n__gte=1, delivered__gte=0, unit_price_microcredits__gte=0),
                name="generation_counts_fit",
            ),
        ]

    @classmethod
    def of(cls, facts: dict[str, Any]) -> Self:
        """Make a new row. Django's own way asks each of forty fields, for a twentieth of
        all that a request costs."""
        fixed, made = defaults_of_an_order()
        order = cls.__new__(cls)
        order._state = ModelState()
        new = {name: make() for name, make in made.items()}
        vars(order).update(fixed | new | facts)
        return order

    @property
    def asked(self) -> ImageRequest:
        """What it asks for."""
        if self._asked is None:
            self._asked = ImageRequest.from_json(self.request)
        return self._asked

    def ask_for(self, request: ImageRequest) -> None:
        """Have it ask for something."""
        self._asked, self.request = request, request.to_json()

    @property
    def is_live(self) -> bool:
        return self.state in self.LIVE

    @property
    def quoted_microcredits(self) -> int:
        """The most this order can cost."""
        return self.unit_price_microcredits * self.n

    @property
    def charged_microcredits(self) -> int:
        """What it did cost: the frozen price times the pictures delivered, at its end."""
        return 0 if self.is_live else self.unit_price_microcredits * self.delivered


@cache
def defaults_of_an_order() -> tuple[dict[str, Any], dict[str, Callable[[], Any]]]:
    """Return the defaults of some columns, and what makes those of others."""
    columns = Generation._meta.concrete_fields
    made = {
        one.attname: one.default
        for one in columns
        if one.has_default() and callable(one.default)
    }
    fixed = {
        one.attname: one.get_default() for one in columns if one.attname not in made
    }
    return fixed, made


class IdempotencyKey(models.Model):
    """A caller's name for one order, so that asking twice paints and charges once.

    The order is named before it exists and may be gone, so this is no foreign key.
    """

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    generation_id = models.CharField(max_length=40)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "key"], name="one_order_a_key")
        ]


class RateWindow(models.Model):
    """What a key has asked for in this minute and the one before, where no Redis counts."""

    id = models.BigAutoField(primary_key=True)
    key = models.ForeignKey("accounts.ApiKey", on_delete=models.CASCADE)
    what = models.CharField(max_length=10)
    started_ms = models.BigIntegerField()
    previous = models.IntegerField()
    current = models.IntegerField()
    most = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key", "what"], name="one_window_a_key_and_rate"
            )
        ]


class Attempt(models.Model):
    """One call to one provider, whatever came of it."""

    class Outcome(models.TextChoices):
        SUCCEEDED = "succeeded"
        REFUSED = "refused"
        BUSY = "busy"
        BROKEN = "broken"
        MISCONFIGURED = "misconfigured"
        EMPTY = "empty"
        CANCELLED = "cancelled"
        LOST = "lost"
        CROWDED = "crowded"
        HINDERED = "hindered"

    id = models.BigAutoField(primary_key=True)
    generation = models.ForeignKey(
        Generation, on_delete=models.CASCADE, related_name="attempts", **UNCHECKED
    )
    provider = models.CharField(max_length=40)
    # An order may have been tried with one model and painted by another.
    model = models.CharField(max_length=80, default="", db_default="")
    channel = models.CharField(max_length=60, default="", db_default="")
    upstream = models.CharField(max_length=120)
    upstream_request_id = models.CharField(max_length=120, blank=True, default="")
    outcome = models.CharField(max_length=14, choices=Outcome)
    status = models.SmallIntegerField(null=True)
    reason = models.CharField(max_length=300, blank=True, default="")
    pictures = models.SmallIntegerField(default=0)
    first_byte_ms = models.IntegerField(null=True)
    duration_ms = models.IntegerField()
    cost_microusd = models.BigIntegerField(default=0)
    started_at = models.DateTimeField()
    text_tokens_in = models.IntegerField(null=True)
    picture_tokens_in = models.IntegerField(null=True)
    tokens_out = models.IntegerField(null=True)

    def as_written(self) -> AttemptRow:
        """Return the row as the books know it."""
        names = AttemptRow.__dataclass_fields__
        return AttemptRow(**{name: getattr(self, name) for name in names})

    class Meta:
        indexes = [models.Index(fields=["generation"], name="attempts_of_generation")]


class Picture(models.Model):
    """One delivered picture: a file of its own, and what is known of it."""

    id = models.CharField(primary_key=True, max_length=40)
    generation = models.ForeignKey(
        Generation, on_delete=models.PROTECT, related_name="pictures", **UNCHECKED
    )
    account = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, **UNCHECKED
    )
    position = models.SmallIntegerField()
    file = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    format = models.CharField(max_length=8)
    width = models.IntegerField()
    height = models.IntegerField()
    bytes = models.BigIntegerField()
    seed = models.BigIntegerField(null=True)
    revised_prompt = models.TextField(blank=True, default="")
    signature = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["account", "-created_at"], name="pictures_of_account"),
            models.Index(
                fields=["expires_at"],
                condition=Q(expires_at__isnull=False),
                name="pictures_that_expire",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["generation", "position"], name="one_picture_a_position"
            )
        ]
