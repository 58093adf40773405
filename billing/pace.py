"""How long the credits last if they go on being spent as in the last days."""

from datetime import timedelta

from django.db.models import Min, Sum
from django.utils import timezone

from billing.models import Transfer, Wallet

WEEK = timedelta(days=7)
SHORTEST = timedelta(hours=6)  # a burst of an hour is not a pace
MOST_LINES = 1000
DAY_SECONDS = 24 * 3600
FEW_DAYS = 7


def days_left(wallet: Wallet) -> int | None:
    """Return the whole days that are left when they are fewer than a week, else nothing."""
    now = timezone.now()
    newest = Transfer.objects.filter(wallet=wallet, seq__gt=wallet.seq - MOST_LINES)
    charges = newest.filter(kind=Transfer.Kind.CHARGE, at__gte=now - WEEK)
    found = charges.aggregate(first=Min("at"), spent=Sum("amount"))
    if not found["spent"]:
        return None
    # Who spends so much that the newest lines reach back less than a week has a faster pace.
    reaches_back = WEEK if wallet.seq <= MOST_LINES else now - found["first"]
    span = max(reaches_back, SHORTEST)
    # In whole seconds, as a product of amounts and lengths of time would overflow.
    left = (
        wallet.available * int(span.total_seconds()) // (found["spent"] * DAY_SECONDS)
    )
    return left if left < FEW_DAYS else None
