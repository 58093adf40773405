"""The settings that not every model has, each with what becomes of it on its way.

A badge says whether a provider takes a field as it is, by another name, in another
form, or whether Easel does it. The providers that are connected here decide.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from playground.generation.behaviours import behaviours
from playground.generation.catalogue import Model
from playground.generation.channels import connected
from playground.web.wishes import ONLY, Wish


@dataclass(frozen=True, slots=True)
class Field:
    """One setting: its badge in a word, and in full for whoever wants to know."""

    name: str
    badge: str
    told: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of a drop-down."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Advanced:
    """What this model has; a field it has no use for is `None`."""

    seed: Field | None
    avoid: Field | None
    quality: Field | None
    background: Field | None
    web_search: Field | None
    qualities: tuple[Choice, ...]
    providers: tuple[Choice, ...]

    @property
    def is_there(self) -> bool:
        shown = (self.avoid, self.quality, self.background, self.web_search)
        return any(shown) or len(self.providers) > 1


def advanced_of(wish: Wish, model: Model) -> Advanced:
    known = model.capabilities
    return Advanced(
        seed=field("seed", model) if known.seed else None,
        avoid=field("negative_prompt", model) if known.negative_prompt else None,
        quality=field("quality", model) if model.qualities.values else None,
        background=field("background", model) if known.transparent else None,
        web_search=field("web_search", model) if known.web_search else None,
        qualities=tuple(quality_choices(wish, model)),
        providers=tuple(provider_choices(wish, model)),
    )


def field(name: str, model: Model) -> Field:
    """Say what becomes of a field at the providers that could be asked."""
    here = connected()
    table = behaviours(model)
    asked = [one for one in table if one in here] or list(table)
    words = {one: in_words(table[one].get(name)) for one in asked}
    different = set(words.values())
    badge = different.pop() if len(different) == 1 else _("differs")
    return Field(
        name, badge, ", ".join(f"{one}: {word}" for one, word in words.items())
    )


def in_words(behaviour: str | None) -> str:
    return {
        "passthrough": _("passed on"),
        "renamed": _("renamed"),
        "converted": _("converted"),
        "emulated": _("emulated"),
    }.get(behaviour or "", _("no effect"))


def quality_choices(wish: Wish, model: Model) -> Iterable[Choice]:
    chosen = wish.quality or model.qualities.default
    for value in model.qualities.values:
        yield Choice(value, value.capitalize(), value == chosen)


def provider_choices(wish: Wish, model: Model) -> Iterable[Choice]:
    """How to choose among several providers, and each of them alone."""
    here = connected()
    names = [offer.provider for offer in model.offers if offer.provider in here]
    yield Choice("", _("Best available"), not wish.provider)
    if len(names) < 2:
        return
    sorts = {
        "cheapest": _("Cheapest"),
        "fastest": _("Fastest"),
        "most_reliable": _("Most reliable"),
    }
    for value, label in sorts.items():
        yield Choice(value, label, wish.provider == value)
    for name in dict.fromkeys(names):
        label = _("%(provider)s only") % {"provider": name}
        yield Choice(f"{ONLY}{name}", label, wish.provider == f"{ONLY}{name}")
