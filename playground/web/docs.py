"""What the API's answers mean, for people: every error and what to do about it.

Written from the same table that the doors answer from, so the two cannot differ.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from playground.codes import CODES


def errors(request: HttpRequest) -> HttpResponse:
    """Every code, by status."""
    by_status = sorted(CODES.items(), key=lambda one: one[1].status)
    return render(request, "web/errors.html", {"codes": by_status})
