"""What the clock finds that people should know: few credits left, a model's last days."""

from datetime import date, timedelta
from decimal import Decimal

from django.conf import settings
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from accounts.models import Account
from accounts.notices import LowBalance, ModelRetiring, tell
from billing.cash import credits_in_digits
from billing.ledger import MICRO
from billing.models import Transfer, Wallet
from playground.generation.catalogue import Model, catalogue
from playground.generation.models import Generation

LATELY = timedelta(hours=1)
USED_WITHIN = timedelta(days=30)
TOLD_BEFORE = timedelta(days=60)


def tell_low_balances() -> None:
    """Tell accounts that have spent lately and have few credits left, once until they
    add some."""
    least, since = settings.LOW_CREDITS * MICRO, timezone.now() - LATELY
    last_line = Transfer.objects.filter(wallet=OuterRef("pk"), seq=OuterRef("seq"))
    has_spent = Exists(last_line.filter(kind=Transfer.Kind.CHARGE, at__gte=since))
    left = F("credits_posted") - F("debits_posted") - F("held")
    low = Wallet.objects.alias(left=left).filter(has_spent, left__lt=least)
    for wallet in low.select_related("account"):
        credits = round(Decimal(max(0, wallet.available)) / MICRO, 2)
        told = LowBalance(credits_left=credits_in_digits(credits))
        once = f"low:{wallet.pk}:{wallet.credits_posted}"
        tell(wallet.account, told, once=once)


def tell_retiring_models() -> None:
    """Tell whoever used a model in the last 30 days that it will end."""
    today = timezone.now().date()
    for model in catalogue().models:
        ends = model.lifecycle.shutdown
        if ends and today <= ends <= today + TOLD_BEFORE:
            tell_of(model, ends)


def tell_of(model: Model, ends: date) -> None:
    lately = Generation.objects.filter(
        model=model.id, created_at__gte=timezone.now() - USED_WITHIN, is_test=False
    )
    used_by = lately.exclude(lane=Generation.Lane.GUEST).values("account_id")
    told = ModelRetiring(
        model=model.id,
        day=ends,
        successor=model.lifecycle.successor or "",
    )
    for account in Account.objects.filter(pk__in=used_by, closed_at=None):
        tell(account, told, once=f"retiring:{model.id}:{ends}:{account.pk}")
