"""Which stretch of time a page of the console is about: one of a few, or from day to day."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from playground.generation.summing import Window

USUAL = "30d"
NAMES: dict[str, tuple[Promise, Promise]] = {
    "24h": (gettext_lazy("24 h"), gettext_lazy("24 hours")),
    "7d": (gettext_lazy("7 d"), gettext_lazy("7 days")),
    "30d": (gettext_lazy("30 d"), gettext_lazy("30 days")),
    "90d": (gettext_lazy("90 d"), gettext_lazy("90 days")),
}
LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time, what it is called, and how an address says it."""

    name: str
    words: str
    window: Window
    first: date
    last: date

    @property
    def query(self) -> str:
        if self.name:
            return urlencode({"period": self.name})
        return urlencode({"from": self.first, "to": self.last})

    @property
    def before(self) -> Window:
        """The stretch of the same length that ended when this one began."""
        length = self.window.until - self.window.since
        since, until = self.window.since - length, self.window.since
        return Window(since, until, self.window.step)


def span_of(request: HttpRequest) -> Span:
    """Read ?period=7d, or ?from=2026-11-01&to=2026-11-20; else the usual one."""
    first, last = day_in(request, "from"), day_in(request, "to")
    if first and last and timedelta() <= last - first < LONGEST:
        return between(first, last)
    name = request.GET.get("period", "")
    name = name if name in NAMES else USUAL
    window = Window.last(name)
    return Span(
        name,
        str(NAMES[name][1]),
        window,
        window.since.date(),
        window.until.date(),
    )


def between(first: date, last: date) -> Span:
    since, until = midnight(first), midnight(last + timedelta(days=1))
    window = Window(since, min(until, max(since, timezone.now())), "day")
    words = _("%(first)s to %(last)s") % {"first": first, "last": last}
    return Span("", words, window, first, last)


def day_in(request: HttpRequest, name: str) -> date | None:
    try:
        day = date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return None
    return day if 2000 <= day.year < 9000 else None


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)
