"""The words of the catalogue: a model, what it can do, what it costs, who paints it.

Everything here was read from one TOML file and never changes while we run.
Amounts are exact decimals: credits for prices, dollars for what others ask.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from playground.generation.request import FORMATS, ImageRequest, ResponseFormat
from playground.generation.sizes import MEGAPIXEL, Sizes

Status = Literal["available", "preview", "deprecated", "retired"]
Behaviour = Literal["passthrough", "renamed", "converted", "emulated"]
ChargesOn = Literal["picture", "call", "nothing"]
ANY = "any"
# Fields of the caller's own that have one name here and another at each provider.
EXTRAS = ("background", "web_search")
UNKNOWN_SECONDS = 10.0  # for a model whose file does not say


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """Whether a model may still be asked for, until when, and what follows it."""

    status: Status = "available"
    shutdown: date | None = None
    successor: str | None = None


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a model can do."""

    generate: bool = True
    edit: bool = False
    mask: bool = False
    references: int = 0
    multi_turn: bool = False
    transparent: bool = False
    seed: bool = False
    negative_prompt: bool = False
    web_search: bool = False


@dataclass(frozen=True, slots=True)
class About:
    """What a model is good for and where it falls short, in our own words."""

    uses: tuple[str, ...] = ()
    strengths: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Painted:
    """The facts about one picture that a price may depend on."""

    tier: str
    width: int
    height: int
    quality: str | None = None


@dataclass(frozen=True, slots=True)
class Megapixels:
    """So much for the first megapixel and so much for each started one after it."""

    first: Decimal
    each: Decimal
    pixels: int = MEGAPIXEL

    def amount(self, width: int, height: int) -> Decimal:
        started = max(1, -(-width * height // self.pixels))
        return self.first + (started - 1) * self.each


@dataclass(frozen=True, slots=True)
class Rates:
    """An amount per picture, in exactly one of four forms.

    What an operator set for a tier and quality goes before that, whatever the size.
    """

    flat: Decimal | None = None
    tiers: Mapping[str, Decimal] = field(default_factory=dict)
    qualities: Mapping[str, Mapping[str, Decimal]] = field(default_factory=dict)
    megapixels: Megapixels | None = None
    by_hand: Mapping[tuple[str, str], Decimal] = field(default_factory=dict)

    def amount(self, painted: Painted) -> Decimal | None:
        """Return the amount for one picture, or None when it has none."""
        if self.by_hand:
            said = self.by_hand.get((painted.tier, painted.quality or ""))
            if said is not None:
                return said
        if self.megapixels:
            return self.megapixels.amount(painted.width, painted.height)
        if self.qualities:
            row = self.qualities.get(painted.quality or "", {})
            size = f"{painted.width}x{painted.height}"
            return row.get(size, row.get(painted.tier, row.get(ANY)))
        if self.tiers:
            return self.tiers.get(painted.tier)
        return self.flat


@dataclass(frozen=True, slots=True)
class Price:
    """What a picture costs in credits, before the group's multiplier."""

    rates: Rates
    per_reference: Decimal = Decimal(0)
    per_search: Decimal = Decimal(0)

    def amount(
        self, painted: Painted, *, references: int = 0, searches: int = 0
    ) -> Decimal | None:
        """Return the credits for one picture, or None when it has no price."""
        credits = self.rates.amount(painted)
        if credits is None:
            return None
        return credits + references * self.per_reference + searches * self.per_search


@dataclass(frozen=True, slots=True)
class Qualities:
    """The qualities a model knows, best last, and other spellings of them."""

    values: tuple[str, ...] = ()
    default: str | None = None
    aliases: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Parameter:
    """How one of our fields reaches an upstream, and in which form, if not the usual."""

    behaviour: Behaviour
    upstream: str
    form: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)

    def told(self, value: Any) -> Any:
        """Return the upstream's word for our value."""
        return self.values.get(str(value), value)


@dataclass(frozen=True, slots=True)
class Offer:
    """One provider's way to paint a model.

    `tiers`, `references` and `lacks` say where it falls short of the model; empty and
    None mean that it does not. The dollars for a reference and a search come on top of
    each picture's `cost_usd`.
    """

    provider: str
    upstream: str
    edit_upstream: str = ""
    n_per_call: int = 1
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    passes: tuple[str, ...] = ()
    always: Mapping[str, Any] = field(default_factory=dict)
    cost_usd: Rates | None = None
    reference_usd: Decimal = Decimal(0)
    search_usd: Decimal = Decimal(0)
    charges_on: ChargesOn = "picture"
    tiers: tuple[str, ...] = ()
    references: int | None = None
    lacks: tuple[str, ...] = ()

    def upstream_for(self, *, editing: bool) -> str:
        """Return the upstream's name, which may be another for edits."""
        return (editing and self.edit_upstream) or self.upstream

    def passes_on(self, name: str) -> bool:
        """Say whether a field we do not know may go to this upstream."""
        is_named = name in EXTRAS and name in self.parameters
        return is_named or name in self.passes or "*" in self.passes

    def lacking(self, request: ImageRequest) -> str:
        """Name what this offer lacks to paint just this, as far as its table knows."""
        needs = {
            "edit": bool(request.references),
            "mask": bool(request.mask),
            "web_search": bool(request.searches),
            "transparent": ("background", "transparent") in request.extras,
        }
        for name in self.lacks:
            if needs.get(name):
                return name
        if self.tiers and request.tier not in self.tiers:
            return "tier"
        most = self.references
        return "references" if most is not None and request.looks_at > most else ""

    def usd(
        self, painted: Painted, *, references: int = 0, searches: int = 0
    ) -> Decimal | None:
        """Return what the provider asks for one picture, or None when nobody knows."""
        usd = self.cost_usd.amount(painted) if self.cost_usd else None
        if usd is None or (self.tiers and painted.tier not in self.tiers):
            return None
        return usd + references * self.reference_usd + searches * self.search_usd

    def cost_microusd(self, request: ImageRequest) -> int:
        """Return what the provider asks for one picture; nothing when it is unknown."""
        painted = Painted(request.tier, request.width, request.height, request.quality)
        seen, searches = request.looks_at, request.searches
        usd = self.usd(painted, references=seen, searches=searches)
        exact = (usd or Decimal(0)) * 1_000_000
        return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


@dataclass(frozen=True, slots=True)
class Model:
    """What you ask for. `unknown` lists what nobody could find out, for operators."""

    id: str
    name: str
    vendor: str
    family: str
    description: str
    aliases: tuple[str, ...]
    variants: Mapping[str, str]
    lifecycle: Lifecycle
    capabilities: Capabilities
    sizes: Sizes
    qualities: Qualities
    price: Price
    official_usd: Rates | None
    typical_seconds: Mapping[str, float]
    offers: tuple[Offer, ...]
    position: int = 100
    n_max: int = 10
    prompt_characters: int = 32_000
    formats: tuple[str, ...] = FORMATS
    response_format: ResponseFormat = "url"
    unknown: tuple[str, ...] = ()
    licence: str = ""
    open_weights: bool = False
    about: About = About()
    # What a group pays of it where an operator said so: else the group's own multiplier.
    multipliers: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def shapes(self) -> tuple[str, ...]:
        return self.sizes.shapes

    @property
    def tiers(self) -> tuple[str, ...]:
        return self.sizes.tiers

    @property
    def default_shape(self) -> str:
        return self.sizes.default_shape

    @property
    def default_tier(self) -> str:
        return self.sizes.default_tier

    @property
    def is_retired(self) -> bool:
        return self.lifecycle.status == "retired"

    @property
    def names(self) -> dict[str, str | None]:
        """Every name this model answers to, with the tier or quality it fixes, if any."""
        plain: dict[str, str | None] = dict.fromkeys((self.id, *self.aliases))
        fixed = {
            name + suffix: tier
            for name in plain
            for suffix, tier in self.variants.items()
        }
        return plain | fixed

    def multiplier_for(self, group: str, usual: Decimal) -> Decimal:
        """Return what the list price is multiplied by for a group."""
        return self.multipliers.get(group, usual) if self.multipliers else usual

    def emulates(self, name: str) -> bool:
        """Say whether a field of ours is done here, for any who may paint."""
        known = [offer.parameters.get(name) for offer in self.offers]
        return any(one and one.behaviour == "emulated" for one in known)

    def passes_on(self, name: str) -> bool:
        """Say whether any offer takes a field we do not know."""
        return any(offer.passes_on(name) for offer in self.offers)


def typical_seconds(model: Model, tier: str) -> float:
    """How long a picture of this tier usually takes."""
    known = model.typical_seconds
    longest = max(known.values(), default=UNKNOWN_SECONDS)
    return known.get(tier) or known.get(model.default_tier) or longest
