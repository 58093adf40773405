"""What was asked for, day by day, newest first."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from playground.web.runs import Entry


@dataclass(frozen=True, slots=True)
class Day:
    """What was asked for on one day."""

    date: date
    title: str
    entries: list[Entry]


def days_of(entries: list[Entry]) -> list[Day]:
    """Group runs and comparisons by day."""
    days: list[Day] = []
    for entry in entries:
        day = day_of(entry)
        if not days or days[-1].date != day:
            days.append(Day(day, day_title(day), []))
        days[-1].entries.append(entry)
    return days


def day_of(entry: Entry) -> date:
    return timezone.localtime(entry.generation.created_at).date()


def day_title(day: date, now: datetime | None = None) -> str:
    """Head a day of the rail: "Today", "Yesterday", "18 Nov"."""
    passed = (timezone.localtime(now).date() - day).days
    if passed == 0:
        return _("Today")
    if passed == 1:
        return _("Yesterday")
    return f"{day.day} {day:%b}"
