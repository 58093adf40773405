"""The words everyone speaks: what is asked, and who pays.

A door makes an `Ask`, in the caller's own terms. `normalise` turns it into an
`ImageRequest`, in the model's terms; from there on nobody knows which door it
came through. A `Buyer` is whoever asked, as far as money and limits care. `Terms`
are what the caller said beside the picture.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from operator import attrgetter
from typing import Any, Literal, Self

from accounts.limits import Limits
from playground.generation.providers.base import Piece, Turn

Lane = Literal["api", "browser", "guest", "batch"]
Fit = Literal["cover", "contain", "exact", "none"]
ResponseFormat = Literal["url", "b64_json"]
Change = Literal["mapped", "clamped", "dropped", "emulated", "advice"]
Strategy = Literal["balanced", "fastest", "cheapest", "most_reliable"]
FORMATS = ("png", "jpeg", "webp", "avif", "gif")


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who asked: the account (and its wallet), the key or person, and the price level.

    `member_id` is the person whose monthly limit it counts in: a key's maker, say.
    A treat is one of the free pictures that a person has every day. Whoever is blocked
    is so for a reason.
    """

    account_id: str
    group: str
    multiplier: Decimal
    lane: Lane
    key_id: str | None = None
    person_id: int | None = None
    member_id: int | None = None
    is_test: bool = False
    kept_seconds: int | None = None
    network: str = ""
    limits: Limits | None = None
    is_treat: bool = False
    blocked_because: str = ""

    @property
    def pays(self) -> bool:
        """Guests and test keys paint for nothing, and so does whoever has a treat."""
        return not self.is_test and not self.is_treat and self.lane != "guest"


@dataclass(frozen=True, slots=True)
class Ask:
    """What was asked, as the door understood it. `None` means the caller did not say.

    `references` and `mask` name stored pictures; `first_size` is the first one's.
    `turns` is the conversation that ends with the prompt, if there was one before it,
    and `earlier` names the pictures in it that are not to be edited now. `keeps_outside`
    has what the mask protects put back as it was, whatever the model made of it.
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
    turns: tuple[Turn, ...] = ()
    earlier: tuple[str, ...] = ()
    keeps_outside: bool = False


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a caller wants an order routed. What is empty is left to the house.

    `order` names providers to ask first, `only` and `ignore` say which may be asked at
    all. `models` may paint instead, each at its own price. `max_price` is in credits.
    """

    order: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    sort: Strategy = "balanced"
    max_price: str = ""
    allow_fallbacks: bool = True
    fallback_on_refusal: bool = False
    models: tuple[str, ...] = ()
    deadline_seconds: float | None = None


NO_WISHES = Wishes()


@dataclass(frozen=True, slots=True)
class Terms:
    """How an order is handled, beside what is painted. `None` means nobody said.

    `kept_seconds` says how long its pictures are kept; 0 is for good. A strict order is
    painted exactly as asked, or not at all. What was promised is the most that one
    picture costs.
    """

    user: str | None = None
    metadata: Mapping[str, str] | None = None
    kept_seconds: int | None = None
    webhook_url: str = ""
    webhook_events: tuple[str, ...] = ()
    is_strict: bool = False
    quote_id: str = ""
    promised_microcredits: int | None = None
    wishes: Wishes = NO_WISHES


USUAL = Terms()


KEY_HOURS = 24  # how long such a name stands for its order


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
    body_digest: str = ""
    repetition: int = 0


@dataclass(frozen=True, slots=True)
class Note:
    """Something that was mapped, clamped, dropped or emulated, said aloud.

    Advice changes nothing: it is no reason to refuse a caller who wants no changes.
    """

    field: str
    message: str
    kind: Change = "mapped"

    def to_json(self) -> dict[str, str]:
        return {"field": self.field, "kind": self.kind, "message": self.message}


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
    turns: tuple[Turn, ...] = ()
    earlier: tuple[str, ...] = ()
    keeps_outside: bool = False
    wishes: Wishes = NO_WISHES
    instead: tuple["Instead", ...] = ()

    def with_prompt(self, prompt: str) -> Self:
        """Return the same with another prompt; `replace` would take ten times as long."""
        model, _prompt, *others = FIELDS_OF(self)
        return type(self)(model, prompt, *others)

    @property
    def looks_at(self) -> int:
        """How many pictures the model is shown."""
        return len(self.references) + len(self.earlier)

    @property
    def searches(self) -> int:
        """How often the web is searched for one picture."""
        return int(("web_search", True) in self.extras)

    def to_json(self) -> dict[str, Any]:
        """Return plain data for the order's row, as JSON would give it back."""
        notes = [note.to_json() for note in self.notes]
        own = dict(zip(FIELDS, FIELDS_OF(self), strict=True))
        return own | {
            "notes": notes,
            "turns": [asdict(turn) for turn in self.turns],
            "wishes": None if self.wishes is NO_WISHES else asdict(self.wishes),
            "instead": [one.to_json() for one in self.instead],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Read back what `to_json` wrote."""
        notes = tuple(Note(**note) for note in data["notes"])
        extras = tuple((name, value) for name, value in data["extras"])
        read = {
            "notes": notes,
            "extras": extras,
            "references": tuple(data.get("references", ())),  # older rows have none
            "turns": tuple(turn_in(turn) for turn in data.get("turns", ())),
            "earlier": tuple(data.get("earlier", ())),
            "wishes": wishes_in(data.get("wishes")),
            "instead": tuple(Instead.from_json(one) for one in data.get("instead", ())),
        }
        return cls(**{**data, **read})


FIELDS = tuple(one.name for one in fields(ImageRequest))
FIELDS_OF = attrgetter(*FIELDS)


@dataclass(frozen=True, slots=True)
class Instead:
    """The same order in another model's terms, and what its picture costs."""

    request: ImageRequest
    unit_price_microcredits: int

    def to_json(self) -> dict[str, Any]:
        price = self.unit_price_microcredits
        return {"request": self.request.to_json(), "unit_price_microcredits": price}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        request = ImageRequest.from_json(data["request"])
        return cls(request, data["unit_price_microcredits"])


def wishes_in(data: dict[str, Any] | None) -> Wishes:
    """Read back how an order is to be routed."""
    if data is None:
        return NO_WISHES
    listed = {name: tuple(data[name]) for name in ("order", "only", "ignore", "models")}
    return Wishes(**{**data, **listed})


def turn_in(data: dict[str, Any]) -> Turn:
    """Read back a turn of a conversation."""
    return Turn(data["role"], tuple(Piece(**piece) for piece in data["pieces"]))
