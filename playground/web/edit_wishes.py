"""What the edit page's form says, before anyone has judged it.

Like a `Wish` it is lenient about settings: what a model does not know is put right by
the panel. Numbers for a rectangle or a frame are another matter: somebody wrote them,
so what cannot be read or does not fit is said.
"""

from dataclasses import dataclass, replace

from django.http import QueryDict
from django.utils.translation import gettext as _

from playground.generation.errors import BadRequest
from playground.generation.masks import Box
from playground.generation.sheets import NO_FRAME, Frame, frame_to_ratio
from playground.generation.sizes import Pixels, ratio_in
from playground.web.wishes import count_in, named_in, whole

SIDES = ("left", "top", "right", "bottom")
EDGES = ("x", "y", "width", "height")
RATIOS = ("1:1", "4:5", "3:4", "2:3", "9:16", "5:4", "4:3", "3:2", "16:9", "21:9")
ONWARD = "Go on with what is there."


@dataclass(frozen=True, slots=True)
class EditWish:
    """The form as text and numbers; empty means that nobody said."""

    prompt: str = ""
    model: str = ""
    tier: str = ""
    n: int = 1
    quoted_microcredits: int | None = None
    sides: tuple[str, ...] = ("", "", "", "")
    ratio: str = ""
    edges: tuple[str, ...] = ("", "", "", "")
    mask_of: str = ""
    is_painted: bool = False
    references: tuple[str, ...] = ()
    is_rehearsal: bool = False

    @classmethod
    def of(cls, form: QueryDict) -> "EditWish":
        """Read the form, or a link that fills it."""
        return cls(
            prompt=form.get("prompt", "").strip(),
            model=form.get("model", ""),
            tier=form.get("resolution", ""),
            n=count_in(form, 1),
            quoted_microcredits=whole(form.get("quoted", "")),
            sides=tuple(form.get(f"frame_{side}", "").strip() for side in SIDES),
            ratio=form.get("frame_ratio", "").strip(),
            edges=tuple(form.get(f"mask_{edge}", "").strip() for edge in EDGES),
            mask_of=form.get("mask_of", ""),
            is_painted=form.get("painted", "") == "1",
            references=named_in(form),
            is_rehearsal="rehearse" in form,
        )

    @property
    def has_box(self) -> bool:
        return any(self.edges)

    @property
    def has_place(self) -> bool:
        """Say whether a place in the picture was chosen, one way or another."""
        return self.is_painted or self.has_box or bool(self.mask_of)

    @property
    def has_frame(self) -> bool:
        return bool(self.ratio) or any(side not in ("", "0") for side in self.sides)

    @property
    def needs_mask(self) -> bool:
        return self.has_place or self.has_frame

    @property
    def words(self) -> str:
        """A frame needs no words: what is there goes on."""
        return self.prompt or (ONWARD if self.has_frame else "")

    def frame(self, picture: Pixels) -> Frame:
        """Read the frame around a picture of this size, or say what would work."""
        if self.ratio:
            return self.frame_to(self.ratio, picture)
        frame = Frame(*(number(side, "frame") for side in self.sides))
        if frame.fits(picture):
            return frame
        message = _(
            "Add whole numbers of pixels, on each side at most twice the picture's own"
            " %(width)d by %(height)d."
        )
        words = {"width": picture[0], "height": picture[1]}
        raise BadRequest(message % words, param="frame", code="bad_frame")

    def frame_to(self, ratio: str, picture: Pixels) -> Frame:
        wanted = ratio_in(ratio)
        frame = frame_to_ratio(picture, wanted) if wanted else NO_FRAME
        if frame and frame.fits(picture):
            return frame
        if wanted and frame.fits(picture):
            message = _("The picture has this shape already. Choose another one.")
        else:
            message = _(
                "Write a shape such as 16:9, not wider than the picture thrice."
            )
        raise BadRequest(message, param="frame", code="bad_frame")

    def box(self) -> Box | None:
        """Read the rectangle, if any number of it was given."""
        if not self.has_box:
            return None
        return Box(*(number(edge, "mask") for edge in self.edges))

    def lenient_frame(self, picture: Pixels) -> Frame:
        """Read the frame while it is being written: what makes no sense is none."""
        try:
            return self.frame(picture)
        except BadRequest:
            return NO_FRAME

    def with_settings(self, *, model: str, tier: str, n: int) -> "EditWish":
        return replace(self, model=model, tier=tier, n=n)


def number(text: str, param: str) -> int:
    value = whole(text or "0")
    if value is None or value > 99_999:
        message = _("Write whole numbers of pixels, without a sign or a unit.")
        raise BadRequest(message, param=param, code=f"bad_{param}")
    return value
