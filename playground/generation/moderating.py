"""A service that looks at prompts before any money is held, where an operator has one.

It speaks OpenAI's POST /v1/moderations. When it is away, orders are refused or let
through, as EASEL_MODERATION_WHEN_AWAY says. It is shown the prompt and nothing else.
"""

import orjson
import structlog
from django.conf import settings
from django.utils.translation import gettext as _
from yarl import URL

from playground.generation.errors import AgainstRules, OutOfService
from playground.generation.providers.base import ProviderFailure
from playground.generation.providers.wire import Call, Wire

log = structlog.get_logger()
MOST_BYTES = 1024 * 1024
MOST_NAMED = 4


async def check(prompt: str, wire: Wire) -> None:
    """Refuse what the service flags, and say under which of its names."""
    try:
        flagged = await flags(prompt, wire)
    except (ProviderFailure, ValueError, TypeError, LookupError) as error:
        log.error("moderation.away", reason=repr(error))
        if settings.MODERATION_WHEN_AWAY == "open":
            return
        raise OutOfService(
            _(
                "The service that looks at prompts is away. Nothing was charged; try"
                " again soon."
            ),
            code="moderation_unavailable",
        ) from error
    if flagged is not None:
        message = _(
            "This is against a rule of this site: %(label)s. Nothing was charged; change"
            " the prompt and ask again."
        )
        label = ", ".join(flagged[:MOST_NAMED]) or _("content policy")
        raise AgainstRules(message % {"label": label}, param="prompt")


async def flags(prompt: str, wire: Wire) -> list[str] | None:
    """Ask the service; return what it calls the wrong, or `None` when nothing is."""
    key = settings.MODERATION_KEY
    call = Call(
        url=URL(settings.MODERATION_URL),
        headers={
            "Content-Type": "application/json",
            **({"Authorization": f"Bearer {key}"} if key else {}),
        },
        body=orjson.dumps({"model": settings.MODERATION_MODEL, "input": prompt}),
        timeout_seconds=settings.MODERATION_SECONDS,
        most_bytes=MOST_BYTES,
    )
    reply = await wire.send(call)
    if reply.status != 200:
        raise ValueError(f"status {reply.status}")
    results = orjson.loads(reply.body)["results"]
    bad = [one for one in results if one["flagged"]]
    if not bad:
        return None
    return [name for name, is_so in bad[0].get("categories", {}).items() if is_so]
