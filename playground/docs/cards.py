"""The picture that stands beside a link to a page of ours, where links are shared.

Drawn by Easel itself, from the page's own words; what was drawn is kept, since a card
changes only with its words.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from io import BytesIO

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from PIL import Image, ImageDraw
from PIL.ImageFont import FreeTypeFont, truetype

from playground.docs.shelf import guide_named
from playground.generation.catalogue import catalogue
from playground.generation.errors import ModelNotFound
from playground.generation.offered import Model
from playground.generation.price import listed
from playground.web.templatetags.easel import balance

SIZE = WIDTH, HEIGHT = 1200, 630
MARGIN, TITLE, WORDS, SMALL = 88, 76, 34, 28
CANVAS, LINE, INK, INK_2, ACCENT = "#faf9f6", "#e4e0d8", "#1b1916", "#57524a", "#c53d0d"
FONT = settings.BASE_DIR / "static" / "css" / "fonts" / "inter-latin.woff2"
MARK = 140  # the top bar's easel, so many pixels wide
FINE = 4  # drawn so many times as large, and made small: a slanting leg has no steps
LEGS = (
    ((10, 1), (10, 3)),
    ((2, 11.8), (18, 11.8)),
    ((6.5, 12), (3.5, 19)),
    ((13.5, 12), (16.5, 19)),
    ((10, 12), (10, 16)),
)
A_DAY = 24 * 3600


@dataclass(frozen=True, slots=True)
class Card:
    """What a card says: over the title, the title, and below it."""

    kicker: str
    title: str
    words: str


def of_site(request: HttpRequest) -> HttpResponse:
    """GET /cards/easel.png: the card of every page without one of its own."""
    words = _("Make pictures with every model from one prompt box.")
    return answered(Card("", "Easel", words))


def of_guide(request: HttpRequest, slug: str) -> HttpResponse:
    """GET /cards/docs/<guide>.png."""
    guide = guide_named(slug)
    if guide is None:
        raise Http404(slug)
    return answered(Card(_("Documentation"), guide.title, guide.summary))


def of_model(request: HttpRequest, name: str) -> HttpResponse:
    """GET /cards/models/<id>.png."""
    try:
        model = catalogue().find(name)
    except ModelNotFound as error:
        raise Http404(name) from error
    return answered(Card(model.vendor, model.name, costs(model)))


def costs(model: Model) -> str:
    """Say of a model what a picture costs at the least, and how large it gets."""
    tiers = ", ".join(model.tiers)
    prices = [price for _kind, price in listed(model, Decimal(1))]
    if model.is_retired or not prices:
        return tiers
    words = {"price": balance(min(prices)), "tiers": tiers}
    return _("From %(price)s a picture. %(tiers)s.") % words


def answered(card: Card) -> HttpResponse:
    response = HttpResponse(drawn(card), content_type="image/png")
    patch_cache_control(response, public=True, max_age=A_DAY)
    return response


@lru_cache(maxsize=128)
def drawn(card: Card) -> bytes:
    """Draw a card as a PNG of few colours."""
    image = Image.new("RGB", SIZE, CANVAS)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, WIDTH, 14), fill=ACCENT)
    image.paste(mark(), (WIDTH - MARGIN - MARK, MARGIN))
    top = 166
    draw.text((MARGIN, top - 60), card.kicker, font=font(SMALL, 600), fill=ACCENT)
    for line in wrapped(card.title, font(TITLE, 700), lines=2):
        draw.text((MARGIN, top), line, font=font(TITLE, 700), fill=INK)
        top += 92
    for line in wrapped(card.words, font(WORDS, 400), lines=3):
        draw.text((MARGIN, top + 22), line, font=font(WORDS, 400), fill=INK_2)
        top += 48
    draw.line((MARGIN, HEIGHT - 92, WIDTH - MARGIN, HEIGHT - 92), fill=LINE, width=2)
    draw.text((MARGIN, HEIGHT - 72), "Easel", font=font(SMALL, 650), fill=INK)
    kept = BytesIO()
    image.quantize(64).save(kept, "PNG", optimize=True)
    return kept.getvalue()


def mark() -> Image.Image:
    """The easel of the top bar."""
    unit = MARK * FINE / 20
    image = Image.new("RGB", (MARK * FINE, MARK * FINE), CANVAS)
    draw = ImageDraw.Draw(image)
    draw.rectangle([unit * one for one in (4.5, 3, 15.5, 11)], fill=ACCENT)
    for line in LEGS:
        ends = [(unit * x, unit * y) for x, y in line]
        draw.line(ends, fill=INK, width=round(1.7 * unit))
    return image.resize((MARK, MARK), Image.Resampling.LANCZOS)


@cache
def font(size: int, weight: int) -> FreeTypeFont:
    found = truetype(FONT, size)
    found.set_variation_by_axes([weight])
    return found


def wrapped(text: str, face: FreeTypeFont, *, lines: int) -> Iterator[str]:
    """Break a text where it fits; what is left over after the last line is cut."""
    line = ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if face.getlength(longer) <= WIDTH - 2 * MARGIN - 180 or not line:
            line = longer
            continue
        lines -= 1
        if lines == 0:
            yield f"{line} …"
            return
        yield line
        line = word
    if line:
        yield line
