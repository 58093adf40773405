"""Who is told of what, and how the telling went.

An `Endpoint` is where an account listens. A `Notice` says that somebody wants to be
told when an order ends; it is written before the order and is gone once its
`Delivery` rows stand, one for each endpoint, with the very bytes that will be sent.
Each POST leaves a `DeliveryAttempt`.
"""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.ids import new_id

LONGEST_URL = 2000


def new_endpoint_id() -> str:
    return new_id("whk")


def new_delivery_id() -> str:
    return new_id("msg")


class Endpoint(models.Model):
    """Where an account listens, and the secrets it knows us by.

    Every account has at most one without a URL: it signs what goes to the
    `webhook_url` of a single call.
    """

    class Reason(models.TextChoices):
        """Why we disabled it."""

        GONE = "gone"
        TOOK_NOTHING = "took_nothing"

    id = models.CharField(primary_key=True, max_length=40, default=new_endpoint_id)
    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE)
    url = models.CharField(max_length=LONGEST_URL, blank=True, default="")
    description = models.CharField(max_length=200, blank=True, default="")
    events = models.JSONField(default=list)
    secret = models.CharField(max_length=400)
    old_secret = models.CharField(max_length=400, blank=True, default="")
    old_secret_until = models.DateTimeField(null=True)
    is_enabled = models.BooleanField(default=True)
    disabled_reason = models.CharField(
        max_length=12, choices=Reason, blank=True, default=""
    )
    last_answer = models.CharField(max_length=300, blank=True, default="")
    failing_since = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["account"], name="endpoints_of_account")]
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(url=""), name="one_signer_an_account"
            )
        ]

    @property
    def why_disabled(self) -> str:
        """Say why we disabled it, in the reader's language; nothing, if we did not."""
        return in_words(self.disabled_reason, self.last_answer)

    def wants(self, event: str) -> bool:
        """No list of events means all of them."""
        return not self.events or event in self.events


def in_words(reason: str, answer: str) -> str:
    if not reason:
        return ""
    if reason == Endpoint.Reason.GONE:
        return _("It answered 410: gone.")
    return _("It took nothing for more than three days. The last answer: %(said)s") % {
        "said": answer
    }


class Notice(models.Model):
    """Somebody wants to be told when this order ends.

    It is written before the order, whose row is not there yet, so this is no foreign key.
    """

    generation_id = models.CharField(primary_key=True, max_length=40)
    url = models.CharField(max_length=LONGEST_URL, blank=True, default="")
    events = models.JSONField(default=list)
    site = models.CharField(max_length=300)
    task_url = models.CharField(max_length=400)
    created_at = models.DateTimeField(default=timezone.now)


class Delivery(models.Model):
    """One event on its way to one endpoint. Its id is the `webhook-id` of every attempt."""

    class State(models.TextChoices):
        PENDING = "pending"
        DELIVERED = "delivered"
        FAILED = "failed"

    id = models.CharField(primary_key=True, max_length=40, default=new_delivery_id)
    endpoint = models.ForeignKey(
        Endpoint, on_delete=models.CASCADE, related_name="deliveries"
    )
    generation_id = models.CharField(max_length=40, blank=True, default="")
    event = models.CharField(max_length=60)
    url = models.CharField(max_length=LONGEST_URL, blank=True, default="")
    body = models.TextField()
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    failures = models.SmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = [
            models.Index(
                fields=["endpoint", "-created_at"], name="deliveries_of_endpoint"
            ),
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(state="pending"),
                name="deliveries_to_make",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["generation_id", "endpoint"],
                condition=~Q(generation_id=""),
                name="one_delivery_an_order_and_endpoint",
            )
        ]


class DeliveryAttempt(models.Model):
    """One POST: when, how long, and the first words of what came back."""

    id = models.BigAutoField(primary_key=True)
    delivery = models.ForeignKey(
        Delivery, on_delete=models.CASCADE, related_name="attempts"
    )
    status = models.SmallIntegerField(null=True)
    error = models.CharField(max_length=200, blank=True, default="")
    answer = models.CharField(max_length=500, blank=True, default="")
    duration_ms = models.IntegerField()
    started_at = models.DateTimeField()
