"""Orders of a page that belong together: sides of a comparison, and second tries.

Each is an order like any other, with its own price and its own end. What is written
here says only how they stand beside each other.
"""

from django.db import models


class Compared(models.Model):
    """One side of a comparison: the same words, painted by several models."""

    generation = models.OneToOneField(
        "generation.Generation",
        on_delete=models.CASCADE,
        primary_key=True,
        db_constraint=False,
        related_name="compared",
    )
    comparison = models.CharField(max_length=40, db_index=True)
    place = models.SmallIntegerField()


class Retried(models.Model):
    """An order that stands in for one picture of an earlier order, which never came."""

    generation = models.OneToOneField(
        "generation.Generation",
        on_delete=models.CASCADE,
        primary_key=True,
        db_constraint=False,
        related_name="retried",
    )
    first = models.ForeignKey(
        "generation.Generation",
        on_delete=models.CASCADE,
        db_constraint=False,
        related_name="retries",
    )
    position = models.SmallIntegerField()
