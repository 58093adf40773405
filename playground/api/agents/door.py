"""POST /mcp: the door for coding agents, who speak the Model Context Protocol.

A key is asked for before anything is made of the call; the same keys open all of `/v1`.
The SDK takes 20 MB and half a second to load; a process that no agent ever calls does
without.
"""

import asyncio
import io
from importlib import import_module
from typing import IO, Any

import orjson
from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from playground.api.addresses import site_origin
from playground.api.agents.bridge import AGENT, MOST_BYTES, Application, answer_of
from playground.api.agents.tools import Agent
from playground.api.errors import code_of, error_out, unforeseen
from playground.api.keys import buyer_of
from playground.api.straight import said, site_of
from playground.generation.errors import EaselError, Forbidden

Scope = dict[str, Any]
PATHS = ("/mcp", "/mcp/")
LONGEST_CALL = 24 * 1024 * 1024  # pictures may stand in it, as data: URIs
REFUSED = -32001  # JSON-RPC leaves this range to us


def is_for_agents(scope: Scope) -> bool:
    return scope["path"] in PATHS


async def answer_agent(scope: Scope, body: IO[bytes]) -> HttpResponseBase:
    """Let in whoever has a key, and have the SDK's server answer."""
    if scope["method"] != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    headers: dict[bytes, bytes] = dict(scope["headers"])
    try:
        check_origin(said(headers, "origin"), scope)
        buyer = await buyer_of(said(headers, "authorization"))
        known = {AGENT: Agent(buyer, site_of(scope)), MOST_BYTES: LONGEST_CALL}
    except EaselError as error:
        return refusal(error)
    except Exception as error:
        return refusal(unforeseen(error))
    return await answer_of(await sdk(), {**scope, **known}, body.read())


def check_origin(origin: str, scope: Scope) -> None:
    """A page of another site does not get in through its visitor's browser."""
    if not origin or origin in settings.CORS_ORIGINS:
        return
    if origin != site_origin(ASGIRequest(scope, io.BytesIO())):
        raise Forbidden(
            _("Pages of this origin may not call here: see EASEL_CORS_ORIGINS.")
        )


async def sdk() -> Application:
    """Load the SDK's server, in a thread the first time: nobody else waits for it."""
    module = await asyncio.to_thread(import_module, "playground.api.agents.server")
    serve: Application = module.serve
    return serve


def refusal(error: EaselError) -> HttpResponse:
    """Say no in JSON-RPC, with the status and the hint of the API's other doors."""
    code = code_of(error)
    said_of_it = {
        "code": REFUSED,
        "message": error.message,
        "data": error_out(error, code),
    }
    response = HttpResponse(
        orjson.dumps({"jsonrpc": "2.0", "id": None, "error": said_of_it}, default=str),
        status=code.status,
        content_type="application/json",
    )
    if code.status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="Easel"'
    return response
