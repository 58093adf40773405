"""One step over an operators' list: a dialog, or a page in the operators' frame."""

from django.http import HttpRequest, HttpResponse

from playground.web.keys import in_frame


def step(request: HttpRequest, template: str, **context: object) -> HttpResponse:
    return in_frame(request, template, base="operator/frame.html", **context)
