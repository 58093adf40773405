"""The list of models: what each costs, how long it takes, and whether it is here."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from django.utils.translation import gettext as _

from playground.generation.catalogue import Model, catalogue
from playground.generation.request import Buyer
from playground.generation.usual import known_seconds
from playground.web.options import list_price
from playground.web.panel import is_connected, is_for_words, references_of
from playground.web.tries import GUEST_MODEL
from playground.web.wishes import Wish

FAST_SECONDS = 6


@dataclass(frozen=True, slots=True)
class Choice:
    """One row of the picker. Only a usable one can be chosen."""

    model: Model
    price_microcredits: int
    typical_seconds: float | None
    is_chosen: bool
    is_connected: bool
    is_for_members: bool
    is_for_words: bool
    is_usable: bool

    @property
    def search(self) -> str:
        """The words it is found by."""
        model = self.model
        words = (model.name, model.id, *model.aliases, model.vendor, model.family)
        return " ".join(words).lower()

    @property
    def kinds(self) -> str:
        """The filters it passes."""
        known = self.model.capabilities
        seconds = self.typical_seconds
        kinds = {
            "here": self.is_connected,
            "fast": seconds is not None and seconds <= FAST_SECONDS,
            "edits": bool(references_of(self.model)),
            "large": "4K" in self.model.tiers,
            "transparent": known.transparent,
        }
        return " ".join(kind for kind, is_so in kinds.items() if is_so)


def filters() -> list[tuple[str, str]]:
    """The chips above the list, each a kind of model."""
    return [
        ("", _("All")),
        ("here", _("Connected")),
        ("fast", _("Fast")),
        ("edits", _("Edits")),
        ("large", _("4K")),
        ("transparent", _("Transparent")),
    ]


def choices(wish: Wish, buyer: Buyer) -> Callable[[], list[Choice]]:
    """List the models when somebody looks; those that can paint here come first."""

    @cache
    def listed() -> list[Choice]:
        able = [
            model
            for model in catalogue().models
            if is_for_words(model) or (references_of(model) and not model.is_retired)
        ]
        rows = [choice(model, wish, buyer) for model in able]
        return sorted(rows, key=lambda row: not row.is_connected)

    return listed


def choice(model: Model, wish: Wish, buyer: Buyer) -> Choice:
    is_for_members = buyer.lane == "guest" and model.id != GUEST_MODEL
    is_here = is_connected(model)
    is_able = is_for_words(model) or bool(wish.references)
    return Choice(
        model=model,
        price_microcredits=list_price(model, buyer),
        typical_seconds=known_seconds(model, model.default_tier),
        is_chosen=model.id == wish.model,
        is_connected=is_here,
        is_for_members=is_for_members,
        is_for_words=is_for_words(model),
        is_usable=(is_here or buyer.is_test) and is_able and not is_for_members,
    )
