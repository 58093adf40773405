"""Which of an account's orders the usage page shows: one filter for charts, table and CSV.

A user and one label are looked for as they were sent with the request.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

import orjson
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from accounts.models import Account
from accounts.roles import Action
from billing.ledger import MICRO, given_back_of
from playground.generation.callers import place_of_label, place_of_user
from playground.generation.digests import Place
from playground.generation.history import Wanted, orders_like, page_of
from playground.generation.models import Generation
from playground.generation.quoting import is_text
from playground.generation.summing import Window
from playground.generation.usage import Filter
from playground.web.people import needs, own_account
from playground.web.spans import span_of
from playground.web.spreadsheets import AT_ONCE, Row, plain, spreadsheet

LONGEST = 512
# The databases would take a whole number for a place in a list.
NAME = re.compile(r"(?![-+_\d\s]+$)[^\[\]\"\\]{1,64}")
COLUMNS = (
    *("request", "time", "model", "from", "test", "status", "asked", "delivered"),
    *("credits", "user", "labels", "provider", "group", "endpoint", "seconds"),
    *("error",),
)
LANES = {
    "playground": Generation.Lane.BROWSER,
    "api": Generation.Lane.API,
    "batch": Generation.Lane.BATCH,
}


@dataclass(frozen=True, slots=True)
class Sieve:
    """What somebody looks for. What is empty does not matter."""

    key: str = ""
    person: str = ""
    source: str = ""
    model: str = ""
    provider: str = ""
    group: str = ""
    status: str = ""
    endpoint: str = ""
    user: str = ""
    label: str = ""
    value: str = ""

    @classmethod
    def of(cls, request: HttpRequest) -> Self:
        said = (request.GET.get(name, "").strip() for name in cls.__slots__)
        return cls(*[text[:LONGEST] if is_text(text) else "" for text in said])

    @property
    def is_on(self) -> bool:
        return any(getattr(self, name) for name in self.__slots__ if name != "value")

    @property
    def has_more(self) -> bool:
        """Say whether something is looked for that the first row of the form lacks."""
        first = ("key", "model", "status", "source", "value")
        return any(getattr(self, name) for name in self.__slots__ if name not in first)

    @property
    def is_by_caller(self) -> bool:
        """Say whether it looks for what callers wrote, which no rollup knows."""
        return bool(self.user or self.label)

    @property
    def place_by_caller(self) -> Place | None:
        """Say where digests have a user, or a label, that alone is looked for."""
        others = {name for name in self.__slots__ if getattr(self, name)}
        if others == {"user"}:
            return place_of_user(self.user)
        if others - {"value"} == {"label"}:
            return place_of_label(self.label, self.value)
        return None

    @property
    def query(self) -> str:
        """The same filter, for the addresses of other pages and of the file."""
        said = {name: getattr(self, name) for name in self.__slots__}
        return urlencode({name: text for name, text in said.items() if text})

    @property
    def person_id(self) -> int | None:
        return int(self.person) if re.fullmatch(r"[0-9]{1,18}", self.person) else None

    def filter(self, account: Account) -> Filter:
        """Say it in the words of the rollups."""
        return Filter(
            account.pk,
            model=self.model,
            provider=self.provider,
            key_id=self.key,
            person_id=self.person_id,
            lane=LANES.get(self.source, ""),
            endpoint=self.endpoint,
            group=self.group,
            state=self.status,
        )

    @property
    def is_nonsense(self) -> bool:
        """Say whether it looks for a label that cannot be."""
        return bool(self.label) and not NAME.fullmatch(self.label)

    def orders(self, account: Account, window: Window) -> QuerySet[Generation]:
        if self.is_nonsense:
            return Generation.objects.none()
        return orders_like(account.pk, self.wanted(window))

    def orders_of_caller(
        self, account: Account, window: Window
    ) -> QuerySet[Generation]:
        """Return the orders of the user, or with the label, whatever their facts are."""
        said = type(self)(user=self.user, label=self.label, value=self.value)
        return said.orders(account, window)

    def wanted(self, window: Window) -> Wanted:
        """Say it in the words of the lists."""
        return Wanted(
            key=self.key,
            model=self.model,
            status=self.status,
            user=self.user,
            person_id=self.person_id,
            lane=LANES.get(self.source, ""),
            provider=self.provider,
            group=self.group,
            endpoint=self.endpoint,
            since=window.since,
            before=window.until,
            metadata={self.label: self.value} if self.label else {},
        )


@needs(Action.REQUESTS)
def usage_csv(request: HttpRequest) -> HttpResponseBase:
    """GET /console/usage.csv, with the page's own filter and period, as far as it goes."""
    account, window = own_account(request), span_of(request).window
    orders = Sieve.of(request).orders(account, window)
    pages = pages_of(orders, given_back_of(account.pk))
    return spreadsheet("easel-usage.csv", COLUMNS, pages)


def pages_of(
    orders: QuerySet[Generation], given_back: Mapping[str, int]
) -> Iterator[list[Row]]:
    """Return the orders' lines, newest first."""
    last: Generation | None = None
    has_more = True
    while has_more:
        page, has_more = page_of(orders, AT_ONCE, last)
        last = page[-1] if page else None
        if page:
            yield [line_of(order, given_back.get(order.pk, 0)) for order in page]


def line_of(order: Generation, given_back_microcredits: int) -> list[str | int]:
    paid = order.charged_microcredits - given_back_microcredits
    took = order.finished_at - order.created_at if order.finished_at else None
    return [
        order.pk,
        order.created_at.isoformat(),
        plain(order.model),
        plain(order.key.name if order.key else order.get_lane_display()),
        int(order.is_test),
        order.state,
        order.n,
        order.delivered,
        f"{paid // MICRO}.{paid % MICRO:06}",
        plain(order.user or ""),
        plain(orjson.dumps(order.metadata).decode() if order.metadata else ""),
        order.provider,
        order.group_id,
        order.endpoint,
        f"{took.total_seconds():.3f}" if took else "",
        order.error_code,
    ]
