"""Files of calls, and what comes of them.

A `Batch` is a file whose every line is one call for pictures. A `Line` is one of them,
from the check to its end; its order is a `Generation` like any other, under the name
that the line was given before it was asked for. A `File` was sent to us, or stands for
the results of a batch, which are written when somebody reads them.
"""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_id
from accounts.words import WordField

LONGEST_NAME = 255
LONGEST_CUSTOM_ID = 256


def new_file_id() -> str:
    return new_id("file")


def new_batch_id() -> str:
    return new_id("batch")


class File(models.Model):
    """A file of an account's. One without a `place` is written when it is read."""

    class Purpose(models.TextChoices):
        BATCH = "batch"
        RESULTS = "batch_output"
        VISION = "vision"  # a picture to start from, by either of OpenAI's words
        USER_DATA = "user_data"

    TAKEN = (Purpose.BATCH, Purpose.VISION, Purpose.USER_DATA)
    OF_PICTURES = (Purpose.VISION, Purpose.USER_DATA)

    id = models.CharField(primary_key=True, max_length=40, default=new_file_id)
    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE)
    purpose = models.CharField(max_length=20, choices=Purpose)
    name = models.CharField(max_length=LONGEST_NAME)
    bytes = models.BigIntegerField()
    place = models.CharField(max_length=200, blank=True, default="")
    batch = models.ForeignKey(
        "Batch", null=True, on_delete=models.CASCADE, related_name="files"
    )
    is_of_errors = models.BooleanField(default=False)
    once_key = models.CharField(max_length=255, blank=True, default="")
    once_digest = models.CharField(max_length=64, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["account", "-id"], name="files_of_account"),
            models.Index(
                fields=["expires_at"],
                condition=Q(expires_at__isnull=False),
                name="files_that_expire",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "once_key"],
                condition=~Q(once_key=""),
                name="one_file_a_key",
            )
        ]


class Batch(models.Model):
    """A file of calls under way. Its counts are kept here, so that looking is cheap."""

    class State(models.TextChoices):
        VALIDATING = "validating", _("Being checked")
        QUOTED = "quoted", _("Waiting for your word")
        IN_PROGRESS = "in_progress", _("Under way")
        FINALIZING = "finalizing", _("Writing results")
        CANCELLING = "cancelling", _("Being cancelled")
        COMPLETED = "completed", _("Done")
        FAILED = "failed", _("Not accepted")
        EXPIRED = "expired", _("Out of time")
        CANCELLED = "cancelled", _("Cancelled")

    class Endpoint(models.TextChoices):
        GENERATIONS = "/v1/images/generations"
        EDITS = "/v1/images/edits"

    FED = (State.IN_PROGRESS,)
    OPEN = (State.IN_PROGRESS, State.CANCELLING, State.FINALIZING)
    ENDED = (State.COMPLETED, State.FAILED, State.EXPIRED, State.CANCELLED)

    id = models.CharField(primary_key=True, max_length=40, default=new_batch_id)
    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE)
    key = models.ForeignKey(
        "accounts.ApiKey", null=True, on_delete=models.PROTECT, related_name="+"
    )
    person = models.ForeignKey(
        "accounts.Person", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    is_test = models.BooleanField(default=False)
    is_dry = models.BooleanField(default=False)
    endpoint = models.CharField(max_length=40, choices=Endpoint)
    input_file = models.CharField(max_length=40)
    input_name = models.CharField(max_length=LONGEST_NAME)
    output_file = models.CharField(max_length=40, blank=True, default="")
    error_file = models.CharField(max_length=40, blank=True, default="")
    state = models.CharField(
        max_length=12, choices=State, default=State.VALIDATING, db_default="validating"
    )
    metadata = models.JSONField(null=True)
    site = models.CharField(max_length=300)
    results_kept_seconds = models.BigIntegerField(null=True)
    most_microcredits = models.BigIntegerField(null=True)
    quoted_microcredits = models.BigIntegerField(default=0)
    charged_microcredits = models.BigIntegerField(default=0)
    total = models.IntegerField(default=0)
    completed = models.IntegerField(default=0)
    failed = models.IntegerField(default=0)
    errors = models.JSONField(default=list)
    pause_code = models.CharField(max_length=40, blank=True, default="")
    pause_message = models.CharField(max_length=500, blank=True, default="")
    paused_until = models.DateTimeField(null=True)
    fed_at = models.DateTimeField(default=timezone.now)
    claim = models.CharField(max_length=40, blank=True, default="")
    claimed_until = models.DateTimeField(null=True)
    once_key = models.CharField(max_length=255, blank=True, default="")
    once_digest = models.CharField(max_length=64, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True)
    cancelling_at = models.DateTimeField(null=True)
    expired_at = models.DateTimeField(null=True)
    finalizing_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["account", "-id"], name="batches_of_account"),
            models.Index(
                fields=["state"],
                condition=~Q(state__in=["completed", "failed", "expired", "cancelled"]),
                name="batches_under_way",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "once_key"],
                condition=~Q(once_key=""),
                name="one_batch_a_key",
            ),
            models.CheckConstraint(
                condition=Q(completed__gte=0, failed__gte=0)
                & Q(total__gte=models.F("completed") + models.F("failed")),
                name="batch_counts_fit",
            ),
        ]

    @property
    def is_over(self) -> bool:
        return self.state in self.ENDED

    @property
    def may_be_cancelled(self) -> bool:
        return not self.is_over and self.state != self.State.CANCELLING

    def is_paused(self, now: datetime) -> bool:
        return self.paused_until is not None and self.paused_until > now


class Line(models.Model):
    """One call of a batch. What it asks for is forgotten at its end: its order has it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Handed out")
        RUNNING = "running", _("Painting")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        EXPIRED = "expired", _("Out of time")
        CANCELLED = "cancelled", _("Cancelled")

    IN_HAND = (State.SENT, State.RUNNING)
    AMISS = (State.FAILED, State.EXPIRED, State.CANCELLED)

    id = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey(
        Batch, on_delete=models.CASCADE, related_name="lines", db_index=False
    )
    number = models.IntegerField()
    custom_id = models.CharField(max_length=LONGEST_CUSTOM_ID)
    body = models.JSONField()
    sources = models.JSONField(null=True)
    pictures = models.SmallIntegerField()
    unit_price_microcredits = models.BigIntegerField()
    state = WordField(max_length=10, choices=State, default=State.WAITING)
    order_id = models.CharField(max_length=40, blank=True, default="")
    tries = models.SmallIntegerField(default=0)
    losses = models.SmallIntegerField(default=0, db_default=0)
    not_before = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    error_code = models.CharField(max_length=40, blank=True, default="")
    error_message = models.CharField(max_length=500, blank=True, default="")
    error_param = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(
                fields=["batch", "number"],
                condition=Q(state="waiting"),
                name="lines_that_wait",
            ),
            models.Index(
                fields=["batch"],
                condition=Q(state__in=["sent", "running"]),
                name="lines_in_hand",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "number"], name="one_line_a_number"
            ),
            models.UniqueConstraint(
                fields=["batch", "custom_id"], name="one_line_a_custom_id"
            ),
        ]

    @property
    def most_microcredits(self) -> int:
        return self.pictures * self.unit_price_microcredits
