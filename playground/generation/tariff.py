"""The tariff: what operators set of prices, as it stands now, in this process's memory.

Pure, but for the reading. It is read like the channels: whoever asks is answered at
once, and what was changed elsewhere is known some seconds later. A change that begins
later is in the rows already and counts from its time on.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from playground.generation.mirror import Mirror
from playground.generation.offered import Model
from playground.generation.repriced import PriceChange

Kind = tuple[str, str]  # a tier and a quality


@dataclass(frozen=True, slots=True)
class Change:
    """What one thing shall cost; no value takes what was said of it back."""

    model: str = ""
    group: str = ""
    tier: str = ""
    quality: str = ""
    value: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Tariff:
    """List prices by model, multipliers by model and group, and by group alone."""

    prices: Mapping[str, Mapping[Kind, Decimal]] = field(default_factory=dict)
    multipliers: Mapping[str, Mapping[str, Decimal]] = field(default_factory=dict)
    groups: Mapping[str, Decimal] = field(default_factory=dict)
    changes: int = 0

    def priced(self, model: Model) -> Model:
        """Return a model at this tariff's price."""
        by_hand = self.prices.get(model.id, {})
        multipliers = self.multipliers.get(model.id, {})
        if not (by_hand or multipliers):
            return model
        rates = replace(model.price.rates, by_hand=by_hand)
        price = replace(model.price, rates=rates)
        return replace(model, price=price, multipliers=multipliers)

    def value_of(self, change: Change) -> Decimal | None:
        """Return what is said now of what a change is about."""
        if not change.model:
            return self.groups.get(change.group)
        if change.group:
            return self.multipliers.get(change.model, {}).get(change.group)
        kind = (change.tier, change.quality)
        return self.prices.get(change.model, {}).get(kind)


def tariff_of(changes: Iterable[Change]) -> Tariff:
    """Fold changes, in the order they begin: of each thing the last one counts."""
    begun = list(changes)
    last = {(one.model, one.group, one.tier, one.quality): one for one in begun}
    prices: dict[str, dict[Kind, Decimal]] = defaultdict(dict)
    multipliers: dict[str, dict[str, Decimal]] = defaultdict(dict)
    groups: dict[str, Decimal] = {}
    for one in last.values():
        if one.value is None:
            continue
        if not one.model:
            groups[one.group] = one.value
        elif one.group:
            multipliers[one.model][one.group] = one.value
        else:
            prices[one.model][(one.tier, one.quality)] = one.value
    return Tariff(dict(prices), dict(multipliers), groups, len(begun))


def begun_by(moment: datetime, but: int | None = None) -> list[Change]:
    """Return the changes that have begun by then, in the order they begin; not `but`."""
    rows = PriceChange.objects.filter(starts_at__lte=moment).order_by("starts_at", "id")
    if but:
        rows = rows.exclude(pk=but)
    columns = ("model", "group", "tier", "quality", "after")
    return [Change(*row) for row in rows.values_list(*columns)]


class Reader:
    """Reads the changes. Rows are never edited, so as many as before are the same."""

    def __init__(self) -> None:
        self._last: Tariff | None = None

    def __call__(self) -> Tariff:
        now = timezone.now()
        count = PriceChange.objects.filter(starts_at__lte=now).count()
        if self._last is None or self._last.changes != count:
            self._last = tariff_of(begun_by(now))
        return self._last

    def forget(self) -> None:
        self._last = None


class InForce(Mirror[Tariff]):
    """What operators set, as far as this process knows."""

    def __init__(self) -> None:
        self._reader = Reader()
        super().__init__(self._reader, Tariff)

    def forget(self) -> None:
        self._reader.forget()
        super().forget()


in_force = InForce()


def read_again() -> None:
    """Know what was changed just now; other processes will in some seconds."""
    in_force.forget()
    in_force()
