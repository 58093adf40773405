"""Put a value where a dotted name says: "generationConfig.seed" is two levels deep."""

from collections.abc import Mapping
from typing import Any


def placed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values as a tree; a plain name stays on top."""
    tree: dict[str, Any] = {}
    for path, value in values.items():
        *above, name = path.split(".")
        level = tree
        for step in above:
            level = level.setdefault(step, {})
        level[name] = value
    return tree
