"""The words everyone speaks: what is asked, and who pays.

A door makes an `Ask`, in the caller's own terms. `normalise` turns it into an
`ImageRequest`, in the model's terms; from there on nobody knows which door it
came through. A `Buyer` is whoever asked, as far as money and limits care. `Terms`
are what the caller said beside the picture.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, Self

Lane = Literal["api", "browser", "guest"]
Fit = Literal["cover", "contain", "exact", "none"]
ResponseFormat = Literal["url", "b64_json"]
FORMATS = ("png", "jpeg", "webp", "avif", "gif")


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who asked: the account (and its wallet), the key or person, and the price level."""

    account_id: str
    group: str
    multiplier: Decimal
    lane: Lane
    key_id: str | None = None
    person_id: int | None = None
    is_test: bool = False
    is_capped: bool = False
    network: str = ""

    @property
    def pays(self) -> bool:
        """Guests and test keys paint for nothing."""
        return not self.is_test and self.lane != "guest"


@dataclass(frozen=True, slots=True)
class Ask:
    """What was asked, as the door understood it. `None` means the caller did not say.

    `references` and `mask` name stored pictures; `first_size` is the first one's.
    """

    prompt: str
    model: str | None = None
    n: int | None = None
    size: str | None = None
    aspect_ratio: str | None = None
    resolution: str | None = None
    fit: Fit | None = None
    quality: str | None = None
    seed: int | None = None
    negative_prompt: str | None = None
    response_format: ResponseFormat | None = None
    output_format: str | None = None
    output_compression: int | None = None
    extras: tuple[tuple[str, Any], ...] = ()
    references: tuple[str, ...] = ()
    mask: str = ""
    first_size: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """How an order is handled, beside what is painted. `None` means nobody said.

    `kept_seconds` says how long its pictures are kept; 0 is for good.
    """

    user: str | None = None
    metadata: Mapping[str, str] | None = None
    kept_seconds: int | None = None
    webhook_url: str = ""
    webhook_events: tuple[str, ...] = ()


USUAL = Terms()


@dataclass(frozen=True, slots=True)
class Once:
    """The caller's own name for this order, and what was asked under it."""

    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Call:
    """How an order comes in: by which door, at once or queued, and under which name."""

    endpoint: str
    state: str
    generation_id: str = ""
    once: Once | None = None
    terms: Terms = USUAL


@dataclass(frozen=True, slots=True)
class Note:
    """Something that was mapped, clamped, dropped or emulated, said aloud."""

    field: str
    message: str


@dataclass(frozen=True, slots=True)
class ImageRequest:
    """What will be painted, in the model's own terms."""

    model: str
    prompt: str
    n: int
    shape: str
    tier: str
    width: int
    height: int
    target_width: int
    target_height: int
    fit: Fit
    quality: str | None
    seed: int | None
    negative_prompt: str | None
    response_format: ResponseFormat
    output_format: str | None
    output_compression: int | None
    requested_size: str
    extras: tuple[tuple[str, Any], ...] = ()
    notes: tuple[Note, ...] = ()
    references: tuple[str, ...] = ()
    mask: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return plain data for the order's row, as JSON would give it back."""
        notes = [{"field": note.field, "message": note.message} for note in self.notes]
        own = {name: getattr(self, name) for name in self.__slots__}
        return own | {"notes": notes}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Read back what `to_json` wrote."""
        notes = tuple(Note(**note) for note in data["notes"])
        extras = tuple((name, value) for name, value in data["extras"])
        references = tuple(data.get("references", ()))  # older rows have none
        read = {"notes": notes, "extras": extras, "references": references}
        return cls(**{**data, **read})
