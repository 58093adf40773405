"""The API reference: every endpoint of every door, to look up and to try.

Written from `/v1/openapi.json`, one page for each endpoint. Trying is a form that a small
script sends to this very site: it needs nothing that other pages may not do.
"""

import re
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from playground.api.addresses import site_origin
from playground.docs.marking import Block
from playground.docs.operations import (
    Field,
    Operation,
    as_text,
    groups,
    operation_named,
)
from playground.docs.pages import MARKDOWN
from playground.docs.shelf import ENGLISH
from playground.web.code.said import Snippet

KEY = "Authorization: Bearer $EASEL_API_KEY"


def show(request: HttpRequest) -> HttpResponse:
    """GET /docs/reference: every endpoint by what it is about."""
    context = {"groups": groups(get_language() or ENGLISH)}
    return render(request, "docs/reference.html", context)


def show_operation(request: HttpRequest, slug: str) -> HttpResponse:
    """GET /docs/reference/<endpoint>."""
    language = get_language() or ENGLISH
    context = {"groups": groups(language), **told(request, slug, language)}
    return render(request, "docs/operation.html", context)


def show_markdown(request: HttpRequest) -> HttpResponse:
    """GET /docs/reference.md."""
    return as_markdown(request, "docs/reference.md", {"groups": groups()})


def show_operation_markdown(request: HttpRequest, slug: str) -> HttpResponse:
    """GET /docs/reference/<endpoint>.md."""
    return as_markdown(request, "docs/operation.md", told(request, slug, ENGLISH))


def as_markdown(
    request: HttpRequest, template: str, context: dict[str, Any]
) -> HttpResponse:
    here = {**context, "origin": site_origin(request)}
    return render(request, template, here, content_type=MARKDOWN)


def told(request: HttpRequest, slug: str, language: str) -> dict[str, Any]:
    """Return what there is to say of an endpoint."""
    operation = operation_named(slug, language)
    if operation is None:
        raise Http404(slug)
    return {
        "operation": operation,
        "sample": block("sample", curl(operation, site_origin(request)), "curl"),
        "examples": [
            block(f"{answer.status}-{place}", example, "json")
            for answer in operation.answers
            for place, example in enumerate(answer.examples)
        ],
    }


def block(name: str, text: str, language: str) -> Block:
    title = "JSON" if language == "json" else language
    return Block((Snippet(language, title, text),), name)


def curl(operation: Operation, origin: str) -> str:
    """Write the request as one line of a terminal; what only the reader knows is a variable."""
    verb = "" if operation.method == "GET" else f"-X {operation.method} "
    parts = [f'curl {verb}"{origin}{filled_path(operation)}"']
    if operation.needs_key:
        parts.append(f'-H "{KEY}"')
    if operation.body:
        parts.append('-H "Content-Type: application/json"')
        parts.append(f"-d {quoted(operation.example or as_text({}))}")
    elif operation.form:
        parts += [
            f"-F {one.name}={given(one)}" for one in operation.form if one.is_required
        ]
    return " \\\n  ".join(parts)


def filled_path(operation: Operation) -> str:
    known = {one.name: one.example for one in operation.parameters}
    return re.sub(
        r"{(\w+)}",
        lambda found: known.get(found[1]) or f"${{{found[1].upper()}}}",
        operation.path,
    )


def given(field: Field) -> str:
    if field.is_file:
        return f"@{field.example or field.name}"
    return field.example or next(iter(field.choices), "…")


def quoted(text: str) -> str:
    """Quote a text for a shell."""
    inside = text.replace("'", "'\\''")
    return f"'{inside}'"
