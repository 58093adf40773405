"""Prompts to start from, each with the picture our own painter made of it."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Example:
    """A prompt and its picture under static/img/examples/."""

    prompt: str | Promise
    picture: str

    @property
    def path(self) -> str:
        return f"img/examples/{self.picture}.webp"


EXAMPLES = (
    Example(_("A stoneware vase on linen, soft morning light"), "vase"),
    Example(_("Desert dunes at sunset, a low sun"), "dunes"),
    Example(_("A poster of red wildflowers"), "flowers"),
    Example(_("Marbled ink, burgundy and cream"), "ink"),
    Example(_("A striped planet and its moon among stars"), "planet"),
    Example(_("A rainy city street at night, neon lights"), "city"),
    Example(_("Misty mountains at dawn, watercolour"), "mountains"),
    Example(_("Geometric poster, teal and orange"), "poster"),
)
