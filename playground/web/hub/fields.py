"""The fields a request to a model may have, and what becomes of each on its way.

The behaviours are the catalogue's; this room only says in words what a field means.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from playground.generation.behaviours import behaviours, has_effect
from playground.generation.facts import required_fields
from playground.generation.offered import Behaviour, Model
from playground.web.templatetags.easel import number


@dataclass(frozen=True, slots=True)
class Badge:
    """What becomes of a field, and at which providers; none named: at all of them."""

    behaviour: Behaviour | None
    providers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    kind: str
    words: str
    is_required: bool
    badges: tuple[Badge, ...]


@dataclass(frozen=True, slots=True)
class Extra:
    """A field of one provider's own, which travels there unchanged."""

    provider: str
    names: tuple[str, ...]


def parameters_of(model: Model) -> list[Parameter]:
    """List our fields that have any effect on this model."""
    table = behaviours(model)
    required = required_fields(model)
    return [
        Parameter(name, kind, words, name in required, badges_of(name, table))
        for name, (kind, words) in meanings(model).items()
        if has_effect(model, name)
    ]


def badges_of(
    name: str, table: Mapping[str, Mapping[str, Behaviour | None]]
) -> tuple[Badge, ...]:
    """Say it once where all providers agree, and apart where they do not."""
    by_kind: dict[Behaviour | None, list[str]] = {}
    for provider, fields in table.items():
        by_kind.setdefault(fields.get(name), []).append(provider)
    if len(by_kind) == 1:
        return (Badge(next(iter(by_kind))),)
    return tuple(Badge(kind, tuple(names)) for kind, names in by_kind.items())


def extras_of(model: Model) -> list[Extra]:
    return [
        Extra(offer.provider, offer.passes) for offer in model.offers if offer.passes
    ]


def meanings(model: Model) -> dict[str, tuple[str, str]]:
    """Say of each field what it is and what it does with this model."""
    text, whole = _("text"), _("whole number")
    return {
        "prompt": (text, prompt_words(model)),
        "image": (_("file or address"), image_words(model)),
        "mask": (
            _("file or address"),
            _("Where it may change: clear pixels of a PNG."),
        ),
        "size": (text, size_words()),
        "aspect_ratio": (text, _("The shape. Any ratio; the nearest one is painted.")),
        "resolution": (" ".join(model.tiers), tier_words(model)),
        "fit": (
            "cover contain exact none",
            _("How a picture is brought to pixels that the model does not paint."),
        ),
        "n": (whole, n_words(model)),
        "quality": (" ".join(model.qualities.values), quality_words(model)),
        "seed": (whole, _("The same seed may give the same picture at one provider.")),
        "negative_prompt": (text, _("What should not appear.")),
        "background": (
            "transparent opaque auto",
            _("A transparent ground, as PNG or WebP."),
        ),
        "web_search": (_("true or false"), _("Look things up before painting.")),
        "response_format": ("url b64_json", response_words(model)),
        "output_format": (
            " ".join(model.formats),
            _("Converted here where the provider cannot."),
        ),
        "output_compression": (
            "0 – 100",
            _("For JPEG, WebP and AVIF: 100 is the finest."),
        ),
    }


def prompt_words(model: Model) -> str:
    words = {"most": number(model.prompt_characters)}
    return _("What to paint. At most %(most)s characters.") % words


def image_words(model: Model) -> str:
    words = {"most": model.capabilities.references}
    return _("The pictures to look at, at most %(most)s: PNG, JPEG, WebP.") % words


def size_words() -> str:
    return _("Pixels such as 1365x768, or a ratio. Beats the two below.")


def tier_words(model: Model) -> str:
    words = {"tier": model.default_tier}
    return _("The scale, which sets the price; %(tier)s when you do not say.") % words


def n_words(model: Model) -> str:
    words = {"most": model.n_max}
    return _("How many pictures, at most %(most)s; each is charged.") % words


def quality_words(model: Model) -> str:
    words = {"quality": model.qualities.default}
    return _("It sets the price too; %(quality)s when you do not say.") % words


def response_words(model: Model) -> str:
    words = {"usual": model.response_format}
    return _("How pictures come back; %(usual)s when you do not say.") % words
