"""Django's admin, dressed by unfold, behind the operators' door and under a policy of its own.

Unfold's pages are driven by Alpine, which compiles the words in its attributes, and set
their colours in a style element. So these pages alone may evaluate and style inline; they
load nothing from elsewhere, and no inline script is let in here either.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from unfold.sites import UnfoldAdminSite

from accounts.staff import Power, may_operate
from playground.middleware import policy
from playground.web.operator.door import operates
from playground.web.operator.rows.row import Row, Table
from playground.web.operator.rows.tables import TABLES
from playground.web.people import View, current_person

UNFOLDS_SCRIPTS = "'self' 'unsafe-eval'"
UNFOLDS_STYLES = "'self' 'unsafe-inline'"


def rows_policy() -> str:
    return policy(settings.MEDIA_ORIGIN, scripts=UNFOLDS_SCRIPTS, styles=UNFOLDS_STYLES)


class RowsSite(UnfoldAdminSite):  # type: ignore[misc]
    """All tables worth looking at, for admins among the staff."""

    def has_permission(self, request: HttpRequest) -> bool:
        person = current_person(request)
        return person is not None and may_operate(person, Power.STAFF)

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        inner: Callable[..., HttpResponseBase] = super().admin_view(view, cacheable)

        @operates(Power.STAFF)
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            response = inner(request, *args, **kwargs)
            response.headers["Content-Security-Policy"] = rows_policy()
            return response

        return guarded

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """There is one way in for everybody, and the door knows it."""
        return redirect("admin:index")

    def logout(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return redirect("account_logout")

    def password_change(
        self, request: HttpRequest, extra_context: Any = None
    ) -> HttpResponse:
        return redirect("account_change_password")


def opened(tables: tuple[Table, ...]) -> RowsSite:
    """Make the site, with a page for each table."""
    site = RowsSite()
    for table in tables:
        shown = {
            "table": table,
            "list_display": table.columns,
            "search_fields": tuple(f"{name}__exact" for name in table.find),
            "list_filter": table.sift,
        }
        name = f"{table.model.__name__}Row"
        site.register(table.model, type(name, (Row,), shown))
    return site


rows = opened(TABLES)
