"""Whose orders, prompts and pictures whoever looks may see.

What somebody makes in the playground is theirs alone until they share it with the
account. What API calls make belongs to the account. In an account of one's own, and
in a guest's, everything is one's own.
"""

from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest

from accounts.models import Account, Membership
from accounts.roles import Action
from playground.gallery.shelf import still_there
from playground.generation.models import Generation, Picture
from playground.web.people import current_account, current_place

Lane = Generation.Lane
LANES = (Lane.BROWSER, Lane.GUEST)


def orders_of(request: HttpRequest) -> QuerySet[Generation]:
    """Return one's own playground orders, newest first, with their pictures.

    Demo data has none to show.
    """
    orders = newest_of(current_account(request)).filter(key=None, lane__in=LANES)
    return orders.filter(own(current_place(request)), is_demo=False)


def orders_seen(request: HttpRequest) -> QuerySet[Generation]:
    """Return the orders whose prompt and pictures may be shown: one's own, and
    others' that are not private, where the role sees those."""
    return newest_of(current_account(request)).filter(shown_to(current_place(request)))


def newest_of(account: Account | None) -> QuerySet[Generation]:
    orders = Generation.objects.filter(account=account).exclude(prompt="")
    there = Prefetch("pictures", still_there(Picture.objects.select_related("note")))
    return orders.order_by("-created_at", "-id").prefetch_related(there)


def own(place: Membership | None) -> Q:
    """Orders that somebody made themselves; in an account of one's own, all are."""
    if place is None or not place.account.is_team:
        return Q()
    return Q(person_id=place.person_id)


def shown_to(place: Membership | None) -> Q:
    if place is None or not place.account.is_team:
        return Q()
    if not place.may(Action.PICTURES):
        return own(place)
    return own(place) | Q(lane__in=Generation.BY_PROGRAMS) | Q(shared_at__isnull=False)
