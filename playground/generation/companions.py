"""What stands beside an order: its fellows on a page, and the trace that asked for it.

Sides of a comparison and second tries are orders like any other, with their own price
and their own end. What is written here says only how they stand beside each other.
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


class Traced(models.Model):
    """What goes on with a trace, until the order's turn comes in whichever process."""

    generation = models.OneToOneField(
        "generation.Generation",
        on_delete=models.CASCADE,
        primary_key=True,
        db_constraint=False,
        related_name="traced",
    )
    told = models.JSONField()
