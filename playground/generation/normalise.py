"""Translate what was asked into the model's own terms, or say what would work.

Pure: an `Ask` and the catalogue in, an `ImageRequest` out. `None` and blanks
mean "not said". What the model cannot do and the picture can live without is
dropped with a `Note`; what cannot be granted is a `BadRequest`.
"""

from dataclasses import replace
from operator import attrgetter
from typing import get_args

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from playground.generation.catalogue import Catalogue, Named
from playground.generation.errors import BadRequest
from playground.generation.extras import read_extras
from playground.generation.offered import Model
from playground.generation.providers.base import Turn
from playground.generation.quoting import is_text
from playground.generation.remarks import Remarks
from playground.generation.request import (
    NO_WISHES,
    Ask,
    ImageRequest,
    ResponseFormat,
    Wishes,
)
from playground.generation.sizes import ratio_of
from playground.generation.sizing import Wish, read_fit, read_wish, size_for

# The seeds of the open image models; wider ones are cut or refused by most providers.
MOST_SEED = 2**32 - 1
WEBP_SIDE = 16_383
REMEMBERED = 2_000
# What is rarely said twice alike, and what few values are known for.
OWN_FIELDS = attrgetter(
    *("seed", "negative_prompt", "extras", "references", "mask", "first_size"),
    *("turns", "earlier", "keeps_outside"),
)
COMMON_FIELDS = attrgetter(
    *("model", "n", "size", "aspect_ratio", "resolution", "fit", "quality"),
    *("response_format", "output_format", "output_compression"),
)
NOTHING_OF_ONES_OWN = OWN_FIELDS(Ask(prompt=""))
COMPRESSED = ("jpeg", "webp", "avif")


def normalise(ask: Ask, catalogue: Catalogue, default_model: str) -> ImageRequest:
    """Return the one request this ask stands for.

    Most differ from one before in their prompt only, and are that one with another. Where
    nothing had to be remarked on, it is the same in every language.
    """
    if OWN_FIELDS(ask) != NOTHING_OF_ONES_OWN:
        return made_anew(ask, catalogue, default_model)
    key = (default_model, *COMMON_FIELDS(ask))
    remembered = catalogue.normalised
    known = remembered.get(key) or remembered.get((get_language(), *key))
    if known is not None:
        model = catalogue.names[known.model].model
        return known.with_prompt(_prompt(ask, model))
    made = made_anew(ask, catalogue, default_model)
    if len(remembered) >= REMEMBERED:
        remembered.clear()
    remembered[(get_language(), *key) if made.notes else key] = made
    return made


def made_anew(ask: Ask, catalogue: Catalogue, default_model: str) -> ImageRequest:
    named = _model(ask, catalogue, default_model)
    _check_edit(ask, named.model, catalogue)
    model = named.model
    remarks = Remarks()
    _remark_on_age(model, remarks)
    wish = _shaped_like_the_first(ask, read_wish(ask), named)
    sized = size_for(wish, named, read_fit(ask.fit))
    remarks.notes.extend(sized.notes)
    turns = _turns(ask, model, remarks)
    output_format = _output_format(ask, model, remarks)
    if output_format == "webp" and max(sized.delivered) > WEBP_SIDE:
        message = _("A webp side is at most %(limit)d pixels; ask for png or jpeg.")
        raise BadRequest(message % {"limit": WEBP_SIDE}, param="output_format")
    return ImageRequest(
        model=model.id,
        prompt=_prompt(ask, model),
        n=_n(ask, model, remarks),
        shape=sized.shape,
        tier=sized.tier,
        width=sized.painted[0],
        height=sized.painted[1],
        target_width=sized.delivered[0],
        target_height=sized.delivered[1],
        fit=sized.fit,
        quality=_quality(ask, named, remarks),
        seed=_seed(ask, model, remarks),
        negative_prompt=_negative_prompt(ask, model, remarks),
        response_format=_response_format(ask, model),
        output_format=output_format,
        output_compression=_compression(ask, output_format, remarks),
        requested_size=wish.words,
        extras=read_extras(ask, model, output_format, remarks),
        notes=tuple(remarks.notes),
        references=ask.references,
        mask=ask.mask,
        turns=turns,
        earlier=ask.earlier if turns else (),
        keeps_outside=ask.keeps_outside and bool(ask.mask),
        wishes=Wishes(only=(named.provider,)) if named.provider else NO_WISHES,
    )


def _model(ask: Ask, catalogue: Catalogue, default_model: str) -> Named:
    """Find the model that was asked for, and check that it can still paint."""
    name = (ask.model or "").strip() or default_model
    if not name:
        message = _("Name a model, for example %(models)s.")
        models = ", ".join(catalogue.suggestions())
        raise BadRequest(
            message % {"models": models},
            param="model",
            code="missing_required_parameter",
        )
    named = catalogue.current(name)
    model = named.model
    if not model.capabilities.generate and not ask.references:
        message = _("%(model)s only edits pictures; send it one to /v1/images/edits.")
        raise BadRequest(message % {"model": model.id}, param="model")
    return named


def _check_edit(ask: Ask, model: Model, catalogue: Catalogue) -> None:
    """Check that the model can look at the pictures; a mask is never ignored."""
    known = model.capabilities
    if not ask.references:
        return
    if not (known.edit and known.references):
        message = _("%(model)s does not edit pictures; %(models)s do.")
        raise BadRequest(
            message % {"model": model.id, "models": _able(catalogue, "edit")},
            param="image",
        )
    looked_at = len(ask.references) + (len(ask.earlier) if known.multi_turn else 0)
    if looked_at > known.references:
        message = _("Send at most %(limit)d pictures to %(model)s.")
        words = {"limit": known.references, "model": model.id}
        raise BadRequest(message % words, param="image")
    if ask.mask and not known.mask:
        message = _("%(model)s takes no mask; %(models)s do. Or say it in the prompt.")
        raise BadRequest(
            message % {"model": model.id, "models": _able(catalogue, "mask")},
            param="mask",
        )


def _able(catalogue: Catalogue, ability: str) -> str:
    """Name the models that can do it."""
    return ", ".join(
        model.id
        for model in catalogue.models
        if getattr(model.capabilities, ability) and not model.is_retired
    )


def _shaped_like_the_first(ask: Ask, wish: Wish, named: Named) -> Wish:
    """Keep the first picture's shape, as nearly as can be, when none was asked for."""
    if ask.first_size is None or wish.pixels or wish.ratio:
        return wish
    width, height = ask.first_size
    shape = named.model.sizes.nearest_shape(width / height, named.tier)
    return replace(wish, ratio=ratio_of(shape))


def _remark_on_age(model: Model, remarks: Remarks) -> None:
    if model.lifecycle.status != "deprecated":
        return
    words = {"model": model.id, "successor": model.lifecycle.successor or ""}
    message = _("%(model)s will be shut down.")
    if model.lifecycle.successor:
        message = _("%(model)s will be shut down; %(successor)s follows it.")
    remarks.add("model", "advice", message % words)


def _prompt(ask: Ask, model: Model) -> str:
    if not ask.prompt.strip():
        raise BadRequest(
            _("Write a prompt: what should the picture show?"), param="prompt"
        )
    return _checked_text(ask.prompt, "prompt", model)


def _checked_text(text: str, about: str, model: Model) -> str:
    """Return a text that every provider and database accepts."""
    if len(text) > model.prompt_characters:
        words = {"field": about, "limit": model.prompt_characters, "length": len(text)}
        message = _("Shorten %(field)s to %(limit)d characters; it has %(length)d.")
        raise BadRequest(message % words, param=about, code="string_above_max_length")
    if not is_text(text):
        message = _(
            "Remove the broken characters (NUL, lone surrogates) from %(field)s."
        )
        raise BadRequest(message % {"field": about}, param=about)
    return text


def _n(ask: Ask, model: Model, remarks: Remarks) -> int:
    n = 1 if ask.n is None else ask.n
    if not 1 <= n <= model.n_max:
        message = _("Set n from 1 to %(limit)d for %(model)s.")
        raise BadRequest(message % {"limit": model.n_max, "model": model.id}, param="n")
    if n > 1 and model.emulates("n"):
        message = _("Where %(model)s paints one at a time, it is called %(n)d times.")
        remarks.add("n", "emulated", message % {"model": model.id, "n": n})
    return n


def _quality(ask: Ask, named: Named, remarks: Remarks) -> str | None:
    model, known = named.model, named.model.qualities
    asked = (ask.quality or "").strip().lower()
    if named.quality:
        if asked not in ("", "auto", named.quality):
            words = {"name": named.name, "quality": named.quality}
            message = _("%(name)s always paints in %(quality)s.") % words
            remarks.add("quality", "mapped", message)
        return named.quality
    if not asked or asked == "auto":
        return known.default
    if not known.values:
        message = _("%(model)s has one quality only.")
        remarks.add("quality", "dropped", message % {"model": model.id})
        return None
    quality = known.aliases.get(asked, asked)
    if quality != asked:
        message = _("It becomes %(quality)s, as %(model)s calls it.")
        words = {"quality": quality, "model": model.id}
        remarks.add("quality", "mapped", message % words)
    if quality not in known.values:
        words = {"model": model.id, "values": ", ".join(known.values)}
        raise BadRequest(
            _("Set quality to one of %(values)s or auto for %(model)s.") % words,
            param="quality",
        )
    return quality


def _seed(ask: Ask, model: Model, remarks: Remarks) -> int | None:
    if ask.seed is None:
        return None
    if not -1 <= ask.seed <= MOST_SEED:
        message = _("Set seed from 0 to %(limit)d, or leave it out for a random one.")
        raise BadRequest(message % {"limit": MOST_SEED}, param="seed")
    if not model.capabilities.seed:
        message = _("%(model)s takes no seed.") % {"model": model.id}
        remarks.add("seed", "dropped", message)
        return None
    if ask.seed == -1:
        remarks.add("seed", "mapped", _("-1 means a random seed."))
        return None
    return ask.seed


def _turns(ask: Ask, model: Model, remarks: Remarks) -> tuple[Turn, ...]:
    """Keep a conversation for a model that follows one; any other is told its end."""
    if not ask.turns or model.capabilities.multi_turn:
        return ask.turns
    message = _("%(model)s goes by the last words and the last picture only.")
    remarks.add("turns", "dropped", message % {"model": model.id})
    return ()


def _negative_prompt(ask: Ask, model: Model, remarks: Remarks) -> str | None:
    if not (ask.negative_prompt or "").strip():
        return None
    if not model.capabilities.negative_prompt:
        message = _("%(model)s takes no negative prompt; say it in the prompt.")
        remarks.add("negative_prompt", "dropped", message % {"model": model.id})
        return None
    return _checked_text(ask.negative_prompt or "", "negative_prompt", model)


def _response_format(ask: Ask, model: Model) -> ResponseFormat:
    asked = ask.response_format or model.response_format
    if asked not in get_args(ResponseFormat):
        raise BadRequest(
            _("Set response_format to url or b64_json."), param="response_format"
        )
    return asked


def _output_format(ask: Ask, model: Model, remarks: Remarks) -> str | None:
    asked = (ask.output_format or "").strip().lower()
    if not asked or asked == "auto":
        return None
    output_format = "jpeg" if asked == "jpg" else asked
    if output_format not in model.formats:
        words = {"formats": ", ".join(model.formats)}
        raise BadRequest(
            _("Set output_format to one of %(formats)s.") % words, "output_format"
        )
    if model.emulates("output_format"):
        message = _("Where %(model)s chooses its own format, it is converted here.")
        remarks.add("output_format", "emulated", message % {"model": model.id})
    return output_format


def _compression(ask: Ask, output_format: str | None, remarks: Remarks) -> int | None:
    if ask.output_compression is None:
        return None
    if not 0 <= ask.output_compression <= 100:
        raise BadRequest(
            _("Set output_compression from 0 to 100."), param="output_compression"
        )
    if output_format not in COMPRESSED:
        message = _("It was ignored: it needs output_format jpeg, webp or avif.")
        remarks.add("output_compression", "dropped", message)
        return None
    return ask.output_compression
