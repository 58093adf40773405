"""The sizes of a model, and what becomes of other sizes: shown by asking for some.

The native pixels are the vendor's. The sizes that gateways publish are labels for the
same shapes and scales; both are delivered to the pixel.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from playground.generation.catalogue import Named
from playground.generation.offered import Model
from playground.generation.request import Ask
from playground.generation.sizes import STANDARD, Pixels
from playground.generation.sizing import read_wish, size_for


@dataclass(frozen=True, slots=True)
class Shape:
    """One shape: its pixels at each tier, where it is painted there."""

    name: str
    sizes: tuple[Pixels | None, ...]


@dataclass(frozen=True, slots=True)
class Sizes:
    """Native and published sizes side by side; no published ones where they are the same."""

    native: tuple[Shape, ...]
    published_tiers: tuple[str, ...]
    published: tuple[Shape, ...]

    @property
    def count(self) -> int:
        return sum(1 for shape in self.published for one in shape.sizes if one)


@dataclass(frozen=True, slots=True)
class Example:
    """What a request says, and what this model makes of it."""

    said: str
    shape: str
    tier: str
    delivered: Pixels
    why: str


def sizes_of(model: Model) -> Sizes:
    native = tuple(
        Shape(name, tuple(row.get(tier) for tier in model.tiers))
        for name, row in model.sizes.native.items()
    )
    labels = {
        place: pixels
        for pixels, place in STANDARD.items()
        if model.sizes.has(*place) and model.sizes.pixels(*place) != pixels
    }
    if not labels:
        return Sizes(native, (), ())
    known = {place: one for one, place in STANDARD.items() if model.sizes.has(*place)}
    tiers = tuple(tier for tier in model.tiers if any(t == tier for _s, t in known))
    shapes = dict.fromkeys(shape for shape, _t in known)
    published = tuple(
        Shape(shape, tuple(known.get((shape, tier)) for tier in tiers))
        for shape in shapes
    )
    return Sizes(native, tiers, published)


def examples_of(model: Model) -> list[Example]:
    """Ask for a few sizes, as a caller would, and say what happens."""
    return [example(model, ask, why) for ask, why in asks(model)]


def asks(model: Model) -> Iterable[tuple[Ask, str]]:
    def ask(size: str | None = None, **more: str) -> Ask:
        return Ask(
            prompt="…",
            model=model.id,
            size=size,
            aspect_ratio=more.get("aspect_ratio"),
            resolution=more.get("resolution"),
        )

    yield ask(), _("Nothing said: the model's usual shape and scale.")
    yield ask("16:9"), _("A ratio is the shape alone.")
    yield ask("2K"), _("A tier is the scale alone.")
    yield (
        ask(aspect_ratio="7:1", resolution="3K"),
        _("The nearest shape and the nearest scale, each by its ratio."),
    )
    yield ask("1365x768"), _("Pixels say both.")
    yield (
        ask("1000x1000", aspect_ratio="9:16", resolution="4K"),
        _("size beats aspect_ratio and resolution."),
    )


def example(model: Model, ask: Ask, why: str) -> Example:
    sized = size_for(read_wish(ask), Named(model.id, model), None)
    fields = {
        "size": ask.size,
        "aspect_ratio": ask.aspect_ratio,
        "resolution": ask.resolution,
    }
    said = ", ".join(f"{name}: {one}" for name, one in fields.items() if one)
    return Example(said or "–", sized.shape, sized.tier, sized.delivered, why)
