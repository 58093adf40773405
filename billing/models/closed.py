"""What a month came to when it was closed last, for pages that cannot wait for it."""

from django.db import models


class ClosedMonth(models.Model):
    """A month's credits: a row for each currency, as `billing.closing` reads it."""

    month = models.DateField(primary_key=True)
    rows = models.JSONField(default=list)
    reckoned_at = models.DateTimeField()
