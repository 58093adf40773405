"""The rows of choices in the settings, each with what it is and what it costs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.conf import settings
from django.utils.translation import gettext as _

from playground.generation.catalogue import Model, catalogue
from playground.generation.errors import BadRequest
from playground.generation.normalise import normalise
from playground.generation.price import price_for
from playground.generation.request import Buyer
from playground.generation.sizes import ratio_of
from playground.generation.usual import known_seconds
from playground.web.templatetags.easel import pixels
from playground.web.tries import GUEST_MODEL, GUEST_TIERS, may_be_free
from playground.web.wishes import AUTO, Wish

COUNTS = (1, 2, 3, 4, 6, 8)
FORMATS = {"png": "PNG", "jpeg": "JPEG", "webp": "WebP", "avif": "AVIF"}


@dataclass(frozen=True, slots=True)
class Option:
    """One radio of a row; `price` is in microcredits, `sizes` in pixels.

    `may_be_free` says that the day's free pictures are of this kind.
    """

    value: str
    label: str
    note: str = ""
    is_chosen: bool = False
    is_off: bool = False
    price: int | None = None
    seconds: float | None = None
    sizes: str = ""
    may_be_free: bool = False


def sizes_of(model: Model, shape: str) -> Mapping[str, tuple[int, int]]:
    """Return the tiers of a shape with their pixels, Auto being the model's own."""
    return model.sizes.native[model.default_shape if shape == AUTO else shape]


def counts_of(models: Sequence[Model]) -> list[int]:
    most = min(model.n_max for model in models)
    return [count for count in COUNTS if count <= most]


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


def tier_options(wish: Wish, models: Sequence[Model], buyer: Buyer) -> Iterable[Option]:
    """Each tier with its real pixels, and what a picture of every model costs in it."""
    model = models[0]
    sizes = sizes_of(model, wish.shape)
    is_alone = len(models) == 1 and not wish.is_rehearsal
    for tier in model.tiers:
        is_offered = tier in sizes
        asked = replace(wish, tier=tier)
        yield Option(
            value=tier,
            label=tier,
            note=pixels(sizes[tier]) if is_offered else "",
            is_chosen=tier == wish.tier,
            is_off=not is_offered or not may_use_tier(tier, buyer),
            price=sum(unit_price_of(asked, one, buyer) for one in models),
            seconds=known_seconds(model, tier),
            may_be_free=is_alone and may_be_free(model.id, tier, buyer),
        )


def unit_price_of(wish: Wish, model: Model, buyer: Buyer) -> int:
    """What one picture costs: its model, its size and what it starts from say it.

    No words do. A tier that another model does not have costs what its usual one does.
    """
    if not buyer.pays:
        return 0
    tier = wish.tier if wish.tier in sizes_of(model, wish.shape) else ""
    named = tuple(wish.references if model.capabilities.edit else ())
    most = model.capabilities.references
    plain = replace(wish, prompt="…", model=model.id, n=1, seed="", tier=tier, avoid="")
    ask = replace(plain.ask(), references=named[:most])
    if not (model.capabilities.generate or ask.references):
        ask = replace(ask, references=("…",))
    try:
        request = normalise(ask, catalogue(), settings.DEFAULT_MODEL)
        return price_for(buyer, model, request)
    except BadRequest:
        return 0


def count_options(wish: Wish, models: Sequence[Model]) -> Iterable[Option]:
    for count in counts_of(models):
        yield Option(str(count), str(count), is_chosen=count == wish.n)


def list_price(model: Model, buyer: Buyer) -> int:
    """What a picture of a model costs in its usual size, for somebody who pays."""
    if model.id == GUEST_MODEL and buyer.lane == "guest":
        return 0
    payer = replace(buyer, lane="browser", is_test=False, is_treat=False)
    return unit_price_of(Wish(tier=model.default_tier), model, payer)
