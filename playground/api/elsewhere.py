"""What is asked for under our prefixes and is not there: which endpoint would help.

Clients of other services try what they know. Easel makes pictures only, so it says
where pictures are made instead of that there is nothing here.
"""

from collections.abc import Mapping
from types import MappingProxyType

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from playground.api.errors import answer_error, answer_status
from playground.generation.catalogue import catalogue
from playground.generation.errors import NotFound

EDITS = gettext_lazy(
    "Variations were retired with the models that made them: send the picture and a"
    " prompt to POST /v1/images/edits."
)
PICTURES_ONLY = gettext_lazy(
    "Easel makes pictures only: POST a model and a prompt to /v1/images/generations,"
    " or pictures and a prompt to /v1/images/edits."
)
ELSEWHERE: Mapping[str, Promise] = MappingProxyType(
    {
        "images/variations": EDITS,
        **dict.fromkeys(
            ("chat/completions", "completions", "responses", "embeddings", "audio")
            + ("moderations", "videos", "assistants", "threads", "fine_tuning")
            + ("vector_stores", "realtime", "messages", "rerank"),
            PICTURES_ONLY,
        ),
    }
)
LONGEST_LOOK = 1024 * 1024


def unknown_path(request: HttpRequest, path: str | None = "") -> HttpResponse:
    """Whatever else is asked for under these prefixes."""
    asked = (path or "").strip("/")
    for start, advice in ELSEWHERE.items():
        if asked == start or asked.startswith(f"{start}/"):
            message = about_its_model(request, asked) or str(advice)
            return answer_error(NotFound(message, code="endpoint_not_offered"))
    return answer_status(404)


def about_its_model(request: HttpRequest, asked: str) -> str:
    """Say where the image model goes that was named in the body, if one was."""
    name = model_named(request) if asked != "images/variations" else ""
    known = catalogue().names.get(name.strip().lower()) if name else None
    if known is None:
        return ""
    message = _(
        "%(model)s is an image model and does not answer at /v1/%(path)s: POST it with"
        " a prompt to /v1/images/generations."
    )
    return message % {"model": known.name, "path": asked[:60]}


def model_named(request: HttpRequest) -> str:
    """Read the model out of a JSON body, as far as there is one."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > LONGEST_LOOK:
        return ""
    try:
        body = orjson.loads(request.body)
    except orjson.JSONDecodeError:
        return ""
    name = body.get("model") if isinstance(body, dict) else None
    return name if isinstance(name, str) else ""
