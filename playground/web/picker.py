"""The list of models: what each costs, how long it takes, and whether it is here."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from playground.generation.catalogue import Model, catalogue
from playground.generation.request import Buyer
from playground.generation.usual import known_seconds
from playground.web.panel import is_connected, is_for_words, price_of
from playground.web.tries import GUEST_MODEL
from playground.web.wishes import Wish


@dataclass(frozen=True, slots=True)
class Choice:
    """One row of the picker. Only a usable one can be chosen."""

    model: Model
    price_microcredits: int
    typical_seconds: float | None
    is_chosen: bool
    is_connected: bool
    is_for_members: bool

    @property
    def is_usable(self) -> bool:
        return self.is_connected and not self.is_for_members


def choices(chosen: str, buyer: Buyer) -> Callable[[], list[Choice]]:
    """List the models when somebody looks; those that can paint here come first."""

    def listed() -> list[Choice]:
        rows = [
            choice(model, chosen, buyer)
            for model in catalogue().models
            if is_for_words(model)
        ]
        return sorted(rows, key=lambda row: not row.is_connected)

    return listed


def choice(model: Model, chosen: str, buyer: Buyer) -> Choice:
    is_guest = buyer.lane == "guest"
    is_own = model.id == GUEST_MODEL
    payer = buyer if is_own or not is_guest else replace(buyer, lane="browser")
    return Choice(
        model=model,
        price_microcredits=price_of(
            Wish(model=model.id, tier=model.default_tier), payer
        ),
        typical_seconds=known_seconds(model, model.default_tier),
        is_chosen=model.id == chosen,
        is_connected=is_connected(model),
        is_for_members=is_guest and not is_own,
    )
