"""The API reference: every endpoint of every door, to look up and to try.

Written from `/v1/openapi.json`, one page for each endpoint. Trying is a form that a small
script sends to this very site: it needs nothing that other pages may not do.
"""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from playground.api.addresses import site_origin
from playground.docs.marking import Block
from playground.docs.operations import Operation, as_text, groups, operation_named
from playground.web.code.said import Snippet

KEY = "Authorization: Bearer $EASEL_API_KEY"


def show(request: HttpRequest) -> HttpResponse:
    """GET /docs/reference: every endpoint by what it is about."""
    return render(request, "docs/reference.html", {"groups": groups()})


def show_operation(request: HttpRequest, slug: str) -> HttpResponse:
    """GET /docs/reference/<endpoint>."""
    operation = operation_named(slug)
    if operation is None:
        raise Http404(slug)
    context = {
        "groups": groups(),
        "operation": operation,
        "sample": block("sample", curl(operation, site_origin(request)), "curl"),
        "examples": [
            block(f"{answer.status}-{place}", example, "json")
            for answer in operation.answers
            for place, example in enumerate(answer.examples)
        ],
    }
    return render(request, "docs/operation.html", context)


def block(name: str, text: str, language: str) -> Block:
    title = "JSON" if language == "json" else language
    return Block((Snippet(language, title, text),), name)


def curl(operation: Operation, origin: str) -> str:
    """Write the request as one line of a terminal."""
    verb = "" if operation.method == "GET" else f"-X {operation.method} "
    parts = [f'curl {verb}"{origin}{operation.path}"']
    if operation.needs_key:
        parts.append(f'-H "{KEY}"')
    if operation.body:
        parts.append('-H "Content-Type: application/json"')
        parts.append(f"-d {quoted(operation.example or as_text({}))}")
    return " \\\n  ".join(parts)


def quoted(text: str) -> str:
    """Quote a text for a shell."""
    inside = text.replace("'", "'\\''")
    return f"'{inside}'"
