"""How amounts, sizes and times are written on a page.

Templates choose words and order; these filters are the only place where
microcredits become "1,240" and a moment becomes "9 min ago".
"""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from django import template
from django.forms import BoundField
from django.utils import timezone
from django.utils.formats import date_format, get_format, number_format
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from billing.cash import cash
from billing.ledger import MICRO
from playground.gallery.keeping import mark_of
from playground.gallery.sharing import alt_of
from playground.generation.catalogue import catalogue
from playground.generation.links import thumbnail_path
from playground.generation.models import Picture
from playground.generation.thumbnails import LARGE, WIDTHS
from playground.web.drawing import put

register = template.Library()


@register.filter
def credits(microcredits: int) -> str:
    """Write an amount for chrome and prices: whole, or with two decimals."""
    return credits_in(get_language() or "", int(microcredits))


@lru_cache(4096)
def credits_in(language: str, microcredits: int) -> SafeString:
    """Pages say the same amounts again and again, a chart some hundred of them."""
    amount = Decimal(microcredits) / MICRO
    places = 0 if amount == amount.to_integral_value() else 2
    return SafeString(grouped_in(language, round(amount, places), places))


@register.filter
def credits_plain(microcredits: int) -> str:
    """Write an amount for a field: as somebody would type it."""
    return trimmed(f"{Decimal(microcredits) / MICRO:.6f}", ".")


@register.filter
def credits_exact(microcredits: int) -> str:
    """Write an amount for statements: every decimal it has, up to six."""
    return credits_exact_in(get_language() or "", microcredits)


@lru_cache(4096)
def credits_exact_in(language: str, microcredits: int) -> SafeString:
    written = grouped_in(language, Decimal(microcredits) / MICRO, 6)
    return SafeString(trimmed(written, point()))


@register.filter
def fullness(percent: int) -> str:
    """Colour a meter: red when all is used up, amber a little before."""
    return "bad" if percent >= 100 else "warn" if percent >= 80 else ""


@register.filter
def number(count: int) -> str:
    """Write a count, a thousand at a time."""
    return grouped(count)


def grouped(amount: Decimal | int, places: int = 0) -> str:
    """Write a number as the reader's language does."""
    return grouped_in(get_language() or "", amount, places)


@lru_cache(4096)
def grouped_in(language: str, amount: Decimal | int, places: int) -> str:
    """Remember how a number is written: pages say the same ones again and again."""
    return number_format(amount, places, force_grouping=True)


def trimmed(text: str, mark: str) -> str:
    """Leave out decimals that say nothing."""
    return text.rstrip("0").rstrip(mark)


def localised(text: str) -> str:
    """Write a short number with the decimal mark of the reader's language."""
    return text.replace(".", point())


def point() -> str:
    return str(get_format("DECIMAL_SEPARATOR"))


@register.filter
def price(microcredits: int) -> str:
    """Write a price with its unit, or say that it is free."""
    return balance(microcredits) if microcredits else _("Free")


def balance(microcredits: int) -> str:
    """Write an amount with its unit; nothing is 0 credits."""
    said = ngettext("%(credits)s credit", "%(credits)s credits", count_of(microcredits))
    return said % {"credits": credits(microcredits)}


@register.filter
def unit(microcredits: int) -> str:
    """Return the word beside an amount: one credit, or any other amount of credits."""
    return ngettext("credit", "credits", count_of(microcredits))


@register.filter
def count_of(microcredits: int) -> int:
    """Return what decides between one and many: a broken amount is many."""
    whole, rest = divmod(abs(int(microcredits)), MICRO)
    return 2 if rest else whole


register.filter(cash)


@register.filter
def dollars(microusd: int) -> str:
    """Write what a provider asks: less than a dollar needs parts of a cent."""
    places = 2 if abs(microusd) >= MICRO else 4
    sign = "−" if microusd < 0 else ""
    return f"{sign}${grouped(round(abs(Decimal(microusd)) / MICRO, places), places)}"


@register.filter
def percent(part: float) -> str:
    """Write a share; what lacks a little is never told as all of it."""
    shown = part * 100 if part >= 1 else min(part * 100, 99.9)
    return localised(f"{shown:.1f}".removesuffix(".0")) + " %"


@register.filter
def pixels(size: tuple[int, int]) -> str:
    width, height = size
    return f"{width} × {height}"


@register.filter
def seconds(duration: float) -> str:
    """Write a duration as people say it: "0.4 s", "18 s", "2 min 5 s"."""
    if duration < 9.95:
        short = f"{duration:.1f}".removesuffix(".0")
        return _("%(seconds)s s") % {"seconds": localised(short)}
    if duration < 100:
        return _("%(seconds)s s") % {"seconds": round(duration)}
    minutes, rest = divmod(round(duration), 60)
    return _("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": rest}


@register.filter
def ago(moment: datetime) -> str:
    """Write how long ago something was, shortly; older than a week is a date."""
    passed = (timezone.now() - moment).total_seconds()
    if passed < 60:
        return _("just now")
    if passed < 3600:
        return _("%(count)s min ago") % {"count": int(passed // 60)}
    if passed < 86_400:
        return _("%(count)s h ago") % {"count": int(passed // 3600)}
    if passed < 7 * 86_400:
        return _("%(count)s d ago") % {"count": int(passed // 86_400)}
    return date_format(timezone.localtime(moment), "SHORT_DATE_FORMAT")


@register.filter
def step_name(start: date, is_hourly: bool) -> str:
    """Name a day, or an hour, of a chart."""
    return step_name_in(get_language() or "", start, is_hourly)


@lru_cache(2048)
def step_name_in(language: str, start: date, is_hourly: bool) -> SafeString:
    """Each is named several times on a page, and is the same on every page."""
    return SafeString(date_format(start, "H:i" if is_hourly else "MONTH_DAY_FORMAT"))


def moment_in(language: str, at: datetime) -> SafeString:
    """Write a day and a time; a list has many times of a few days."""
    return SafeString(f"{day_in(language, at.date())} {at:%H:%M}")


@lru_cache(2048)
def day_in(language: str, day: date) -> str:
    return date_format(day, "SHORT_DATE_FORMAT")


@register.filter
def file_size(count: int) -> str:
    if count < 1_000_000:
        return _("%(size)s KB") % {"size": max(1, round(count / 1000))}
    if count < 10_000_000_000:
        return _("%(size)s MB") % {"size": localised(f"{count / 1_000_000:.1f}")}
    return _("%(size)s GB") % {"size": localised(f"{count / 1_000_000_000:.1f}")}


@register.filter
def format_name(image_format: str) -> str:
    """Write a format as people do: "WebP"."""
    return "WebP" if image_format == "webp" else image_format.upper()


@register.filter
def shape_class(shape: str) -> str:
    """Return the class that gives a slot its form: "19.5:9" is `ar-19-5-9`."""
    return "ar-" + shape.replace(":", "-").replace(".", "-")


@register.filter
def rival_letter(place: int) -> str:
    """Name a model of a comparison: the first is A, and its rivals B, C and D."""
    return "ABCD"[place]


@register.filter
def control(field: BoundField) -> SafeString:
    """Draw a form field's control in the house's looks."""
    return field.as_widget(attrs={"class": "input"})


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw one icon of the sprite: a page has so many that each is no template."""
    return put('<svg class="i" aria-hidden="true"><use href="#i-{}"/></svg>', name)


@register.filter
def model_name(model_id: str) -> str:
    """Name a model; one that has left the catalogue keeps its id."""
    model = catalogue().known(model_id)
    return model.name if model else model_id


@register.filter
def alt_text(picture: Picture) -> str:
    """Say what a picture shows, for those who do not see it."""
    return alt_of(picture)


THUMB = """<img src="{}" srcset="{}" sizes="{}" width="{}" height="{}" alt="{}" \
decoding="async"{}>"""


@register.simple_tag
def thumb(
    picture: Picture,
    alt: str = "",
    sizes: str = "15rem",
    *,
    lazy: bool = True,
    large: bool = False,
) -> SafeString:
    """Draw a picture's small copies; `sizes` says how wide the page shows it."""
    widths = (*WIDTHS, LARGE) if large else WIDTHS
    wide = [width for width in widths if width < picture.width] or [WIDTHS[0]]
    end, mark = picture.expires_at, mark_of(picture)
    paths = [thumbnail_path(picture.pk, width, end, mark=mark) for width in wide]
    sources = [
        f"{path} {min(width, picture.width)}w"
        for path, width in zip(paths, wide, strict=True)
    ]
    waits = SafeString(' loading="lazy"') if lazy else ""
    size = picture.width, picture.height
    return put(THUMB, paths[0], ", ".join(sources), sizes, *size, alt, waits)
