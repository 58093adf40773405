"""Which of an account's orders the usage page shows, and the same orders as a CSV.

A user and one label are looked for as they were sent with the request. Texts of other
people's making are written so that a spreadsheet takes none of them for a formula.
"""

import csv
import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

import orjson
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from accounts.models import Account
from accounts.roles import Action
from billing.ledger import MICRO
from playground.generation.history import Wanted, orders_like
from playground.generation.models import Generation
from playground.generation.quoting import is_text
from playground.web.people import needs, own_account

LONGEST = 512
MOST_LINES = 10_000
# The databases would take a whole number for a place in a list.
NAME = re.compile(r"(?![-+_\d\s]+$)[^\[\]\"\\]{1,64}")
FORMULAS = ("=", "+", "-", "@", "\t", "\r")
COLUMNS = (
    *("request", "time", "model", "from", "test", "status", "asked", "delivered"),
    *("credits", "user", "labels"),
)


@dataclass(frozen=True, slots=True)
class Sieve:
    """What somebody looks for. What is empty does not matter."""

    user: str = ""
    label: str = ""
    value: str = ""

    @classmethod
    def of(cls, request: HttpRequest) -> Self:
        said = (request.GET.get(name, "").strip() for name in cls.__slots__)
        return cls(*[text[:LONGEST] if is_text(text) else "" for text in said])

    @property
    def is_on(self) -> bool:
        return bool(self.user or self.label)

    @property
    def query(self) -> str:
        """The same filter, for the addresses of other pages and of the file."""
        said = {name: getattr(self, name) for name in self.__slots__}
        return urlencode({name: text for name, text in said.items() if text})

    def orders(self, account: Account) -> QuerySet[Generation]:
        if self.label and not NAME.fullmatch(self.label):
            return Generation.objects.none()
        labels = {self.label: self.value} if self.label else {}
        return orders_like(account.pk, Wanted(user=self.user, metadata=labels))


@needs(Action.REQUESTS)
def usage_csv(request: HttpRequest) -> HttpResponse:
    """GET /console/usage.csv?user=customer-17&label=team&value=red"""
    orders = Sieve.of(request).orders(own_account(request)).select_related("key")
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="easel-usage.csv"'
    lines = csv.writer(response)
    lines.writerow(COLUMNS)
    for order in orders.order_by("-created_at", "-pk").defer("prompt", "request")[
        :MOST_LINES
    ]:
        lines.writerow(line_of(order))
    return response


def line_of(order: Generation) -> list[str | int]:
    return [
        order.pk,
        order.created_at.isoformat(),
        plain(order.model),
        plain(order.key.name if order.key else order.get_lane_display()),
        int(order.is_test),
        order.state,
        order.n,
        order.delivered,
        f"{order.charged_microcredits // MICRO}.{order.charged_microcredits % MICRO:06}",
        plain(order.user or ""),
        plain(orjson.dumps(order.metadata).decode() if order.metadata else ""),
    ]


def plain(text: str) -> str:
    """Keep a spreadsheet from computing what a caller wrote."""
    return f"'{text}" if text.startswith(FORMULAS) else text
