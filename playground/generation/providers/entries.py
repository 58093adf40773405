"""The entries of an answer: where a picture may stand in one, and what else may.

Servers put a picture under half a dozen names, inline or as an address. The
first that yields a picture is taken, inline before anything to be fetched.
"""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from playground.generation.providers.base import (
    Broken,
    PaintedPicture,
    ProviderFailure,
    Tokens,
)
from playground.generation.providers.complaints import Complaint, by_words
from playground.generation.providers.encoded import (
    Document,
    Inline,
    NotReadable,
    decoded,
    looks_like_a_picture,
)

LISTS = ("data", "images")
INLINE = ("b64_json", "b64", "image")
MOST_TOKENS = 2**31
ADDRESSES = ("url", "image_url", "image")


def entries_of(tree: Any) -> list[dict[str, Any]]:
    """Return the entries, however they are listed. A bare string counts as one."""
    lists = [tree.get(name) for name in LISTS] if _is_object(tree) else []
    found: Any = next(filter(None, lists), [])
    listed = found if isinstance(found, list) else [found]
    entries = [{"image": one} if isinstance(one, str) else one for one in listed]
    return [entry for entry in entries if isinstance(entry, dict)]


def tokens_of(tree: Any) -> Tokens | None:
    """Read what the call took, where the server counts in tokens and says so."""
    said = tree.get("usage") if isinstance(tree, dict) else None
    if not isinstance(said, dict):
        return None
    details = said.get("input_tokens_details")
    pictures = _count(details, "image_tokens")
    whole, out = _count(said, "input_tokens"), _count(said, "output_tokens")
    if not (whole or out):
        return None
    return Tokens(text_in=max(0, whole - pictures), pictures_in=pictures, out=out)


def _count(counts: Any, name: str) -> int:
    number = counts.get(name) if isinstance(counts, dict) else None
    if not isinstance(number, int) or isinstance(number, bool):
        return 0
    return number if 0 <= number < MOST_TOKENS else 0


def task_of(tree: Any) -> str:
    """Return the name of a task, when that is what came instead of pictures."""
    if not _is_object(tree) or tree.get("error"):
        return ""
    has_status = any(name in tree for name in ("status", "task_status"))
    return str(tree.get("task_id") or (tree.get("id") if has_status else "") or "")


def picture_inside(document: Document, entry: dict[str, Any]) -> Inline | None:
    """Decode the picture an entry holds; nothing when it holds none."""
    inline = (document.text(entry.get(name)) for name in INLINE)
    for text in chain(inline, _data_uris(document, entry)):
        if text and (picture := _picture(text)):
            return picture
    return None


def address_in(document: Document, entry: dict[str, Any]) -> str:
    """Return the address of the picture, relative or whole, if there is one."""
    texts = [_address(document, entry.get(name)) for name in ADDRESSES]
    if isinstance(image := entry.get("image"), str) and not image.startswith("http"):
        texts.pop()
    short = (text for text in texts if isinstance(text, str) and text)
    return next((text for text in short if not _is_data_uri(text)), "")


def complaint_of(entry: dict[str, Any], *secrets: str) -> ProviderFailure:
    """Say what is wrong with an entry that yields no picture."""
    complaint = Complaint.in_tree(entry).without(*secrets)
    if complaint.words:
        said = f"instead of a picture: {complaint.words}"
        return by_words(complaint)(said, ran="yes", words=complaint.message)
    return Broken("an entry of the answer holds no picture that can be read", ran="yes")


def painted(picture: Inline, entry: dict[str, Any]) -> PaintedPicture:
    """Join the bytes with what the entry says about them."""
    seed, revised = entry.get("seed"), entry.get("revised_prompt")
    return PaintedPicture(
        data=picture.data,
        base64=picture.base64,
        seed=seed if isinstance(seed, int) else None,
        revised_prompt=revised if isinstance(revised, str) else "",
    )


def _picture(text: str | memoryview) -> Inline | None:
    try:
        found = decoded(text)
    except NotReadable:
        return None
    return found if looks_like_a_picture(found.data) else None


def _data_uris(document: Document, entry: dict[str, Any]) -> Iterator[str | memoryview]:
    for name in ADDRESSES:
        text = _address(document, entry.get(name))
        if text and _is_data_uri(text):
            yield text


def _address(document: Document, value: Any) -> str | memoryview | None:
    return document.text(value.get("url") if _is_object(value) else value)


def _is_data_uri(text: str | memoryview) -> bool:
    head = text[:5] if isinstance(text, str) else bytes(text[:5]).decode("latin-1")
    return head.lower() == "data:"


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)
