"""From the edit page's form to an order: what is asked, and the pictures it starts from.

First a plan: how large the result is, what a model hears of the conversation. It holds
no picture yet, and is enough to tell the price. Then, once nothing speaks against the
order, the pictures are read, laid on their sheets and stored.
"""

from dataclasses import dataclass, replace
from io import BytesIO

from PIL import Image

from playground.generation import masks
from playground.generation.inbox import Parcel, content_of, packed, put_by
from playground.generation.inputs import InputPicture, as_png, picture_in
from playground.generation.offered import Model
from playground.generation.request import Ask, ImageRequest
from playground.generation.sheets import (
    Scaled,
    Sheet,
    cut_out,
    laid_out,
    opened,
    scaled,
    sheet_for,
)
from playground.generation.studio import studio
from playground.web.edit_wishes import EditWish
from playground.web.past import NO_PAST, Kept, Past, past_of
from playground.web.versions import Conversation, Version

LATER = "later"  # stands for the name of a picture that is not stored yet
OWN_FORMATS = ("avif",)  # made here, and not read when strangers send it


@dataclass(frozen=True, slots=True)
class Scene:
    """The version to change, and the conversation it belongs to."""

    version: Version
    talk: Conversation


@dataclass(frozen=True, slots=True)
class Plan:
    """An order without its pictures; `what` is set when they go on a sheet."""

    ask: Ask
    what: Scaled | None = None
    past: Past = NO_PAST


@dataclass(frozen=True, slots=True)
class Brought:
    """What came with the form: further pictures by their names, and a painted mask."""

    references: tuple[str, ...] = ()
    mask: bytes = b""


def planned(wish: EditWish, scene: Scene, model: Model) -> Plan:
    """Say what a form asks for. The picture's shape stays, or grows by the frame."""
    count = 1 + len(wish.references)
    ask = Ask(
        prompt=wish.words,
        model=model.id,
        n=wish.n,
        resolution=wish.tier or None,
        response_format="url",
        references=(LATER,) * count,
        first_size=scene.version.size,
    )
    if model.capabilities.multi_turn and not wish.needs_mask:
        past = past_of(scene.version, scene.talk, model, references=count)
        earlier = (LATER,) * len(past.earlier)
        turns = past.turns(wish.words, count)
        return Plan(replace(ask, turns=turns, earlier=earlier), past=past)
    frame = wish.frame(scene.version.size)
    what = scaled(scene.version.size, frame, model.sizes, wish.tier)
    size = f"{what.size[0]}x{what.size[1]}"
    ask = replace(ask, resolution=None, size=size, fit="cover", output_format="png")
    if wish.needs_mask:
        ask = replace(ask, mask=LATER, keeps_outside=True)
    return Plan(ask, what)


@dataclass(frozen=True, slots=True)
class Work:
    """Everything a thread needs to make the pictures of an order.

    `order` is the order as it was quoted: it knows the size that will be painted.
    """

    plan: Plan
    wish: EditWish
    scene: Scene
    brought: Brought
    order: ImageRequest
    account_id: str

    def done(self) -> Ask:
        """Read, lay out and store what the order starts from, and name it."""
        first, mask = self.base()
        earlier = [self.earlier(one) for one in self.plan.past.earlier]
        parcels = [first, *(one for one in earlier if isinstance(one, Parcel))]
        put_by([*parcels, mask] if mask else parcels)
        return replace(
            self.plan.ask,
            references=(first.name, *self.brought.references),
            mask=mask.name if mask else "",
            earlier=tuple(one if isinstance(one, str) else one.name for one in earlier),
        )

    def earlier(self, one: Kept) -> Parcel | str:
        return one if isinstance(one, str) else packed(self.account_id, read(one))

    def base(self) -> tuple[Parcel, Parcel | None]:
        """Return the picture to change, on its sheet if it needs one, and the mask."""
        picture = read(self.scene.version)
        if self.plan.what is None:
            return packed(self.account_id, picture), None
        sheet = sheet_for(self.plan.what, (self.order.width, self.order.height))
        mask = None
        if self.wish.needs_mask:
            mask = packed(self.account_id, masks.as_mask(opened(self.place(), sheet)))
        if not sheet.is_bare or sheet.picture != (picture.width, picture.height):
            picture = on_sheet(picture, sheet)
        return packed(self.account_id, picture), mask

    def place(self) -> Image.Image | None:
        """Return where the picture itself may change."""
        size = self.scene.version.size
        places = []
        if self.brought.mask:
            places.append(masks.painted(self.brought.mask, size))
        if box := self.wish.box():
            places.append(masks.rectangle(box, size))
        if turn := self.scene.talk.turn_by_id(self.wish.mask_of):
            places.append(used_in(turn.run.request, size))
        place = masks.together(places)
        if place is None and not self.wish.has_frame:
            raise masks.nothing_open()
        return place


async def prepared(work: Work) -> Ask:
    """Let a thread do it; few do that at once."""
    return await studio().hands.one_of_few(work.done)


def used_in(request: ImageRequest, size: tuple[int, int]) -> Image.Image:
    """Return the place that an earlier turn changed, in a picture of this size."""
    stored = Image.open(BytesIO(content_of(request.mask)), formats=["PNG"])
    return cut_out(masks.place_in(stored), size).point([0] * 128 + [255] * 128)


def on_sheet(picture: InputPicture, sheet: Sheet) -> InputPicture:
    laid = laid_out(Image.open(BytesIO(picture.data)), sheet)
    return InputPicture(as_png(laid), *laid.size, "png", has_alpha=laid.mode == "RGBA")


def read(version: Version) -> InputPicture:
    """Read a version as if it had been sent."""
    data = version.content()
    if version.format in OWN_FORMATS:
        data = as_png(Image.open(BytesIO(data)).convert("RGB"))
    return picture_in(data, "image")
