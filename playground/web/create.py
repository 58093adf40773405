"""The playground: one prompt box, and what came of it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def create(request: HttpRequest) -> HttpResponse:
    """GET /"""
    return render(request, "web/create.html")
