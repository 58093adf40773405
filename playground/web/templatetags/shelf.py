"""Shelves of pictures, which are too many small things for a template to draw quickly."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count

from django import template
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from playground.gallery.sharing import alt_of, noted
from playground.generation.models import Picture
from playground.web.chrome import address_of
from playground.web.drawing import put, rows
from playground.web.templatetags.easel import icon, thumb

register = template.Library()

TILE = """<div class="tile pickable">
<a href="{}" hx-get="{}?on=shelf" hx-target="#lightbox" hx-swap="innerHTML" data-picture>{}</a>
<label class="pick"><input type="checkbox" name="picture" value="{}" aria-label="{}"></label>
<span class="marks">{}</span>
</div>"""
SIZES = "(max-width: 40rem) 33vw, 11rem"
SEEN_AT_ONCE = 7  # of a page's first shelf, on a wide screen


@register.simple_tag
def shelf(pictures: Iterable[Picture], is_first: bool) -> SafeString:
    """Draw pictures that can be chosen; the first ones of a page do not wait."""
    return rows(TILE, tiles(pictures, SEEN_AT_ONCE if is_first else 0), "\n")


@dataclass(frozen=True, slots=True)
class Words:
    """What tiles say over and over: looked up in the reader's language once a shelf."""

    choose: str
    rehearsal: str
    starred: str
    until: str

    @classmethod
    def of_the_reader(cls) -> "Words":
        return cls(
            choose=_("Choose %(what)s"),
            rehearsal=mark(_("rehearsal")),
            starred=mark(
                icon("star") + put('<span class="sr-only">{}</span>', _("Starred"))
            ),
            until=mark(_("until %(day)s")),
        )


def mark(words: str) -> SafeString:
    return put('<span class="shot">{}</span>', words)


def tiles(pictures: Iterable[Picture], at_once: int) -> Iterator[tuple[object, ...]]:
    words = Words.of_the_reader()
    for picture, place in zip(pictures, count(), strict=False):
        shown = alt_of(picture)
        yield (
            address_of("picture-page", picture.pk),
            address_of("picture", picture.pk),
            thumb(picture, shown, SIZES, lazy=place >= at_once),
            picture.pk,
            words.choose % {"what": Truncator(shown).chars(60)},
            marks(picture, words),
        )


def marks(picture: Picture, words: Words) -> SafeString:
    """Say what is special about a picture: rehearsed, starred, not kept for good."""
    note, said = noted(picture), ""
    if picture.generation.is_test:
        said += words.rehearsal
    if note and note.starred_at:
        said += words.starred
    if picture.expires_at:
        day = date_format(localtime(picture.expires_at), "MONTH_DAY_FORMAT")
        said += words.until % {"day": day}
    return SafeString(said)
