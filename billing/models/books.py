"""The books: wallets, money set aside, and a journal that is only ever added to.

Every amount is a whole number of microcredits (1 credit = 1,000,000). Only
`billing.ledger` writes these tables; the constraints here hold whatever it does.

Holds and charges are written while their wallet is locked, in one statement, so the
database need not look for the wallet once more: those foreign keys are Django's alone,
and the audit looks for orphans. Unique texts are constraints, since Django gives a
unique column a second index for `LIKE` that nobody asks.
"""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.words import WordField

UNCHECKED: dict[str, Any] = {"db_constraint": False, "db_index": False}


class Wallet(models.Model):
    """One per account, and the only money row that changes."""

    account = models.OneToOneField(
        "accounts.Account", primary_key=True, on_delete=models.PROTECT
    )
    credits_posted = models.BigIntegerField(default=0)
    debits_posted = models.BigIntegerField(default=0)
    held = models.BigIntegerField(default=0)
    debt = models.BigIntegerField(default=0)
    seq = models.BigIntegerField(default=0)
    frozen = models.BooleanField(default=False)
    is_capped = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    credits_posted__gte=0,
                    debits_posted__gte=0,
                    held__gte=0,
                    debt__gte=0,
                ),
                name="wallet_nothing_negative",
            ),
            models.CheckConstraint(
                condition=Q(credits_posted__gte=F("debits_posted") + F("held")),
                name="wallet_never_overdrawn",
            ),
        ]

    @property
    def balance(self) -> int:
        return self.credits_posted - self.debits_posted

    @property
    def available(self) -> int:
        return self.balance - self.held


class Hold(models.Model):
    """Money set aside for one order, until it is posted, voided or expired."""

    class State(models.TextChoices):
        PENDING = "pending"
        POSTED = "posted"
        VOIDED = "voided"
        EXPIRED = "expired"

    id = models.BigAutoField(primary_key=True)
    wallet = models.ForeignKey(
        Wallet, on_delete=models.PROTECT, related_name="holds", **UNCHECKED
    )
    job_id = models.CharField(max_length=40)
    key_id = models.CharField(max_length=40, blank=True, default="")
    member = models.CharField(max_length=80, blank=True, default="")
    amount = models.BigIntegerField()
    posted = models.BigIntegerField(default=0)
    state = WordField(max_length=8, choices=State, default=State.PENDING)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job_id"], name="one_hold_an_order"),
            models.CheckConstraint(
                condition=Q(amount__gt=0, posted__gte=0, posted__lte=F("amount")),
                name="hold_amounts_fit",
            ),
            models.CheckConstraint(
                condition=Q(state="pending", posted=0, resolved_at__isnull=True)
                | Q(state="posted", posted__gt=0, resolved_at__isnull=False)
                | Q(
                    state__in=["voided", "expired"], posted=0, resolved_at__isnull=False
                ),
                name="hold_state_fits",
            ),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"],
                condition=Q(state="pending"),
                name="holds_to_sweep",
            ),
            models.Index(fields=["wallet"], name="holds_of_wallet"),
            # What was given back, for statements; a charge has its line in the journal.
            models.Index(
                fields=["wallet", "-resolved_at", "-id"],
                condition=Q(state__in=["voided", "expired"]),
                name="holds_given_back",
            ),
        ]


class Transfer(models.Model):
    """One line of the journal. Never edited, never deleted: a trigger sees to it."""

    class Kind(models.TextChoices):
        TOPUP = "topup"
        GRANT = "grant"
        PROMO = "promo"
        REFUND_IN = "refund_in"
        CHARGE = "charge"
        CLAWBACK = "clawback"
        EXPIRE = "expire"
        ADJUST = "adjust"
        DEBT_PAYMENT = "debt_payment"

    id = models.BigAutoField(primary_key=True)
    wallet = models.ForeignKey(
        Wallet, on_delete=models.PROTECT, related_name="transfers", **UNCHECKED
    )
    seq = models.BigIntegerField()
    direction = models.SmallIntegerField()
    amount = models.BigIntegerField()
    balance_after = models.BigIntegerField()
    kind = models.CharField(max_length=12, choices=Kind)
    counter = models.CharField(max_length=12)
    hold = models.ForeignKey(
        Hold, null=True, on_delete=models.PROTECT, related_name="transfers", **UNCHECKED
    )
    reverses = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, db_index=False
    )
    key = models.CharField(max_length=160)
    ref_type = models.CharField(max_length=20, blank=True, default="")
    ref_id = models.CharField(max_length=80, blank=True, default="")
    memo = models.CharField(max_length=200, blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                fields=["reverses"],
                condition=Q(reverses__isnull=False),
                name="transfers_that_reverse",
            ),
            # Charges are nearly all of them; what is not is found without going through those.
            models.Index(
                fields=["wallet", "seq"],
                condition=~Q(kind="charge"),
                name="transfers_besides_charges",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["wallet", "seq"], name="transfer_seq_once"),
            models.UniqueConstraint(fields=["key"], name="transfer_key_once"),
            models.UniqueConstraint(
                fields=["hold"],
                condition=Q(kind="charge"),
                name="transfer_one_charge_a_hold",
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0, direction__in=[1, -1], balance_after__gte=0),
                name="transfer_amounts_fit",
            ),
        ]


class Clawback(models.Model):
    """Money taken back, and how much of it the wallet still had. The rest is debt."""

    id = models.BigAutoField(primary_key=True)
    wallet = models.ForeignKey(
        Wallet, on_delete=models.PROTECT, related_name="clawbacks"
    )
    key = models.CharField(max_length=160, unique=True)
    amount = models.BigIntegerField()
    taken = models.BigIntegerField()
    payment = models.ForeignKey(
        "billing.StripePayment",
        null=True,
        on_delete=models.PROTECT,
        related_name="clawbacks",
    )
    at = models.DateTimeField(default=timezone.now)


class KeyBudget(models.Model):
    """How much a key, an account or a member may spend in a day, a week, a month or ever.

    The owner is a key's id, an account's, or a member's name as the ledger writes it. A
    wallet says whether anyone who spends from it has a limit at all. An order counts in
    the window it was opened in. The window moves on with the first order after its end;
    weeks begin on Monday, all of them in UTC.
    """

    class Period(models.TextChoices):
        DAY = "day", _("a day")
        WEEK = "week", _("a week")
        MONTH = "month", _("a month")
        TOTAL = "total", _("in all")

    id = models.BigAutoField(primary_key=True)
    owner = models.CharField(max_length=80)
    period = models.CharField(max_length=5, choices=Period)
    cap = models.BigIntegerField()
    window_start = models.DateTimeField()
    spent = models.BigIntegerField(default=0)
    held = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "period"], name="one_budget_a_period"
            ),
            models.CheckConstraint(
                condition=Q(cap__gte=0, spent__gte=0, held__gte=0),
                name="budget_nothing_negative",
            ),
        ]
