"""The addresses of the pages. Public pages may carry a language; nothing else does."""

from django.urls import URLPattern, path

from playground.web import create

public: list[URLPattern] = [
    path("", create.create, name="create"),
]

urlpatterns: list[URLPattern] = []
