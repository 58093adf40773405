"""predict, as Google's older picture models are asked: LiteLLM and older clients do.

It paints from words; pictures are changed by generateContent.
"""

from typing import Annotated

from django.utils.translation import gettext as _
from pydantic import BeforeValidator, StrictStr

from playground.api.gemini.picture_words import format_said, ratio_said, scale_said
from playground.api.gemini.words import Number, OutputOptions, Terms, Words, listed
from playground.generation.errors import BadRequest
from playground.generation.request import Ask


class Instance(Words):
    prompt: StrictStr


class Parameters(Words):
    sample_count: Number | None = None
    aspect_ratio: StrictStr | None = None
    sample_image_size: StrictStr | None = None
    image_size: StrictStr | None = None
    negative_prompt: StrictStr | None = None
    seed: Number | None = None
    output_options: OutputOptions | None = None


class PredictIn(Terms):
    """The body of POST models/{model}:predict."""

    instances: Annotated[list[Instance], BeforeValidator(listed)]
    parameters: Parameters | None = None


def prediction_asked(words: PredictIn, model: str) -> Ask:
    """Say it in the words of the house."""
    if len(words.instances) != 1:
        raise BadRequest(_("Send one instance at a time."), param="instances")
    instance, wanted = words.instances[0], words.parameters or Parameters()
    extras = instance.unread("instances.")
    if {"instances.image", "instances.referenceImages"} & extras.keys():
        raise BadRequest(
            _("predict paints from words only: send pictures to generateContent."),
            param="instances",
        )
    options = wanted.output_options or OutputOptions()
    extras |= wanted.unread("parameters.") | words.unread()
    return Ask(
        prompt=instance.prompt,
        model=model,
        n=wanted.sample_count,
        aspect_ratio=ratio_said(wanted.aspect_ratio),
        resolution=scale_said(wanted.sample_image_size or wanted.image_size),
        negative_prompt=wanted.negative_prompt,
        seed=wanted.seed,
        response_format="b64_json",
        output_format=format_said(options.mime_type),
        output_compression=options.compression_quality,
        extras=tuple(extras.items()),
    )
