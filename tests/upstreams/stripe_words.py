"""What Stripe's own library says may be asked: names, and values, however deep.

The types in `stripe.params` are read as they are written. A name they do not know, one
they require that is missing, and a value of another kind are refused, as Stripe would.
"""

import re
from functools import cache
from importlib import import_module
from typing import Any


class WrongWords(Exception):
    """Parameters that Stripe's types do not allow."""


def tree_of(params: dict[str, str]) -> dict[str, Any]:
    """Fold `line_items[0][quantity]=1` into `{"line_items": {"0": {"quantity": "1"}}}`."""
    tree: dict[str, Any] = {}
    for name, value in params.items():
        *way, last = re.findall(r"[^\[\]]+", name)
        place = tree
        for step in way:
            place = place.setdefault(step, {})
        place[last] = value
    return tree


def check(params: dict[str, str], module: str, root: str) -> dict[str, Any]:
    """Return the parameters as a tree, or raise."""
    tree = tree_of(params)
    check_object(tree, module, root, "")
    return tree


def check_object(tree: dict[str, Any], module: str, name: str, way: str) -> None:
    known = annotations(module, name)
    for key, value in tree.items():
        if key not in known:
            raise WrongWords(f"Received unknown parameter: {way}{key}")
        check_value(value, known[key], module, f"{way}{key}")
    for key, words in known.items():
        if "NotRequired[" not in words and key not in tree:
            raise WrongWords(f"Missing required param: {way}{key}.")


def check_value(value: Any, words: str, module: str, way: str) -> None:
    if isinstance(value, str):
        check_leaf(value, words, way)
        return
    if "Dict[" in words:
        return
    inner = re.search(r"\b(\w+Params\w+)", words)
    if "List[" in words:
        elements = value.values()
    elif inner:
        elements = [value]
    else:
        raise WrongWords(f"Invalid object: {way}")
    for element in elements:
        if isinstance(element, str):
            check_leaf(element, words, way)
        else:
            check_object(element, module, inner.group(1) if inner else "", f"{way}.")


def check_leaf(value: str, words: str, way: str) -> None:
    allowed = [
        word.strip(" '\"")
        for choice in re.findall(r"Literal\[(.*?)\]", words)
        for word in choice.split(",")
    ]
    kinds = re.sub(r"Literal\[.*?\](\|str)?", "", words)
    if value in allowed:
        return
    if re.search(r"\bint\b", kinds) and re.fullmatch(r"-?\d+", value):
        return
    if re.search(r"\bbool\b", kinds) and value in ("true", "false"):
        return
    if re.search(r"\bstr\b", kinds):
        return
    raise WrongWords(f"Invalid {way}: {value!r} is not {words}")


@cache
def annotations(module: str, name: str) -> dict[str, str]:
    """Return the fields of one of the library's types, each as it is written there."""
    found = getattr(import_module(f"stripe.params.{module}"), name).__annotations__
    return {
        field: getattr(kind, "__forward_arg__", str(kind))
        for field, kind in found.items()
        if field not in REQUEST_OPTIONS
    }


REQUEST_OPTIONS = {
    *("api_key", "stripe_version", "stripe_account", "max_network_retries"),
    *("idempotency_key", "content_type", "headers", "stripe_context"),
}
