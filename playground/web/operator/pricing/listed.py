"""The lists of the page of prices: groups, models, and what was changed before."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count
from django.utils.translation import gettext as _

from accounts.models import AccessGroup, Person
from billing.packs import earned_usd_per_credit, packs
from playground.generation.catalogue import catalogue
from playground.generation.margins import Verdict, judged, left
from playground.generation.models import PriceChange
from playground.generation.offered import Model
from playground.generation.price import listed

ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class ModelLine:
    """A model: its list prices, whether somebody changed them, and what is left at worst."""

    model: Model
    least: int
    most: int
    share: Decimal | None

    @property
    def is_changed(self) -> bool:
        return bool(self.model.price.rates.by_hand or self.model.multipliers)

    @property
    def is_below_cost(self) -> bool:
        return self.share is not None and self.share < 0


@dataclass(frozen=True, slots=True)
class GroupLine:
    """A group, how many accounts are in it, and the models it gets under cost."""

    group: AccessGroup
    accounts: int
    below_cost: int


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A change of the history, in words."""

    row: PriceChange
    about: str
    who: str


def verdicts() -> list[Verdict]:
    """Judge every model that is sold, by what a credit earns; without dollars none."""
    usd = earned_usd_per_credit(packs())
    sold = (one for one in catalogue().models if not one.is_retired)
    return [judged(one, usd) for one in sold] if usd else []


def model_lines(known: Iterable[Verdict]) -> Iterator[ModelLine]:
    by_id = {one.model.id: one for one in known}
    for model in catalogue().models:
        prices = [price for _kind, price in listed(model, ONE)]
        if model.is_retired or not prices:
            continue
        worst = min(by_id[model.id].tiers, key=left, default=None) if by_id else None
        share = worst.share() if worst else None
        yield ModelLine(model, min(prices), max(prices), share)


def group_lines(known: list[Verdict]) -> Iterator[GroupLine]:
    for group in AccessGroup.objects.annotate(n=Count("account")).order_by(
        "multiplier", "slug"
    ):
        usual = Decimal(group.multiplier)
        below = sum(
            1
            for one in known
            if one.is_under_cost_for(one.model.multiplier_for(group.pk, usual))
        )
        yield GroupLine(group, group.n, below)


def to_come(rows: Iterable[PriceChange]) -> list[PriceChange]:
    """Return what will change: of a thing and a moment the last word, unless called off."""
    first: dict[tuple[object, ...], PriceChange] = {}
    last: dict[tuple[object, ...], PriceChange] = {}
    for row in rows:
        key = (row.starts_at, row.model, row.group, row.tier, row.quality)
        first.setdefault(key, row)
        last[key] = row
    return [row for key, row in last.items() if row.after != first[key].before]


def change_lines(rows: Iterable[PriceChange]) -> list[ChangeLine]:
    rows = list(rows)
    people = Person.objects.in_bulk({row.person_id for row in rows if row.person_id})
    return [ChangeLine(row, about(row), who(row, people)) for row in rows]


def about(row: PriceChange) -> str:
    """Say what was changed."""
    if not row.model:
        return _("%(group)s, every model") % {"group": row.group}
    if row.group:
        return _("%(model)s for %(group)s") % {"model": row.model, "group": row.group}
    kind = " ".join(filter(None, (row.tier, row.quality)))
    return _("%(model)s, list price of %(kind)s") % {"model": row.model, "kind": kind}


def who(row: PriceChange, people: dict[int, Person]) -> str:
    if row.person_id is None:
        return _("this server")
    person = people.get(row.person_id)
    return person.email if person else _("somebody who left Easel")
