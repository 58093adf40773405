"""What operators changed of prices, and when each change begins.

Rows are only ever added: a trigger sees to it. The last to have begun is in force, so
the same rows are the history. A price nobody changed is that of the model's file.
"""

from django.db import models
from django.utils import timezone


class PriceChange(models.Model):
    """A model's list price, a group's multiplier, or a group's for one model.

    Without a group it is a list price in credits, of a tier and quality; without a model
    a group's multiplier. No value is the one of the file, or of the group.
    """

    id = models.BigAutoField(primary_key=True)
    created_at = models.DateTimeField(default=timezone.now)
    starts_at = models.DateTimeField()
    person = models.ForeignKey(
        "accounts.Person",
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
    )
    model = models.CharField(max_length=80, blank=True, default="")
    group = models.CharField(max_length=40, blank=True, default="")
    tier = models.CharField(max_length=20, blank=True, default="")
    quality = models.CharField(max_length=40, blank=True, default="")
    before = models.DecimalField(max_digits=13, decimal_places=6, null=True)
    after = models.DecimalField(max_digits=13, decimal_places=6, null=True)
    reason = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(after__isnull=True) | models.Q(after__gte=0),
                name="price_change_not_negative",
            ),
            models.CheckConstraint(
                condition=~models.Q(model="", group=""),
                name="price_change_of_something",
            ),
        ]
        indexes = [models.Index(fields=["starts_at", "id"], name="price_changes_begun")]

    @property
    def is_waiting(self) -> bool:
        """Say whether it has yet to begin."""
        return self.starts_at > timezone.now()
