"""What lists are asked for in the address: filters, times, counts. A slip is named."""

import re
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from django.http import QueryDict
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from playground.generation.catalogue import catalogue
from playground.generation.errors import BadRequest
from playground.generation.history import Wanted
from playground.generation.models import Generation
from playground.generation.quoting import is_text

USUAL_COUNT, MOST_COUNT = 20, 100
# The databases would take a whole number for a place in a list.
LABEL = re.compile(r"metadata\[(?![-+_\d\s]+\])([^\[\]\"\\]{1,64})\]")
MOST_LABELS = 16
LONGEST = 512
SECONDS = re.compile(r"[0-9]{1,10}")
SWITCHES = {"true": True, "1": True, "false": False, "0": False, "": False}


def wanted_in(query: QueryDict) -> Wanted:
    """Read which requests are wanted."""
    return Wanted(
        key=text_in(query, "key"),
        model=model_in(query),
        status=choice_in(query, "status", Generation.State.values),
        user=text_in(query, "user"),
        since=moment_in(query, "from"),
        before=moment_in(query, "to", is_end=True),
        metadata=labels_in(query),
    )


def text_in(query: QueryDict, name: str) -> str:
    text = (query.get(name) or "").strip()
    if len(text) > LONGEST or not is_text(text):
        message = _("%(name)s: write at most %(limit)d plain characters.")
        raise BadRequest(message % {"name": name, "limit": LONGEST}, param=name)
    return text


def model_in(query: QueryDict) -> str:
    """A model may be named as it is asked for; one that is gone keeps its old name."""
    name = text_in(query, "model")
    known = catalogue().names.get(name.lower())
    return known.model.id if known else name


def choice_in(query: QueryDict, name: str, choices: Collection[str]) -> str:
    text = text_in(query, name).lower()
    if text and text not in choices:
        message = _("%(name)s: write one of %(choices)s.")
        words = {"name": name, "choices": ", ".join(choices)}
        raise BadRequest(message % words, param=name)
    return text


def count_in(query: QueryDict) -> int:
    """Read how many to show; the address may say it as `limit`."""
    text = text_in(query, "limit")
    if not text:
        return USUAL_COUNT
    if not SECONDS.fullmatch(text) or not 1 <= int(text) <= MOST_COUNT:
        message = _("limit: write a number from 1 to %(most)d.")
        raise BadRequest(message % {"most": MOST_COUNT}, param="limit")
    return int(text)


def is_on(query: QueryDict, name: str) -> bool:
    text = text_in(query, name).lower()
    if text not in SWITCHES:
        message = _("%(name)s: write true or false.")
        raise BadRequest(message % {"name": name}, param=name)
    return SWITCHES[text]


def moment_in(query: QueryDict, name: str, *, is_end: bool = False) -> datetime | None:
    """Read a moment: seconds, a time, or a day; a last day is asked for whole."""
    text = text_in(query, name)
    if not text:
        return None
    try:
        if SECONDS.fullmatch(text):
            return datetime.fromtimestamp(int(text), UTC)
        if day := parse_date(text):
            start = datetime(day.year, day.month, day.day, tzinfo=UTC)
            return start + timedelta(days=1) if is_end else start
        # In an address a plus stands for a space.
        if moment := parse_datetime(text.replace(" ", "+") if "T" in text else text):
            zone = moment.tzinfo or UTC
            return moment.replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        pass  # no moment either, and said so
    message = _("%(name)s: write 2026-11-21, 2026-11-21T09:30:00Z or seconds.")
    raise BadRequest(message % {"name": name}, param=name)


def labels_in(query: QueryDict) -> dict[str, str]:
    """Read `metadata[team]=red`."""
    found = {match[1]: name for name in query if (match := LABEL.fullmatch(name))}
    odd = [
        name
        for name in query
        if name.startswith("metadata") and not LABEL.fullmatch(name)
    ]
    if odd or len(found) > MOST_LABELS or not all(map(is_text, found)):
        message = _(
            "metadata: write metadata[name]=text, at most %(most)d times; no number as name."
        )
        raise BadRequest(message % {"most": MOST_LABELS}, param="metadata")
    return {label: text_in(query, name) for label, name in found.items()}
