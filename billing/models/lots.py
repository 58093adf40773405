"""Whose credits they were: every credit is a lot, and every debit draws from lots.

The journal knows one balance. Which credits were spent first (given before bought,
what expires before what does not) follows from it, and is written here by
`billing.lots` as far as somebody needed to know.
"""

from django.db import models
from django.db.models import F, Q

from billing.models.books import Transfer, Wallet


class Lot(models.Model):
    """What is left of one credit. Bought ones have a payment, and never expire."""

    transfer = models.OneToOneField(
        Transfer, primary_key=True, on_delete=models.PROTECT, related_name="lot"
    )
    wallet = models.ForeignKey(
        Wallet, on_delete=models.PROTECT, related_name="lots", db_index=False
    )
    payment = models.ForeignKey(
        "billing.StripePayment",
        null=True,
        on_delete=models.PROTECT,
        related_name="lots",
    )
    seq = models.BigIntegerField()
    amount = models.BigIntegerField()
    unspent = models.BigIntegerField()
    expires_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["wallet", "seq"], name="lot_seq_once"),
            models.CheckConstraint(
                condition=Q(unspent__gte=0, unspent__lte=F("amount")),
                name="lot_amounts_fit",
            ),
            models.CheckConstraint(
                condition=Q(payment__isnull=True) | Q(expires_at__isnull=True),
                name="bought_lots_do_not_expire",
            ),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"],
                condition=Q(expires_at__isnull=False, unspent__gt=0),
                name="lots_that_expire",
            ),
        ]


class Draw(models.Model):
    """What was drawn from a lot in a month (its first day, UTC), by kind of debit."""

    id = models.BigAutoField(primary_key=True)
    lot = models.ForeignKey(
        Lot, on_delete=models.PROTECT, related_name="draws", db_index=False
    )
    month = models.DateField()
    kind = models.CharField(max_length=12, choices=Transfer.Kind)
    amount = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lot", "month", "kind"], name="one_draw_a_month_and_kind"
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0), name="a_draw_is_something"
            ),
        ]


class Reckoning(models.Model):
    """How far a wallet's journal has been drawn from its lots."""

    wallet = models.OneToOneField(
        Wallet, primary_key=True, on_delete=models.PROTECT, related_name="reckoning"
    )
    seq = models.BigIntegerField(default=0)
