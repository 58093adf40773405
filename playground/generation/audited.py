"""When the books were checked last, and what was found: the light on the page of money."""

from datetime import timedelta

from django.db import models
from django.utils import timezone

GREEN_FOR = timedelta(hours=26)  # the clock asks once a day
GIVEN_UP_AFTER = timedelta(minutes=30)


class AuditRun(models.Model):
    """One check of every promise of the ledger; it has not ended without `ended_at`."""

    id = models.BigAutoField(primary_key=True)
    asked_at = models.DateTimeField(default=timezone.now)
    person = models.ForeignKey(
        "accounts.Person",
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
    )
    ended_at = models.DateTimeField(null=True)
    seconds = models.FloatField(default=0)
    broken = models.JSONField(default=list)  # the names of promises
    offenders = models.JSONField(default=list)  # the first rows that break them

    @property
    def is_old(self) -> bool:
        """Say whether too much may have happened since."""
        return timezone.now() - self.asked_at > GREEN_FOR

    @property
    def is_running(self) -> bool:
        waited = timezone.now() - self.asked_at
        return self.ended_at is None and waited < GIVEN_UP_AFTER
