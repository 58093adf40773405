"""Find what somebody looks for: models, guides, pages, and their own requests and pictures.

Only what whoever looks may see is found, however long ago it was made.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from playground.api.addresses import site_origin
from playground.docs.finding import found_in
from playground.docs.shelf import ENGLISH
from playground.gallery.captions import matching, read_orders, says
from playground.gallery.shelf import still_there
from playground.gallery.tasks import read_on_later
from playground.generation.catalogue import Model, catalogue
from playground.generation.models import Generation
from playground.web.chrome import Place, address, console_sections, foot, main_places
from playground.web.mine import pictures_seen
from playground.web.people import current_account, current_person
from playground.web.seen import orders_seen

MOST_OF_A_KIND = 6
NEWEST = 400
LONGEST = 100
ID = re.compile(r"(?:img|req|pic)_[0-9a-z]*")


@dataclass(frozen=True, slots=True)
class Hit:
    """Somewhere to go; the languages are of label and note, where the page's is another."""

    label: str
    url: str
    icon: str
    note: str = ""
    language: str = ""
    note_language: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Hits of one kind."""

    key: str
    title: str
    hits: tuple[Hit, ...]


def words_in(request: HttpRequest) -> str:
    return request.GET.get("q", "").replace("\0", "").strip()[:LONGEST]


def found(request: HttpRequest, words: str) -> list[Group]:
    """Return everything that is called so, by kind."""
    if not words:
        return []
    kinds = (
        Group("models", _("Models"), tuple(models(words))),
        Group("docs", _("Docs"), tuple(guides(words, site_origin(request)))),
        Group("yours", _("Yours"), tuple(own(request, words))),
    )
    return [group for group in kinds if group.hits]


def pages(request: HttpRequest, words: str) -> Group:
    """Return the pages that are called so; without words all of them."""
    known: list[Place] = [*main_places(request), *foot(request)]
    if request.user.is_authenticated:
        known += [one for part in console_sections(request) for one in part.entries]
    wanted = words.lower()
    fitting = [one for one in known if wanted in one.label.lower()]
    hits = (Hit(one.label, one.url, one.icon or "right") for one in fitting)
    return Group("pages", _("Pages"), tuple(hits))


def models(words: str) -> Iterator[Hit]:
    wanted = words.lower().split()
    known = [model for model in catalogue().models if not model.is_retired]
    fitting = [model for model in known if all(one in said_of(model) for one in wanted)]
    for model in fitting[:MOST_OF_A_KIND]:
        page = address("model", model.id) or f"{reverse('create')}?model={model.id}"
        yield Hit(model.name, page, "image", model.id)


def said_of(model: Model) -> str:
    return " ".join((model.id, model.name, model.vendor, *model.aliases)).lower()


def guides(words: str, origin: str) -> Iterator[Hit]:
    language = get_language() or ENGLISH
    for one in found_in(words, origin, language)[:MOST_OF_A_KIND]:
        note = one.inside or one.excerpt
        spoken = "" if one.inside else one.excerpt_language
        yield Hit(one.heading, one.url, "list", note, one.heading_language, spoken)


def own(request: HttpRequest, words: str) -> Iterator[Hit]:
    """Requests and pictures by how their ids begin, or by the words of their prompts."""
    account = current_account(request)
    if account is None:
        return
    orders = fitting_orders(request, account.pk, words)
    pictures = still_there(pictures_seen(request)).select_related("generation")
    mine = pictures.filter(generation__in=[one.pk for one in orders])
    shown = {one.generation_id: one for one in mine}
    if ID.fullmatch(words):
        named = pictures.filter(pk__startswith=words)[:MOST_OF_A_KIND]
        shown |= {one.generation_id: one for one in named}
    for picture in shown.values():
        page = reverse("picture-page", args=[picture.pk])
        yield Hit(picture.generation.prompt, page, "image", picture.pk)
    if current_person(request):
        for one in orders:
            yield Hit(one.prompt, reverse("request", args=[one.pk]), "clock", one.pk)
    yield Hit(
        _("Search the whole history"),
        f"{reverse('history')}?q={quote(words)}",
        "search",
    )


def fitting_orders(
    request: HttpRequest, account_id: str, words: str
) -> list[Generation]:
    """Return the newest orders that are called so, or whose prompts say so.

    A frequent word fills the list from the newest orders; a rare one is looked up in the
    history's own index, which goes all the way back.
    """
    orders = orders_seen(request).prefetch_related(None).only("pk", "prompt")
    if ID.fullmatch(words):
        return list(orders.filter(pk__startswith=words)[:MOST_OF_A_KIND])
    newest = [one for one in orders[:NEWEST] if says(one.prompt, words)]
    if len(newest) >= MOST_OF_A_KIND:
        return newest[:MOST_OF_A_KIND]
    if read_orders(account_id):
        read_on_later(account_id)
    said = orders.filter(pk__in=matching(account_id, words))
    return list(said[:MOST_OF_A_KIND])
