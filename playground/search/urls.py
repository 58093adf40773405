"""Where one searches."""

from django.urls import URLPattern, path

from playground.search import pages

public: list[URLPattern] = [path("search", pages.search, name="search")]
