"""What the arena publishes, in the API's description: the shape, with an example."""

from typing import Any, Literal

from playground.api.openapi.shapes import Shape

Json = dict[str, Any]


class ArenaMethod(Shape):
    """How ratings are worked out; a lead of 100 wins 64 of 100."""

    model: Literal["bradley-terry"]
    ties: Literal["half"]
    scale: int
    base: int
    mean: int
    interval: float
    hidden_under: int
    preliminary_under: int


class ArenaModel(Shape):
    """Models whose intervals overlap share a rank."""

    model: str
    rank: int
    rating: float
    low: float
    high: float
    votes: int
    wins: int
    losses: int
    ties: int
    preliminary: bool


class ArenaHidden(Shape):
    """A model with too few votes to be rated, or that no votes link with the others."""

    model: str
    votes: int


class HeadToHead(Shape):
    models: list[str]
    wins: list[int]
    ties: int
    both_bad: int


class Arena(Shape):
    object: Literal["arena"]
    task: Literal["pictures", "edits"]
    category: str | None
    demo: bool
    computed_at: int | None
    votes: int
    votes_set_aside: int
    comparisons: int
    method: ArenaMethod
    models: list[ArenaModel]
    hidden: list[ArenaHidden]
    head_to_head: list[HeadToHead]


EVERY: tuple[type[Shape], ...] = (
    *(ArenaMethod, ArenaModel, ArenaHidden, HeadToHead, Arena),
)

ARENA: Json = {
    "object": "arena",
    "task": "pictures",
    "category": None,
    "demo": False,
    "computed_at": 1_795_226_400,
    "votes": 4807,
    "votes_set_aside": 115,
    "comparisons": 0,
    "method": {
        "model": "bradley-terry",
        "ties": "half",
        "scale": 400,
        "base": 10,
        "mean": 1000,
        "interval": 0.95,
        "hidden_under": 30,
        "preliminary_under": 300,
    },
    "models": [
        {
            "model": "gpt-image-2",
            "rank": 1,
            "rating": 1113.2,
            "low": 1091.4,
            "high": 1135.0,
            "votes": 1282,
            "wins": 700,
            "losses": 398,
            "ties": 184,
            "preliminary": False,
        }
    ],
    "hidden": [{"model": "recraft-v3", "votes": 21}],
    "head_to_head": [
        {
            "models": ["flux.2-pro", "gpt-image-2"],
            "wins": [77, 133],
            "ties": 24,
            "both_bad": 8,
        }
    ],
}
