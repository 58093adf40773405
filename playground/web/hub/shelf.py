"""The catalogue as a shelf: what a reader looks for, what fits, and in which order.

Every choice is in the address, so a shelf can be linked to and needs no script.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.models import AccessGroup
from billing.ledger import MICRO
from playground.generation.catalogue import catalogue
from playground.generation.facts import providers_of
from playground.generation.metrics import Figures
from playground.generation.offered import Model
from playground.generation.usual import known_seconds
from playground.web.hub.measured import Standing
from playground.web.hub.priced import starting_price
from playground.web.panel import is_connected, references_of
from playground.web.picker import FAST_SECONDS

Sort = Literal["usual", "price", "speed", "success"]
SORTS: tuple[Sort, ...] = get_args(Sort)
CHEAP_CREDITS = 2
MOST_COMPARED = 4
LONGEST_SEARCH = 100


@dataclass(frozen=True)
class Exhibit:
    """One model on the shelf, as this reader sees it."""

    model: Model
    microcredits: int
    figures: Figures | None

    @property
    def seconds(self) -> float | None:
        """How long half of its pictures take, measured or as the catalogue says."""
        measured = self.figures and self.figures.p50_seconds
        return measured or known_seconds(self.model, self.model.default_tier)

    @property
    def success(self) -> float | None:
        known = self.figures and self.figures.success
        return known.part if known else None

    @cached_property
    def is_connected(self) -> bool:
        return is_connected(self.model)

    @property
    def providers(self) -> int:
        return len(providers_of(self.model))

    @property
    def references(self) -> int:
        return references_of(self.model)

    @property
    def largest(self) -> str:
        return self.model.tiers[-1]

    @cached_property
    def search(self) -> str:
        """The words it is found by."""
        model = self.model
        said = (model.name, model.id, *model.aliases, model.vendor, model.family)
        about = (*model.about.uses, *model.about.strengths)
        return " ".join((*said, model.description, *about)).lower()


Test = Callable[[Exhibit], bool]
KINDS: Mapping[str, Test] = {
    "edit": lambda one: one.model.capabilities.edit,
    "mask": lambda one: one.model.capabilities.mask,
    "references": lambda one: one.references > 1,
    "4k": lambda one: "4K" in one.model.tiers,
    "transparent": lambda one: one.model.capabilities.transparent,
    "fast": lambda one: one.seconds is not None and one.seconds <= FAST_SECONDS,
    "cheap": lambda one: one.microcredits <= CHEAP_CREDITS * MICRO,
    "open": lambda one: one.model.open_weights,
    "here": lambda one: one.is_connected,
}


def kind_words() -> dict[str, str]:
    """Name each filter as a chip does."""
    return {
        "edit": _("Edit"),
        "mask": _("Mask"),
        "references": _("Several references"),
        "4k": _("4K"),
        "transparent": _("Transparent"),
        "fast": _("Within %(seconds)s s") % {"seconds": FAST_SECONDS},
        "cheap": _("From %(credits)s credits or less") % {"credits": CHEAP_CREDITS},
        "open": _("Open weights"),
        "here": _("Connected here"),
    }


@dataclass(frozen=True, slots=True)
class Sieve:
    """What a reader looks for; what makes no sense is left out."""

    words: str = ""
    kinds: tuple[str, ...] = ()
    vendor: str = ""
    sort: Sort = "usual"
    compared: tuple[str, ...] = ()

    @classmethod
    def of(cls, query: QueryDict) -> "Sieve":
        said = query.get("sort", "")
        sort: Sort = next((one for one in SORTS if one == said), "usual")
        ids = {model.id for model in catalogue().models}
        chosen = dict.fromkeys(one for one in query.getlist("compare") if one in ids)
        asked = query.getlist("is")
        return cls(
            words=query.get("q", "").strip()[:LONGEST_SEARCH],
            kinds=tuple(kind for kind in KINDS if kind in asked),
            vendor=query.get("vendor", ""),
            sort=sort,
            compared=tuple(chosen)[:MOST_COMPARED],
        )

    @property
    def is_on(self) -> bool:
        return bool(self.words or self.kinds or self.vendor)

    def address(self, **other: Any) -> str:
        """Return the query of this sieve, with something else in it."""
        one = replace(self, **other)
        said = {
            "q": one.words,
            "is": list(one.kinds),
            "vendor": one.vendor,
            "sort": one.sort if one.sort != "usual" else "",
            "compare": list(one.compared),
        }
        return "?" + urlencode({name: it for name, it in said.items() if it}, True)

    def fits(self, one: Exhibit) -> bool:
        words = self.words.lower().split()
        return (
            all(word in one.search for word in words)
            and all(KINDS[kind](one) for kind in self.kinds)
            and (not self.vendor or one.model.vendor == self.vendor)
        )


def exhibits(group: AccessGroup, known: Standing) -> list[Exhibit]:
    """Put every model on the shelf, at this reader's price."""
    return [
        Exhibit(model, starting_price(model, group), known.figures.get(model.id))
        for model in catalogue().models
    ]


ORDERS: Mapping[Sort, Callable[[Exhibit], Any]] = {
    "usual": lambda one: not one.is_connected,
    "price": lambda one: one.microcredits,
    "speed": lambda one: one.seconds or float("inf"),
    "success": lambda one: -(one.success or 0.0),
}


def shown(sieve: Sieve, every: Sequence[Exhibit]) -> list[Exhibit]:
    """Return what fits, in the order asked for; equals keep the catalogue's order."""
    found = [one for one in every if not one.model.is_retired and sieve.fits(one)]
    return sorted(found, key=ORDERS[sieve.sort])


def retired(sieve: Sieve, every: Sequence[Exhibit]) -> list[Exhibit]:
    """Return those that are gone; they are found by name, not by what they could do."""
    if sieve.kinds:
        return []
    return [one for one in every if one.model.is_retired and sieve.fits(one)]


def vendors(every: Sequence[Exhibit]) -> list[str]:
    return sorted({one.model.vendor for one in every}, key=str.lower)


@dataclass(frozen=True, slots=True)
class WayOut:
    """What to drop when nothing fits, and the model that then comes nearest."""

    dropped: str
    address: str
    nearest: Exhibit


def way_out(sieve: Sieve, every: Sequence[Exhibit]) -> WayOut | None:
    """Find the one wish without which most models fit."""
    words = kind_words()
    looser = [
        (words[kind], replace(sieve, kinds=tuple(k for k in sieve.kinds if k != kind)))
        for kind in sieve.kinds
    ]
    looser += [(sieve.vendor, replace(sieve, vendor=""))] if sieve.vendor else []
    looser += [(sieve.words, replace(sieve, words=""))] if sieve.words else []
    found = []
    for dropped, other in looser:
        if fitting := shown(other, every):
            way = WayOut(dropped, other.address(), fitting[0])
            found.append((len(fitting), way))
    return max(found, key=lambda one: one[0])[1] if found else None
