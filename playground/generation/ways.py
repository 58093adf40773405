"""What routing keeps between processes and restarts: ways, setbacks, and what went unpaid.

A channel is a way to a provider that an operator added here rather than in the
settings. Nothing is written of a way that is well, nor of an order that was paid.
"""

from django.db import models
from django.utils import timezone


class ChannelRow(models.Model):
    """A way to a provider, its credential unreadable without EASEL_ENCRYPTION_KEY."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=60, unique=True)
    provider = models.CharField(max_length=40)
    secret = models.TextField(blank=True, default="")
    base_url = models.CharField(max_length=400, blank=True, default="")
    is_local = models.BooleanField(default=False)
    options = models.JSONField(default=dict)
    priority = models.SmallIntegerField(default=0)
    weight = models.SmallIntegerField(default=1)
    concurrency = models.IntegerField(null=True)
    per_minute = models.IntegerField(null=True)
    groups = models.JSONField(default=list)
    is_on = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(weight__gte=0), name="weight_not_negative"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Health(models.Model):
    """A model at a channel that is set back: since when, until when, and why."""

    id = models.BigAutoField(primary_key=True)
    channel = models.CharField(max_length=60)
    model = models.CharField(max_length=80)
    failures = models.IntegerField()
    since = models.DateTimeField()
    until = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        verbose_name_plural = "health"
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "model"], name="one_health_a_channel_and_model"
            )
        ]


class Unpaid(models.Model):
    """What providers charged us within an hour for orders of a key that nobody paid for.

    What is asked by hand, in the browser, is the account's key of no name.
    """

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE)
    key = models.CharField(max_length=40, blank=True, default="")
    started_at = models.DateTimeField()
    microusd = models.BigIntegerField()

    class Meta:
        verbose_name_plural = "unpaid"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "key"], name="one_unpaid_hour_a_key"
            )
        ]
