"""What the form on the page says, before anyone has judged it.

A `Wish` travels from the form, or from an earlier run, to the settings panel and
to the service. It is lenient: a value the model does not know is put right by
the panel and said aloud there, not refused here. A number of pictures that
cannot be read is 0, which no model paints.
"""

from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext as _

from playground.generation.errors import BadRequest
from playground.generation.models import Generation
from playground.generation.request import (
    USUAL,
    Ask,
    Strategy,
    Terms,
    Wishes,
)
from playground.generation.uploads import token_of

AUTO = "auto"
PICTURES = 4
FORMAT = "webp"
MOST_RIVALS = 3
SORTS: tuple[Strategy, ...] = ("cheapest", "fastest", "most_reliable")
ONLY = "only:"


@dataclass(frozen=True, slots=True)
class Wish:
    """The playground's settings as text and numbers; empty means the model's default.

    `rivals` are the other models of a comparison; `references` name pictures.
    """

    prompt: str = ""
    model: str = ""
    rivals: tuple[str, ...] = ()
    is_compared: bool = False
    shape: str = AUTO
    tier: str = ""
    n: int = PICTURES
    seed: str = ""
    output_format: str = FORMAT
    avoid: str = ""
    quality: str = ""
    is_transparent: bool = False
    searches: bool = False
    provider: str = ""
    references: tuple[str, ...] = ()
    is_rehearsal: bool = False
    quoted_microcredits: int | None = None

    @classmethod
    def of(cls, form: QueryDict) -> "Wish":
        """Read the form, or a link that fills it."""
        return cls(
            prompt=form.get("prompt", "").strip(),
            model=form.get("model", ""),
            rivals=rivals_in(form),
            is_compared=form.get("mode") == "compare",
            shape=form.get("aspect_ratio") or AUTO,
            tier=form.get("resolution", ""),
            n=count_in(form, PICTURES),
            seed=form.get("seed", "").strip(),
            output_format=form.get("output_format") or FORMAT,
            avoid=form.get("negative_prompt", "").strip(),
            quality=form.get("quality", ""),
            is_transparent=form.get("background") == "transparent",
            searches="web_search" in form,
            provider=form.get("provider", ""),
            references=named_in(form),
            is_rehearsal="rehearse" in form,
            quoted_microcredits=whole(form.get("quoted", "")),
        )

    @classmethod
    def like(
        cls,
        generation: Generation,
        *,
        seed: int | None = None,
        rivals: tuple[str, ...] = (),
    ) -> "Wish":
        """Ask for what an earlier run asked for, with a new seed unless one is given."""
        request = generation.asked
        return cls(
            prompt=generation.prompt,
            model=generation.model,
            rivals=rivals,
            is_compared=bool(rivals),
            shape=request.shape,
            tier=request.tier,
            n=generation.n,
            seed="" if seed is None else str(seed),
            output_format=request.output_format or FORMAT,
            avoid=request.negative_prompt or "",
            quality=request.quality or "",
            is_transparent=("background", "transparent") in request.extras,
            searches=bool(request.searches),
            provider=provider_of(request.wishes),
            references=tuple(map(token_of, request.references)),
            is_rehearsal=generation.is_test,
        )

    def ask(self) -> Ask:
        """Say it in the service's words."""
        extras = {
            "background": "transparent" if self.is_transparent else None,
            "web_search": self.searches or None,
        }
        return Ask(
            prompt=self.prompt,
            model=self.model or None,
            n=self.n,
            aspect_ratio=None if self.shape == AUTO else self.shape,
            resolution=self.tier or None,
            quality=self.quality or None,
            seed=self.seed_number(),
            negative_prompt=self.avoid or None,
            response_format="url",
            output_format=self.output_format,
            extras=tuple((name, said) for name, said in extras.items() if said),
        )

    def terms(self) -> Terms:
        """Say which providers may paint it."""
        if self.provider.startswith(ONLY):
            return Terms(wishes=Wishes(only=(self.provider.removeprefix(ONLY),)))
        for known in SORTS:
            if self.provider == known:
                return Terms(wishes=Wishes(sort=known))
        return USUAL

    def seed_number(self) -> int | None:
        seed = whole(self.seed)
        if self.seed and seed is None:
            raise BadRequest(_("A seed is a whole number, such as 2048117."), "seed")
        return seed


def named_in(form: QueryDict) -> tuple[str, ...]:
    """Return the pictures a form names, each once."""
    return tuple(dict.fromkeys(filter(None, form.getlist("reference"))))


def count_in(form: QueryDict, usual: int) -> int:
    """Read how many pictures; a button that says fewer is heard before the settings."""
    said = form.get("fewer") or form.get("n")
    return usual if said is None else whole(said) or 0


def rivals_in(form: QueryDict) -> tuple[str, ...]:
    """Read the other models of a comparison; a single run has none."""
    if form.get("mode") == "single":
        return ()
    named = [name for name in form.getlist("rival") if name]
    return tuple(named[:MOST_RIVALS])


def provider_of(wishes: Wishes) -> str:
    if wishes.only:
        return f"{ONLY}{wishes.only[0]}"
    return wishes.sort if wishes.sort in SORTS else ""


def whole(text: str) -> int | None:
    """Read a whole number, or nothing."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None
