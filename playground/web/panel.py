"""The settings beside the prompt: what this model can do, drawn and priced.

A wish is made to fit the model: what still fits is kept, and what had to change
is said in one line. Each tier carries its price, so that the page can multiply at
once while the server answers.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from django.conf import settings
from django.utils.translation import gettext as _

from playground.generation.catalogue import Model, catalogue
from playground.generation.channels import connected
from playground.generation.errors import ModelNotFound
from playground.generation.normalise import normalise
from playground.generation.price import unit_price
from playground.generation.quoting import quoted
from playground.generation.request import Buyer
from playground.generation.sizes import ratio_of
from playground.generation.usual import known_seconds
from playground.web.templatetags.easel import pixels
from playground.web.tries import GUEST_MODEL, GUEST_TIERS
from playground.web.wishes import AUTO, FORMAT, Wish

COUNTS = (1, 2, 3, 4, 6, 8)
FORMATS = {"png": "PNG", "jpeg": "JPEG", "webp": "WebP", "avif": "AVIF"}


@dataclass(frozen=True, slots=True)
class Option:
    """One radio of a row; `price` is in microcredits, `sizes` in pixels."""

    value: str
    label: str
    note: str = ""
    is_chosen: bool = False
    is_off: bool = False
    price: int | None = None
    seconds: float | None = None
    sizes: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """Everything the settings show for one model and one wish."""

    model: Model
    wish: Wish
    shapes: tuple[Option, ...]
    tiers: tuple[Option, ...]
    counts: tuple[Option, ...]
    formats: tuple[Option, ...]
    unit_price_microcredits: int
    changed: tuple[str, ...] = ()

    @property
    def total_microcredits(self) -> int:
        return self.unit_price_microcredits * self.wish.n

    @property
    def can_avoid(self) -> bool:
        return bool(self.model.capabilities.negative_prompt)

    @property
    def typical_seconds(self) -> float | None:
        return known_seconds(self.model, self.wish.tier)


def panel_for(wish: Wish, buyer: Buyer) -> Panel:
    """Draw the settings for a wish, put right where the model cannot follow it."""
    model = chosen_model(wish, buyer)
    fitted, changed = fit(wish, model, buyer)
    tiers = tuple(tier_options(fitted, model, buyer))
    chosen = next(option for option in tiers if option.is_chosen)
    return Panel(
        model=model,
        wish=fitted,
        shapes=tuple(shape_options(fitted, model)),
        tiers=tiers,
        counts=tuple(count_options(fitted, model)),
        formats=tuple(
            Option(value, label, is_chosen=value == fitted.output_format)
            for value, label in FORMATS.items()
        ),
        unit_price_microcredits=chosen.price or 0,
        changed=changed,
    )


def chosen_model(wish: Wish, buyer: Buyer) -> Model:
    """Find the wished model; a guest, or somebody without a wish, gets the painter."""
    if buyer.lane == "guest":
        return catalogue().find(GUEST_MODEL)
    try:
        model = catalogue().find(wish.model or settings.DEFAULT_MODEL or GUEST_MODEL)
    except ModelNotFound:
        return catalogue().find(GUEST_MODEL)
    is_here = is_for_words(model) and is_connected(model)
    return model if is_here else catalogue().find(GUEST_MODEL)


def is_for_words(model: Model) -> bool:
    """Say whether it paints from words alone, and still does."""
    return model.capabilities.generate and not model.is_retired


def is_connected(model: Model) -> bool:
    """Say whether any provider of this model could be called from here."""
    return any(offer.provider in connected() for offer in model.offers)


def fit(wish: Wish, model: Model, buyer: Buyer) -> tuple[Wish, tuple[str, ...]]:
    """Keep what the model offers; name what had to change."""
    changed = []
    shape, tier, n, kind = wish.shape, wish.tier, wish.n, wish.output_format
    if shape != AUTO and shape not in model.shapes:
        shape = AUTO
        changed.append(_("%(shape)s is not offered, now Auto") % {"shape": wish.shape})
    tiers = [one for one in sizes_of(model, shape) if may_use_tier(one, buyer)]
    if tier not in tiers:
        tier = model.default_tier if model.default_tier in tiers else tiers[-1]
        if wish.tier:
            words = {"wished": wish.tier, "tier": tier}
            changed.append(_("%(wished)s is not offered, now %(tier)s") % words)
    if n not in counts_of(model):
        n = max(count for count in counts_of(model) if count <= max(n, 1))
        changed.append(_("Now %(count)s at once") % {"count": n})
    if kind not in FORMATS:
        words = {"wished": quoted(kind)[1:-1], "format": FORMATS[FORMAT]}
        changed.append(_("%(wished)s is not offered, now %(format)s") % words)
        kind = FORMAT
    fitted = replace(
        wish, model=model.id, shape=shape, tier=tier, n=n, output_format=kind
    )
    return fitted, tuple(changed)


def sizes_of(model: Model, shape: str) -> Mapping[str, tuple[int, int]]:
    """Return the tiers of a shape with their pixels, Auto being the model's own."""
    return model.sizes.native[model.default_shape if shape == AUTO else shape]


def counts_of(model: Model) -> list[int]:
    return [count for count in COUNTS if count <= model.n_max]


def may_use_tier(tier: str, buyer: Buyer) -> bool:
    return buyer.lane != "guest" or tier in GUEST_TIERS


def shape_options(wish: Wish, model: Model) -> Iterable[Option]:
    """Auto first, then from square to the widest, then to the tallest."""
    for shape in (AUTO, *sorted(model.shapes, key=breadth)):
        yield Option(
            value=shape,
            label=_("Auto") if shape == AUTO else shape,
            is_chosen=shape == wish.shape,
            sizes=written_sizes(model, shape),
        )


def breadth(shape: str) -> tuple[bool, float]:
    ratio = ratio_of(shape)
    return ratio < 1, max(ratio, 1 / ratio)


def written_sizes(model: Model, shape: str) -> str:
    """Write a shape's pixels tier by tier, for the page to show when it is picked."""
    sizes = sizes_of(model, shape)
    return "|".join(
        pixels(sizes[tier]) if tier in sizes else "" for tier in model.tiers
    )


def tier_options(wish: Wish, model: Model, buyer: Buyer) -> Iterable[Option]:
    """Each tier with its real pixels and what a picture costs in it."""
    sizes = sizes_of(model, wish.shape)
    for tier in model.tiers:
        is_offered = tier in sizes
        yield Option(
            value=tier,
            label=tier,
            note=pixels(sizes[tier]) if is_offered else "",
            is_chosen=tier == wish.tier,
            is_off=not is_offered or not may_use_tier(tier, buyer),
            price=price_of(replace(wish, tier=tier), buyer),
            seconds=known_seconds(model, tier),
        )


def price_of(wish: Wish, buyer: Buyer) -> int:
    """What one picture costs: its model and its size say it, and no words do."""
    if not buyer.pays:
        return 0
    priced = Wish(prompt="…", model=wish.model, shape=wish.shape, tier=wish.tier, n=1)
    request = normalise(priced.ask(), catalogue(), settings.DEFAULT_MODEL)
    model = catalogue().find(request.model)
    return unit_price(model, request, buyer.multiplier)


def count_options(wish: Wish, model: Model) -> Iterable[Option]:
    for count in counts_of(model):
        yield Option(str(count), str(count), is_chosen=count == wish.n)
