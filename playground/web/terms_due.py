"""Whether somebody was asked for the terms when they signed in, and has not answered."""

from django.http import HttpRequest

TERMS_DUE = "terms_due"
# What needs no terms: accepting them, taking one's data along, leaving, and running Easel.
FREE = frozenset({"terms-accept", "data", "export", "delete-account"})
OPERATORS = "/operator/"


def is_due(request: HttpRequest) -> bool:
    return bool(request.session.get(TERMS_DUE))


def stands_in_the_way(request: HttpRequest) -> bool:
    """Say whether this page has to wait until the terms are accepted."""
    match = request.resolver_match
    if not is_due(request) or request.path.startswith(OPERATORS):
        return False
    return match is None or match.url_name not in FREE
