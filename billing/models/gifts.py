"""Codes that give credits: promotions and gifts."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from billing.models.books import Transfer

LONGEST_CODE = 40


class PromoCode(models.Model):
    """A code, written in capitals, and how often it may be used.

    Each account may use it once. `expire_days` is how long its credits are good for
    after that; without it they are good for ever.
    """

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=LONGEST_CODE)
    credits = models.BigIntegerField()
    max_uses = models.IntegerField(default=1)
    uses = models.IntegerField(default=0)
    starts_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField(null=True, blank=True)
    expire_days = models.IntegerField(null=True, blank=True)
    memo = models.CharField(max_length=120, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code"], name="one_promo_a_code"),
            models.CheckConstraint(
                condition=Q(uses__gte=0, uses__lte=F("max_uses")),
                name="promo_uses_fit",
            ),
            models.CheckConstraint(
                condition=Q(credits__gt=0), name="promo_gives_something"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class PromoUse(models.Model):
    """One account's use of one code."""

    id = models.BigAutoField(primary_key=True)
    promo = models.ForeignKey(
        PromoCode, on_delete=models.PROTECT, related_name="promo_uses"
    )
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT)
    transfer = models.OneToOneField(Transfer, on_delete=models.PROTECT)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["promo", "account"], name="one_promo_use_an_account"
            ),
        ]
