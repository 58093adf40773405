"""What stands in an address or a header of a call, as the API's description says it."""

from typing import Any

from playground.arena.models import Category

Json = dict[str, Any]
CHOICES = {
    "dry_run": ["true", "false"],
    "retention": ["1h", "7d", "30d", "forever"],
    "window": ["24h", "7d", "30d", "90d"],
    "task": ["pictures", "edits"],
    "category": Category.values,
    "X-Easel-Strict": ["0", "1"],
}


def parameter(place: str, name: str, example: str, description: str) -> Json:
    said = {"example": example} if example else {}
    choice: Json = {"enum": CHOICES[name]} if name in CHOICES else {}
    pattern = {"pattern": "^[!-~]{1,64}$"} if place == "header" else {}
    return {
        "name": name,
        "in": place,
        "required": False,
        "description": description,
        "schema": {"type": "string", **(choice or pattern)},
        **said,
    }


def name_a_model(parameters: list[Json]) -> None:
    """Give an example where a path wants a model."""
    for one in parameters:
        if one["in"] == "path" and one["name"] in ("model", "name"):
            one["example"] = "sketch-1"
