"""On what terms an order is taken: for whom, under which labels, and kept how long.

Pure: what a caller said beside the picture goes in, `Terms` come out, or a
`BadRequest` that says what would work.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from playground.generation.errors import BadRequest
from playground.generation.quoting import is_text, quoted
from playground.generation.request import USUAL, ImageRequest, Terms, Wishes
from playground.generation.wishes import models_in, provider_wishes, seconds_in

LONGEST_USER = 256
MOST_PAIRS, LONGEST_NAME, LONGEST_VALUE = 16, 64, 512
FOR_GOOD = 0
HOUR = 3600
HOURS = {"h": 1, "d": 24}
SPAN = re.compile(r"([1-9][0-9]{0,5})([hd])")
MOST_SECONDS = 3650 * 24 * HOUR


@dataclass(frozen=True, slots=True)
class Said:
    """What was said beside the picture, word for word. `None` means nothing was."""

    user: str | None = None
    metadata: Mapping[str, str] | None = None
    retention: str | None = None
    webhook_url: str | None = None
    webhook_events: tuple[str, ...] | None = None
    strict: bool | None = None
    quote_id: str | None = None
    dry_run: bool | None = None
    stream: bool | None = None
    previews: int | None = None
    provider: Mapping[str, Any] | str | None = None
    models: tuple[str, ...] | None = None
    fallback_on_refusal: bool | None = None
    deadline: str | None = None


NOTHING_SAID = Said()


def terms_of(said: Said) -> Terms:
    """Check what was said, and say it in the words of the house."""
    if said == NOTHING_SAID:
        return USUAL
    return Terms(
        user=user_in(said.user),
        metadata=metadata_in(said.metadata),
        kept_seconds=kept_seconds_in(said.retention),
        webhook_url=said.webhook_url or "",
        webhook_events=said.webhook_events or (),
        is_strict=bool(said.strict),
        quote_id=said.quote_id or "",
        wishes=wishes_of(said),
    )


def wishes_of(said: Said) -> Wishes:
    """Read how the caller wants the order routed."""
    return replace(
        provider_wishes(said.provider),
        models=models_in(said.models),
        fallback_on_refusal=bool(said.fallback_on_refusal),
        deadline_seconds=seconds_in(said.deadline),
    )


def check_unchanged(request: ImageRequest) -> None:
    """Refuse what could only be painted with changes, and name them all."""
    changes = [note for note in request.notes if note.kind != "advice"]
    if changes:
        said = " ".join(f"{note.field}: {note.message}" for note in changes)
        message = _("X-Easel-Strict: this cannot be painted exactly as asked. %(said)s")
        raise BadRequest(
            message % {"said": said}, param=changes[0].field, code="would_be_changed"
        )


def user_in(user: str | None) -> str | None:
    """Read who a picture is for: a name of the caller's own."""
    if not user:
        return None
    if len(user) > LONGEST_USER or not is_text(user):
        message = _("A user is at most %(limit)d characters of plain text.")
        raise BadRequest(message % {"limit": LONGEST_USER}, param="user")
    return user


def metadata_in(metadata: Mapping[str, str] | None) -> Mapping[str, str] | None:
    """Read the caller's labels: a few short names, and a short text for each."""
    if not metadata:
        return None
    fits = len(metadata) <= MOST_PAIRS and all(
        1 <= len(name) <= LONGEST_NAME
        and len(value) <= LONGEST_VALUE
        and is_text(name + value)
        for name, value in metadata.items()
    )
    if fits:
        return metadata
    message = _(
        "metadata holds at most %(pairs)d pairs: names of 1 to %(name)d characters,"
        " and texts of at most %(value)d."
    )
    limits = {"pairs": MOST_PAIRS, "name": LONGEST_NAME, "value": LONGEST_VALUE}
    raise BadRequest(message % limits, param="metadata")


def kept_seconds_in(retention: str | None) -> int | None:
    """Read how long pictures are to be kept: hours, days, or for good."""
    asked = (retention or "").strip().lower()
    if not asked:
        return None
    if asked == "forever":
        return FOR_GOOD
    span = SPAN.fullmatch(asked)
    seconds = int(span[1]) * HOURS[span[2]] * HOUR if span else 0
    if 0 < seconds <= MOST_SECONDS:
        return seconds
    message = _(
        "%(retention)s is no retention; write hours or days like 1h, 7d or 30d"
        " (3650d at most), or forever."
    )
    raise BadRequest(message % {"retention": quoted(asked)}, param="retention")
