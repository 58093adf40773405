"""Put a value where a dotted name says: "generationConfig.seed" is two levels deep."""

from collections.abc import Mapping
from typing import Any

from playground.generation.providers.asking import data_uri
from playground.generation.providers.base import Commission, Misconfigured


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


def placed_with_pictures(commission: Commission) -> dict[str, Any]:
    """Return the offer's own fields, and the pictures to edit under its names for them."""
    fields, uris = commission.fields, [data_uri(one) for one in commission.pictures]
    if len(uris) > 1 and not fields.is_list:
        said = f"{commission.upstream} takes one picture in {fields.pictures}"
        raise Misconfigured(f"{said}, and should get {len(uris)}")
    pictures = {fields.pictures: uris if fields.is_list else uris[0]} if uris else {}
    mask = {fields.mask: data_uri(commission.mask)} if commission.mask else {}
    return placed({**commission.parameters, **pictures, **mask})
