"""The versions of a picture, and the conversation in which they came about.

A version is a picture that was painted here or brought along. A conversation is all
that was asked about one picture and its descendants, in the order in which it was
asked; each turn says which version it changed, so one may go back and on from any.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from string import ascii_lowercase

from django.core.files.storage import default_storage
from django.db.models import Q
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from playground.generation.links import EXTENSIONS
from playground.generation.models import Generation, Picture
from playground.generation.sizes import SHAPES, Pixels, nearest, ratio_of
from playground.web.models import EditTurn, Upload
from playground.web.runs import Run, runs_of
from playground.web.seen import orders_seen
from playground.web.slots import Slot, picture_url
from playground.web.uploads import own_uploads

FIRST = "1"


@dataclass(frozen=True, slots=True)
class Version:
    """One picture of a conversation, whoever made it."""

    id: str
    title: str
    size: Pixels
    file: str
    format: str
    url: str
    picture: Picture | None = None

    @property
    def width(self) -> int:
        return self.size[0]

    @property
    def height(self) -> int:
        return self.size[1]

    @property
    def shape(self) -> str:
        """The shape in which a small copy is shown: the nearest that pages can draw."""
        return nearest(self.width / self.height, {one: ratio_of(one) for one in SHAPES})

    @property
    def file_name(self) -> str:
        """What a downloaded copy is called."""
        return f"easel-{self.id}.{EXTENSIONS[self.format]}"

    def content(self) -> bytes:
        try:
            with default_storage.open(self.file) as file:
                data: bytes = file.read()
                return data
        except FileNotFoundError as error:
            raise Http404 from error


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing that was asked, as the conversation shows it."""

    run: Run
    base: str
    base_label: str
    labels: tuple[str, ...]
    is_onward: bool
    frame: tuple[int, ...] = ()

    @property
    def id(self) -> str:
        return self.run.id

    @property
    def has_mask(self) -> bool:
        """Say whether a part of the picture was chosen: a frame needs a mask of its own."""
        return bool(self.run.request.mask) and not self.frame

    @property
    def slots(self) -> list[tuple[str, Slot]]:
        return list(zip(self.labels, self.run.slots, strict=True))

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(slot.picture_id for slot in self.run.pictures)


@dataclass(frozen=True, slots=True)
class Conversation:
    """A picture, and everything that was asked about it."""

    root_id: str
    root: Version | None
    turns: tuple[Turn, ...]

    @property
    def is_live(self) -> bool:
        return any(turn.run.is_live for turn in self.turns)

    def version(self, version_id: str) -> Version | None:
        """Return a picture of this conversation, while it is kept."""
        if version_id == self.root_id:
            return self.root
        turn = self.turn_of(version_id)
        pictures = [slot.picture for slot in turn.run.pictures] if turn else []
        return next(
            (made_here(one) for one in pictures if one and one.pk == version_id), None
        )

    def label_of(self, version_id: str) -> str:
        """What a version is called here."""
        return dict(self.labels()).get(version_id, FIRST)

    def labels(self) -> Iterator[tuple[str, str]]:
        yield self.root_id, FIRST
        for turn in self.turns:
            for label, slot in zip(turn.labels, turn.run.slots, strict=True):
                yield slot.picture_id, label

    def turn_of(self, version_id: str) -> Turn | None:
        """Return the turn in which a version was made; the first one has none."""
        made = (turn for turn in self.turns if version_id in turn.ids)
        return next(made, None) if version_id else None

    def turn_by_id(self, generation_id: str) -> Turn | None:
        return next((one for one in self.turns if one.id == generation_id), None)

    def path_to(self, version_id: str) -> list[Turn]:
        """Return the turns that lead to a version, the first one first."""
        path: list[Turn] = []
        while (turn := self.turn_of(version_id)) and turn not in path:
            path.insert(0, turn)
            version_id = turn.base
        return path


def find_version(request: HttpRequest, version_id: str) -> Version:
    """Find a picture that may be seen; any other looks like a missing one."""
    version = version_of(request, version_id)
    if version is None:
        raise Http404
    return version


def version_of(request: HttpRequest, version_id: str) -> Version | None:
    if version_id.startswith("upl_"):
        upload = own_uploads(request).filter(pk=version_id).first()
        return brought(upload) if upload else None
    order = orders_seen(request).filter(pictures__pk=version_id).first()
    pictures = order.pictures.all() if order else []
    return next((made_here(one) for one in pictures if one.pk == version_id), None)


def brought(upload: Upload) -> Version:
    return Version(
        id=upload.pk,
        title=upload.title or _("A picture of yours"),
        size=(upload.width, upload.height),
        file=upload.file,
        format=upload.format,
        url=reverse("upload", args=[upload.pk]),
    )


def made_here(picture: Picture) -> Version:
    return Version(
        id=picture.pk,
        title=picture.generation.prompt,
        size=(picture.width, picture.height),
        file=picture.file,
        format=picture.format,
        url=picture_url(picture),
        picture=picture,
    )


def conversation_about(request: HttpRequest, version: Version) -> Conversation:
    """Return the conversation a version belongs to, or may begin."""
    root_id = root_of(version)
    turns = orders_seen(request).filter(edit_turn__root=root_id)
    orders = list(turns.select_related("edit_turn"))
    root = version if version.id == root_id else version_of(request, root_id)
    return Conversation(root_id, root, turns_of(root_id, orders[::-1]))


def root_of(version: Version) -> str:
    if version.picture is None:
        return version.id
    order = version.picture.generation_id
    is_of = Q(generation=order) | Q(generation__retries__generation=order)
    turn = EditTurn.objects.filter(is_of).first()
    return turn.root if turn else version.id


def turns_of(root_id: str, orders: list[Generation]) -> tuple[Turn, ...]:
    """Number the versions in the order in which they were asked for."""
    labels = {root_id: FIRST}
    turns: list[Turn] = []
    newest = {root_id}
    for number, run in enumerate(runs_of(orders), start=2):
        order, step = run.generation, run.generation.edit_turn
        own = tuple(label(number, place, order.n) for place in range(order.n))
        is_onward = step.base in newest
        turns.append(
            Turn(
                run=run,
                base=step.base,
                base_label=labels.get(step.base, FIRST),
                labels=own,
                is_onward=is_onward,
                frame=tuple(step.frame or ()),
            )
        )
        made = {slot.picture_id for slot in run.pictures}
        newest = made or newest
        labels |= {
            slot.picture_id: name
            for name, slot in zip(own, run.slots, strict=True)
            if slot.picture_id
        }
    return tuple(turns)


def label(number: int, place: int, of: int) -> str:
    """Call a version by its turn: 2, or 2a and 2b when a turn made several."""
    return f"{number}{ascii_lowercase[place]}" if of > 1 else str(number)
