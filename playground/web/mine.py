"""Which pictures whoever looks may see, arrange, and do with as they like.

Seeing follows `seen`. Stars and boards are for whoever makes pictures. What others
see of a picture, and whether it stays, is for who made it, and for those whose role
may delete others' pictures.
"""

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from accounts.roles import REFUSALS, Action
from playground.gallery.shelf import still_there
from playground.generation.models import Generation, Picture
from playground.web.people import current_account, current_place
from playground.web.seen import own, shown_to


def pictures_seen(request: HttpRequest) -> QuerySet[Picture]:
    """Return the pictures of the account that may be shown to whoever looks."""
    pictures = Picture.objects.filter(account=current_account(request))
    place = current_place(request)
    if place is None or not place.account.is_team:
        return pictures
    orders = Generation.objects.filter(shown_to(place), account=place.account)
    return pictures.filter(generation__in=orders.values("pk"))


def picture_seen(request: HttpRequest, picture_id: str) -> Picture:
    """Return one of them; one that is not shown to you looks like a missing one."""
    seen = still_there(pictures_seen(request)).filter(pk=picture_id)
    picture = seen.select_related("generation", "note", "account").first()
    if picture is None:
        raise Http404
    return picture


def check_arranging(request: HttpRequest) -> None:
    """Refuse stars and boards to a role that only looks on; guests have no role."""
    place = current_place(request)
    if place is not None and not place.may(Action.PAINT):
        raise PermissionDenied(str(REFUSALS[Action.PAINT]))


def owned(request: HttpRequest, pictures: list[Picture]) -> list[Picture]:
    """Return those that may be shared, published and deleted by whoever looks."""
    place = current_place(request)
    if place is None or not place.account.is_team or place.may(Action.PURGE):
        return pictures
    orders = {picture.generation_id for picture in pictures}
    theirs = Generation.objects.filter(own(place), pk__in=orders)
    mine = set(theirs.values_list("pk", flat=True))
    return [picture for picture in pictures if picture.generation_id in mine]


def check_owning(request: HttpRequest, picture: Picture) -> None:
    if not owned(request, [picture]):
        raise PermissionDenied(str(REFUSALS[Action.PURGE]))
