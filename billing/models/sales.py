"""What is sold, to whom, and how it is paid: what we know of Stripe and of the till.

Amounts of money are in a currency's smallest unit. What a card processor hosts
(card numbers, receipts, invoices) is not kept here.
"""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.words import WordField
from billing.models.books import Wallet


class StripePayment(models.Model):
    """One attempt to buy credits, from the click (or the threshold) to the money.

    `amount_minor` is what was asked for, `paid_minor` what was paid with tax. What was
    refunded or is withheld for a dispute is written as it stood at the last of so many
    `looks`; the credits that were taken back for it are clawbacks. `asked` is what a
    saved card was asked for, word for word. Nobody has `bought_by` what buys itself.
    """

    class Kind(models.TextChoices):
        CHECKOUT = "checkout"
        AUTO = "auto"

    class Status(models.TextChoices):
        CREATED = "created"
        PROCESSING = "processing"
        PAID = "paid"
        FAILED = "failed"
        EXPIRED = "expired"

    id = models.BigAutoField(primary_key=True)
    wallet = models.ForeignKey(
        Wallet, on_delete=models.PROTECT, related_name="payments"
    )
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.CHECKOUT)
    auto_key = models.CharField(max_length=80, unique=True, null=True)
    session_id = models.CharField(max_length=120, unique=True, null=True)
    payment_intent = models.CharField(max_length=120, unique=True, null=True)
    charge_id = models.CharField(max_length=120, blank=True, default="")
    customer = models.CharField(max_length=120, blank=True, default="")
    pack = models.CharField(max_length=40)
    credits = models.BigIntegerField()
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    status = WordField(max_length=10, choices=Status, default=Status.CREATED)
    paid_minor = models.BigIntegerField(null=True)
    tax_minor = models.BigIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)
    disputed = models.BooleanField(default=False)
    disputed_minor = models.BigIntegerField(default=0)
    card = models.CharField(max_length=40, blank=True, default="")
    bought_by = models.ForeignKey(
        "accounts.Person", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    error = models.CharField(max_length=80, blank=True, default="")
    asked = models.JSONField(null=True, blank=True)
    looks = models.BigIntegerField(default=0)
    livemode = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    paid_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    amount_minor__gt=0,
                    tax_minor__gte=0,
                    refunded_minor__gte=0,
                    disputed_minor__gte=0,
                ),
                name="payment_nothing_negative",
            ),
            models.CheckConstraint(
                condition=Q(kind="auto", auto_key__isnull=False)
                | Q(kind="checkout", auto_key__isnull=True),
                name="payment_auto_has_a_key",
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=Q(status__in=["created", "processing"]),
                name="payments_undecided",
            ),
        ]


class Reversal(models.Model):
    """Money of a payment that went back, or came again: what was refunded more, or is
    withheld more for a dispute, than at the last look. Only ever added."""

    id = models.BigAutoField(primary_key=True)
    payment = models.ForeignKey(
        StripePayment, on_delete=models.PROTECT, related_name="reversals"
    )
    refunded_minor = models.BigIntegerField()
    disputed_minor = models.BigIntegerField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["at"], name="reversals_by_time")]


class StripeEvent(models.Model):
    """Every event as it was received, so that it is handled exactly once."""

    class State(models.TextChoices):
        RECEIVED = "received"
        DONE = "done"
        IGNORED = "ignored"
        FAILED = "failed"

    event_id = models.CharField(primary_key=True, max_length=120)
    type = models.CharField(max_length=80)
    created = models.DateTimeField()
    livemode = models.BooleanField()
    payload = models.JSONField()
    state = WordField(max_length=10, choices=State, default=State.RECEIVED)
    tries = models.IntegerField(default=0)
    error = models.TextField(blank=True, default="")
    received_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(
                fields=["received_at"],
                condition=Q(state__in=["received", "failed"]),
                name="events_to_handle_again",
            ),
        ]


class Mode(models.TextChoices):
    """Where something is known: customers and cards of one mode mean nothing in another."""

    LIVE = "live"
    TEST = "test"
    TILL = "till"


class Customer(models.Model):
    """Who a wallet is at the card processor."""

    id = models.CharField(primary_key=True, max_length=120)
    wallet = models.ForeignKey(
        Wallet, on_delete=models.PROTECT, related_name="customers"
    )
    mode = models.CharField(max_length=4, choices=Mode)
    tax_id = models.CharField(max_length=120, blank=True, default="")
    details_sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["wallet", "mode"], name="one_customer_a_mode"
            ),
        ]


class BillingDetails(models.Model):
    """What stands on an account's invoices, and where they go."""

    wallet = models.OneToOneField(
        Wallet, primary_key=True, on_delete=models.PROTECT, related_name="details"
    )
    company = models.CharField(_("company"), max_length=150, blank=True)
    line1 = models.CharField(_("address"), max_length=200, blank=True)
    line2 = models.CharField(_("address, second line"), max_length=200, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    state = models.CharField(_("state or province"), max_length=100, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    tax_id_kind = models.CharField(_("kind of tax id"), max_length=20, blank=True)
    tax_id = models.CharField(_("tax id"), max_length=40, blank=True)
    invoice_email = models.EmailField(_("e-mail for invoices"), blank=True)
    changed_at = models.DateTimeField(auto_now=True)


class Card(models.Model):
    """A saved card: enough to know it by. Its number is the processor's alone."""

    id = models.CharField(primary_key=True, max_length=120)
    wallet = models.ForeignKey(Wallet, on_delete=models.PROTECT, related_name="cards")
    mode = models.CharField(max_length=4, choices=Mode)
    brand = models.CharField(max_length=20)
    last4 = models.CharField(max_length=4)
    exp_month = models.SmallIntegerField()
    exp_year = models.SmallIntegerField()
    is_default = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["wallet", "mode"],
                condition=Q(is_default=True),
                name="one_default_card_a_mode",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.brand.title()} {self.last4}"


class TopUpRule(models.Model):
    """When to buy a pack without being asked, and how much money at most.

    `paused` is what we did, after a decline or because the bank wants its customer.
    """

    class State(models.TextChoices):
        OFF = "off"
        ON = "on"
        PAUSED = "paused"

    account = models.OneToOneField(
        Wallet, primary_key=True, on_delete=models.PROTECT, related_name="top_up"
    )
    state = models.CharField(max_length=8, choices=State, default=State.OFF)
    threshold = models.BigIntegerField()
    pack = models.CharField(max_length=40)
    payment_method = models.ForeignKey(
        Card, null=True, blank=True, on_delete=models.SET_NULL
    )
    daily_cap = models.BigIntegerField()
    monthly_cap = models.BigIntegerField()
    failures = models.IntegerField(default=0)
    retry_at = models.DateTimeField(null=True, blank=True)
    last_attempt_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    threshold__gt=0, daily_cap__gt=0, monthly_cap__gt=0, failures__gte=0
                ),
                name="top_up_nothing_negative",
            ),
        ]


class TillObject(models.Model):
    """What the test till remembers, in Stripe's own form: a session, a payment, a card."""

    id = models.CharField(primary_key=True, max_length=120)
    wallet = models.ForeignKey(Wallet, on_delete=models.PROTECT, related_name="+")
    data = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now)
