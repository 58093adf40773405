"""What the form on the page says, before anyone has judged it.

A `Wish` travels from the form, or from an earlier run, to the settings panel and
to the service. It is lenient: a value the model does not know is put right by
the panel and said aloud there, not refused here. A number of pictures that
cannot be read is 0, which no model paints.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from playground.generation.errors import BadRequest
from playground.generation.models import Generation
from playground.generation.request import Ask

AUTO = "auto"
PICTURES = 4
FORMAT = "webp"


@dataclass(frozen=True, slots=True)
class Wish:
    """The playground's settings as text and numbers; empty means the model's default."""

    prompt: str = ""
    model: str = ""
    shape: str = AUTO
    tier: str = ""
    n: int = PICTURES
    seed: str = ""
    output_format: str = FORMAT
    avoid: str = ""
    quoted_microcredits: int | None = None

    @classmethod
    def of(cls, form: Mapping[str, str]) -> "Wish":
        """Read the form, or a link that fills it."""
        return cls(
            prompt=form.get("prompt", "").strip(),
            model=form.get("model", ""),
            shape=form.get("aspect_ratio") or AUTO,
            tier=form.get("resolution", ""),
            n=whole(form["n"]) or 0 if "n" in form else PICTURES,
            seed=form.get("seed", "").strip(),
            output_format=form.get("output_format") or FORMAT,
            avoid=form.get("negative_prompt", "").strip(),
            quoted_microcredits=whole(form.get("quoted", "")),
        )

    @classmethod
    def like(cls, generation: Generation, *, seed: int | None = None) -> "Wish":
        """Ask for what an earlier run asked for, with a new seed unless one is given."""
        request = generation.asked
        return cls(
            prompt=generation.prompt,
            model=generation.model,
            shape=request.shape,
            tier=request.tier,
            n=generation.n,
            seed="" if seed is None else str(seed),
            output_format=request.output_format or FORMAT,
            avoid=request.negative_prompt or "",
        )

    def ask(self) -> Ask:
        """Say it in the service's words."""
        return Ask(
            prompt=self.prompt,
            model=self.model or None,
            n=self.n,
            aspect_ratio=None if self.shape == AUTO else self.shape,
            resolution=self.tier or None,
            seed=self.seed_number(),
            negative_prompt=self.avoid or None,
            response_format="url",
            output_format=self.output_format,
        )

    def seed_number(self) -> int | None:
        seed = whole(self.seed)
        if self.seed and seed is None:
            raise BadRequest(_("A seed is a whole number, such as 2048117."), "seed")
        return seed


def whole(text: str) -> int | None:
    """Read a whole number, or nothing."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None
