"""What nobody is left to look at: prompts and pictures of closed accounts, and private
ones in teams whose maker deleted their account.

What the books need stays, as after any purge. An order that is still being painted is
left for the next round.
"""

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import Account, Activity, Deed
from playground.gallery.captions import forget_caption
from playground.gallery.models import Board
from playground.generation.models import Generation, Picture
from playground.generation.purging import purge

AT_ONCE = 200
LOOKED_BACK = timedelta(days=3)


def forget(account_id: str) -> int:
    """Purge up to so many forsaken orders of an account, and say how many."""
    account = Account.objects.get(pk=account_id)
    if account.closed_at:
        Board.objects.filter(account=account).delete()
    orders = list(forsaken(account)[:AT_ONCE])
    for order in orders:
        forget_caption(order.pk)
        purge(order)
    return len(orders)


def forsaken(account: Account) -> QuerySet[Generation]:
    """Return what nobody may see any more and is not purged yet."""
    has_pictures = Exists(Picture.objects.filter(generation=OuterRef("pk")))
    orders = Generation.objects.filter(account=account)
    orders = orders.exclude(state__in=Generation.LIVE)
    orders = orders.filter(~Q(prompt="") | has_pictures)
    if account.closed_at:
        return orders
    if not account.is_team:
        return orders.none()
    return orders.filter(
        lane=Generation.Lane.BROWSER, person=None, shared_at__isnull=True
    )


def lately_left() -> list[str]:
    """Return the accounts that were closed, or left by somebody, in the last days."""
    since = timezone.now() - LOOKED_BACK
    closed = Account.objects.filter(closed_at__gte=since).values_list("pk", flat=True)
    left = Activity.objects.filter(kind=Deed.MEMBER_LEFT, at__gte=since)
    return [*closed, *left.values_list("account_id", flat=True).distinct()]
