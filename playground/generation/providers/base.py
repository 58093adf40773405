"""What a provider is to the rest of the house: one method, and four ways to fail.

An adapter turns a `Commission` into an `Answer` or raises one of the failures
below. It knows its own wire and nothing of accounts, money or Django.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from mmap import mmap
from types import MappingProxyType
from typing import Any, Literal, Protocol

NOTHING: Mapping[str, Any] = MappingProxyType({})
# A picture to edit: in memory, or still in its file, where it waits for its turn.
Bytes = bytes | mmap


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a conversation: words or a picture, and the model's own mark on it.

    `picture` is its place among all the pictures: those to edit, then earlier ones.
    A `signature` goes back to the model that made it as it came, to the byte.
    """

    text: str = ""
    picture: int | None = None
    is_thought: bool = False
    signature: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """What one side said at a time."""

    role: Literal["user", "model"]
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class PictureFields:
    """Under which names an upstream takes pictures to edit, and whether as a list."""

    pictures: str = "image"
    is_list: bool = True
    mask: str = "mask"


@dataclass(frozen=True, slots=True)
class Preview:
    """How far a picture has come: `place` is its place among those that were asked for.

    It is a picture of its own, in `data`. Nobody keeps it, and nobody pays for it.
    """

    place: int
    number: int
    data: bytes


Show = Callable[[Preview], None]


@dataclass(frozen=True, slots=True)
class Commission:
    """One call to one provider, in that offer's terms. With pictures, it is an edit.

    Somebody watches when there is `show`: it is told of so many previews of each
    picture, by an upstream that really makes them.
    `turns` is the whole conversation for a model that follows one; its last words are
    the prompt. `earlier` holds the pictures in it that are not edited now.
    """

    upstream: str
    prompt: str
    n: int
    shape: str
    tier: str
    width: int
    height: int
    deadline_seconds: float
    seed: int | None = None
    negative_prompt: str | None = None
    quality: str | None = None
    output_format: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    in_background: bool = False
    pictures: tuple[Bytes, ...] = ()
    mask: Bytes | None = None
    turns: tuple[Turn, ...] = ()
    earlier: tuple[Bytes, ...] = ()
    fields: PictureFields = PictureFields()
    previews: int = 0
    show: Show | None = None


@dataclass(frozen=True, slots=True)
class PaintedPicture:
    """One picture as it came from the provider, not yet opened.

    `base64` is the provider's own spelling of it, where that is the standard one.
    `signature` is the model's mark on it, which a conversation has to bring back.
    """

    data: bytes
    seed: int | None = None
    revised_prompt: str = ""
    base64: bytes | memoryview | None = None
    signature: str = ""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a call took in tokens, as the provider counts them."""

    text_in: int = 0
    pictures_in: int = 0
    out: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: pictures, and what is worth noting about the call."""

    pictures: tuple[PaintedPicture, ...]
    upstream_request_id: str = ""
    first_byte_seconds: float | None = None
    cost_microusd: int | None = None
    tokens: Tokens | None = None


class Provider(Protocol):
    """An adapter. `paint` returns an answer or raises a `ProviderFailure`."""

    async def paint(self, commission: Commission) -> Answer: ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Access:
    """How one provider lets us in: our secret there, and where it is if not at home.

    `is_local`: it is ours, or a simulator, so its results may lie on a private network.
    """

    secret: str = field(default="", repr=False)
    base_url: str = ""
    is_local: bool = False
    options: Mapping[str, str] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class Trade:
    """What the house knows of an adapter before it is opened: one row of `connected`."""

    name: str
    label: str
    open: Callable[[Access], Provider]
    edits: bool = False
    masks: bool = False


@dataclass(frozen=True, slots=True)
class Channel:
    """A way to a provider: its trade, the access we have there, and how it is used.

    A higher priority goes first; equals share the load by weight. One without groups is
    for every group. The limits are those of one process.
    """

    name: str
    trade: Trade
    access: Access = Access()
    priority: int = 0
    weight: int = 1
    concurrency: int | None = None
    per_minute: int | None = None
    groups: frozenset[str] = frozenset()

    def opened(self) -> Provider:
        return self.trade.open(self.access)


class ProviderFailure(Exception):
    """Something went wrong at a provider. `reason` is for the log, not the customer.

    `ran` says whether the provider may have done (and billed) the work. `words` are what
    the provider itself says, without anything of ours: of a refusal they are passed on.
    """

    outcome = "broken"

    def __init__(
        self,
        reason: str,
        *,
        status: int | None = None,
        ran: Literal["no", "yes", "unknown"] = "no",
        retry_after_seconds: float | None = None,
        words: str = "",
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.ran = ran
        self.retry_after_seconds = retry_after_seconds
        self.words = words


class Refused(ProviderFailure):
    """The model will not paint this: stop, and tell the customer."""

    outcome = "refused"


class Busy(ProviderFailure):
    """Too many requests, or out of quota: the next offer, please."""

    outcome = "busy"


class Broken(ProviderFailure):
    """It failed, timed out or answered nonsense: the next offer, please."""

    outcome = "broken"


class Late(Broken):
    """It did not answer in time: the next offer, please."""


class Misconfigured(ProviderFailure):
    """Our credential, address or model name is wrong: next offer, tell the operator."""

    outcome = "misconfigured"
