"""Whether somebody was asked for the terms when they signed in, and has not answered."""

from django.http import HttpRequest

TERMS_DUE = "terms_due"
# What needs no terms: reading and accepting them, and taking one's data and leaving.
FREE = frozenset({"terms-accept", "data", "export", "delete-account"})


def is_due(request: HttpRequest) -> bool:
    return bool(request.session.get(TERMS_DUE))


def stands_in_the_way(request: HttpRequest) -> bool:
    """Say whether this page has to wait until the terms are accepted."""
    match = request.resolver_match
    return is_due(request) and (match is None or match.url_name not in FREE)
