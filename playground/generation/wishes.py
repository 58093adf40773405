"""How a caller may steer an order: which providers, in which order, and by when.

Pure: what was said goes in, word for word; what is wrong is a `BadRequest` that says
what would work. Whether the providers are there is for the route to say.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any, get_args

import orjson
from django.utils.translation import gettext as _

from playground.generation.errors import BadRequest
from playground.generation.quoting import quoted
from playground.generation.request import NO_WISHES, Strategy, Wishes

LISTS = ("order", "only", "ignore")
KNOWN = (*LISTS, "sort", "max_price", "allow_fallbacks")
MOST_NAMES, LONGEST_NAME = 20, 80
MOST_MODELS = 3
SECONDS = re.compile(r"\d{1,5}(\.\d{1,3})?", re.ASCII)
LONGEST_SECONDS = 3600


def provider_wishes(said: Mapping[str, Any] | str | None) -> Wishes:
    """Read the body's `provider`, or the header of that name: an object, or one name."""
    if said is None or said == "":
        return NO_WISHES
    if isinstance(said, str):
        said = object_in(said)
    if unknown := sorted(map(str, said.keys() - set(KNOWN))):
        message = _("provider: %(name)s is not known; there is %(known)s.")
        words = {"name": quoted(unknown[0]), "known": ", ".join(KNOWN)}
        raise BadRequest(message % words, param="provider")
    given = {name: value for name, value in said.items() if value is not None}
    return replace(NO_WISHES, **{name: read(name, given[name]) for name in given})


def object_in(text: str) -> Mapping[str, Any]:
    """Read JSON from a header or a form; a bare name is the only provider to ask."""
    if not text.lstrip().startswith("{"):
        return {"only": [text.strip()]}
    try:
        found: Mapping[str, Any] = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        message = _('X-Easel-Provider is JSON, such as {"only": ["gemini"]}.')
        raise BadRequest(message, param="provider") from error
    return found


def read(name: str, value: Any) -> Any:
    """Read one of the wishes."""
    if name in LISTS:
        return names_in(name, value)
    if name == "sort":
        return strategy_in(value)
    if name == "max_price":
        return price_in(value)
    if isinstance(value, bool):
        return value
    message = _("provider.%(name)s is true or false.") % {"name": name}
    raise BadRequest(message, param=f"provider.{name}")


def names_in(name: str, value: Any) -> tuple[str, ...]:
    listed = [value] if isinstance(value, str) else value
    is_fine = isinstance(listed, list) and len(listed) <= MOST_NAMES
    if is_fine and all(isinstance(one, str) for one in listed):
        return tuple(one.strip().lower()[:LONGEST_NAME] for one in listed)
    message = _("provider.%(name)s is a list of at most %(limit)d providers' names.")
    words = {"name": name, "limit": MOST_NAMES}
    raise BadRequest(message % words, param=f"provider.{name}")


def strategy_in(value: Any) -> Strategy:
    for known in get_args(Strategy):
        if value == known:
            strategy: Strategy = known
            return strategy
    message = _("provider.sort is one of %(known)s.")
    words = {"known": ", ".join(get_args(Strategy))}
    raise BadRequest(message % words, param="provider.sort")


def price_in(value: Any) -> str:
    """Read an amount of credits, kept as it was written."""
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        amount = Decimal(-1)
    if isinstance(value, bool) or not amount.is_finite() or amount < 0:
        message = _("provider.max_price is what a picture may cost in credits, like 5.")
        raise BadRequest(message, param="provider.max_price")
    return str(amount)


def models_in(said: tuple[str, ...] | None) -> tuple[str, ...]:
    """Read which models may paint instead."""
    names = tuple(dict.fromkeys(name.strip() for name in said or ()))
    if len(names) > MOST_MODELS or not all(names):
        message = _("models names at most %(limit)d models that may paint instead.")
        raise BadRequest(message % {"limit": MOST_MODELS}, param="models")
    return names


def seconds_in(said: str | None) -> float | None:
    """Read how long the caller will wait."""
    if not said:
        return None
    seconds = float(said) if SECONDS.fullmatch(said.strip()) else 0.0
    if 1 <= seconds <= LONGEST_SECONDS:
        return seconds
    message = _("X-Easel-Deadline is a number of seconds from 1 to %(limit)d.")
    raise BadRequest(message % {"limit": LONGEST_SECONDS}, param="X-Easel-Deadline")
