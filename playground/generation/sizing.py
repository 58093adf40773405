"""Decide what to paint and what to deliver for the size somebody asked for.

A size in pixels fixes shape and scale; a ratio fixes the shape; a tier fixes
the scale; `size` beats `aspect_ratio` and `resolution`. Whatever is asked is
mapped to the nearest thing the model paints, and every mapping is said aloud.
"""

from dataclasses import dataclass
from typing import get_args

from django.utils.translation import gettext as _

from playground.generation.catalogue import Named
from playground.generation.errors import BadRequest
from playground.generation.offered import Model
from playground.generation.quoting import quoted
from playground.generation.request import Ask, Fit, Note
from playground.generation.sizes import (
    STANDARD,
    Pixels,
    area_of,
    is_same,
    is_sensible,
    is_sensible_ratio,
    pixels_in,
    ratio_in,
    ratio_of,
    scale_area_in,
    tier_area_in,
)

FITS: tuple[Fit, ...] = get_args(Fit)


@dataclass(frozen=True, slots=True)
class Wish:
    """The size somebody asked for: pixels, or a ratio and an area; None was not said."""

    words: str
    pixels: Pixels | None = None
    ratio: float | None = None
    area: float | None = None
    shape_field: str = "aspect_ratio"
    scale_field: str = "resolution"
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Sized:
    """The size that will be painted, the size that will be delivered, and how."""

    shape: str
    tier: str
    painted: Pixels
    delivered: Pixels
    fit: Fit
    notes: tuple[Note, ...] = ()


def size_for(wish: Wish, named: Named, fit: Fit | None) -> Sized:
    """Map a wish onto what the model paints."""
    if wish.pixels:
        return _for_pixels(wish, wish.pixels, named, fit)
    return _for_shape(wish, named, fit)


def read_wish(ask: Ask) -> Wish:
    """Understand size, aspect_ratio and resolution, the first beating the others."""
    size, shape, scale = _said(ask.size), _said(ask.aspect_ratio), _said(ask.resolution)
    if size is None:
        words = " ".join(filter(None, (shape, scale))) or "auto"
        return Wish(words, ratio=_ratio("aspect_ratio", shape), area=_area(scale))
    if pixels := pixels_in(size):
        notes = _beaten(aspect_ratio=shape, resolution=scale)
        return Wish(size, _sensible(size, pixels), notes=notes)
    if area := tier_area_in(size):
        words = " ".join(filter(None, (shape, size)))
        ratio = _ratio("aspect_ratio", shape)
        notes = _beaten(resolution=scale)
        return Wish(words, ratio=ratio, area=area, scale_field="size", notes=notes)
    words = " ".join(filter(None, (size, scale)))
    ratio, notes = _ratio("size", size), _beaten(aspect_ratio=shape)
    return Wish(words, ratio=ratio, area=_area(scale), shape_field="size", notes=notes)


def read_fit(fit: str | None) -> Fit | None:
    """Check how a picture is to be brought to the size asked for."""
    if fit is None or fit in FITS:
        return next((known for known in FITS if known == fit), None)
    raise BadRequest(_("Set fit to cover, contain, exact or none."), param="fit")


def _said(text: str | None) -> str | None:
    """Return what was said; nothing, blanks and auto all leave it to us."""
    text = (text or "").strip()
    return text if text and text.lower() != "auto" else None


def _beaten(**fields: str | None) -> tuple[Note, ...]:
    said = [name for name, value in fields.items() if value is not None]
    return tuple(
        Note(name, _("It was ignored, because size says it too."), "dropped")
        for name in said
    )


def _sensible(text: str, pixels: Pixels) -> Pixels:
    if is_sensible(pixels):
        return pixels
    message = _(
        "%(size)s is no picture size; sides of 16 to 16384 pixels work, like 1024x1024."
    )
    raise BadRequest(message % {"size": quoted(text)}, param="size")


def _ratio(field: str, text: str | None) -> float | None:
    if text is None:
        return None
    ratio = ratio_in(text)
    if ratio and is_sensible_ratio(ratio):
        return ratio
    if field == "size":
        message = _("%(text)s is no size; write 1024x1024, a ratio like 16:9, or auto.")
    else:
        message = _(
            "%(text)s is no aspect ratio; write one like 16:9 (at most 32:1), or auto."
        )
    raise BadRequest(message % {"text": quoted(text)}, param=field)


def _area(text: str | None) -> float | None:
    if text is None:
        return None
    if area := scale_area_in(text):
        return area
    message = _(
        "%(text)s is no resolution; write 0.5K, 1K, 2K, 4K, megapixels like 1, or auto."
    )
    raise BadRequest(message % {"text": quoted(text)}, param="resolution")


def _for_shape(wish: Wish, named: Named, fit: Fit | None) -> Sized:
    """Paint the nearest shape at the nearest tier; deliver it as it is.

    Pixels that are only about right are no reason to resample what was painted.
    """
    sizes = named.model.sizes
    ratio = wish.ratio or ratio_of(sizes.default_shape)
    area = wish.area or area_of(sizes.default_tier)
    shape = sizes.nearest_shape(ratio, named.tier)
    tier = named.tier or sizes.nearest_tier(area, shape)
    notes = [*wish.notes, *_idle(fit)]
    if wish.ratio and not is_same(wish.ratio, ratio_of(shape)):
        notes.append(Note(wish.shape_field, _nearest_words(named.model, shape)))
    if wish.area and named.tier and sizes.nearest_tier(area, shape) != named.tier:
        notes.append(Note(wish.scale_field, _fixed_words(named)))
    elif wish.area and not is_same(area, area_of(tier)):
        notes.append(Note(wish.scale_field, _nearest_words(named.model, tier)))
    painted = sizes.pixels(shape, tier)
    as_it_comes: Fit = "none" if sizes.is_approximate else "cover"
    return Sized(shape, tier, painted, painted, fit or as_it_comes, tuple(notes))


def _for_pixels(wish: Wish, pixels: Pixels, named: Named, fit: Fit | None) -> Sized:
    """Deliver the pixels asked for where they were advertised or a fit was given."""
    shape, tier = _place_for(pixels, named.model)
    painted = named.model.sizes.pixels(shape, tier)
    if named.tier and tier != named.tier:
        return _at_fixed_tier(wish, pixels, named, fit)
    exact = named.model.sizes.free and named.model.sizes.free.painted_for(pixels)
    if exact:
        painted = exact
    is_advertised = (
        bool(exact) or pixels == painted or STANDARD.get(pixels) == (shape, tier)
    )
    if fit == "none" or not (is_advertised or fit):
        notes = (
            wish.notes
            if pixels == painted
            else (*wish.notes, _resized_note(painted, fit))
        )
        return Sized(shape, tier, painted, painted, fit or "cover", notes)
    notes = wish.notes
    if not is_advertised and pixels[0] * pixels[1] > painted[0] * painted[1]:
        notes = (*notes, Note("size", _enlarged_words(painted), "emulated"))
    return Sized(shape, tier, painted, pixels, fit or "cover", notes)


def _place_for(pixels: Pixels, model: Model) -> tuple[str, str]:
    """Return the shape and tier that stand for these pixels, or come nearest."""
    width, height = pixels
    place = model.sizes.place_of(pixels) or STANDARD.get(pixels)
    if place and model.sizes.has(*place):
        return place
    shape = model.sizes.nearest_shape(width / height)
    return shape, model.sizes.nearest_tier(width * height, shape)


def _at_fixed_tier(wish: Wish, pixels: Pixels, named: Named, fit: Fit | None) -> Sized:
    """Keep the shape of a size in pixels, at the tier the model's name fixes."""
    tier = named.tier or named.model.default_tier
    shape = named.model.sizes.nearest_shape(pixels[0] / pixels[1], tier)
    painted = named.model.sizes.pixels(shape, tier)
    notes = (*wish.notes, *_idle(fit), Note("size", _fixed_words(named)))
    return Sized(shape, tier, painted, painted, fit or "cover", notes)


def _idle(fit: Fit | None) -> tuple[Note, ...]:
    if fit in (None, "none"):
        return ()
    return (Note("fit", _("It was ignored: it needs a size in pixels."), "dropped"),)


def _nearest_words(model: Model, nearest: str) -> str:
    words = {"nearest": nearest, "model": model.id}
    return _("It becomes %(nearest)s, the nearest that %(model)s paints.") % words


def _fixed_words(named: Named) -> str:
    words = {"name": named.name, "tier": named.tier}
    return _("%(name)s always paints at %(tier)s; only the shape was kept.") % words


def _resized_note(painted: Pixels, fit: Fit | None) -> Note:
    words = {"width": painted[0], "height": painted[1]}
    if fit:
        return Note("size", _("Delivered as painted, %(width)sx%(height)s.") % words)
    message = _(
        "The nearest size, %(width)sx%(height)s, is delivered;"
        " set fit to cover, contain or exact to get these pixels."
    )
    return Note("size", message % words)


def _enlarged_words(painted: Pixels) -> str:
    words = {"width": painted[0], "height": painted[1]}
    return _("It is painted at %(width)sx%(height)s and enlarged.") % words
