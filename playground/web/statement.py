"""A wallet's journal in words: what each line was for, and what it left.

The ledger knows numbers and the ids of orders; here an order gets its model's
name and a payment its number, for one page of lines at a time.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from billing.models import Hold, StripePayment, Transfer, Wallet
from billing.statement import (
    SORTS,
    Page,
    Wanted,
    months_of,
    page_of,
    pending_holds,
    place_named,
)
from playground.generation.models import Generation
from playground.web.chrome import address_of

Kind = Transfer.Kind
KINDS: dict[str, str | Promise] = {
    Kind.TOPUP: gettext_lazy("Credits bought"),
    Kind.GRANT: gettext_lazy("Credits given"),
    Kind.PROMO: gettext_lazy("Code redeemed"),
    Kind.REFUND_IN: gettext_lazy("Returned"),
    Kind.CHARGE: gettext_lazy("Pictures"),
    Kind.CLAWBACK: gettext_lazy("Payment taken back"),
    Kind.EXPIRE: gettext_lazy("Credits expired"),
    Kind.ADJUST: gettext_lazy("Correction"),
    Kind.DEBT_PAYMENT: gettext_lazy("Debt paid"),
}
SORT_WORDS: dict[str, str | Promise] = {
    "bought": gettext_lazy("Bought"),
    "spent": gettext_lazy("Spent"),
    "given": gettext_lazy("Given"),
    "taken": gettext_lazy("Taken back"),
    "returned": gettext_lazy("Held and returned"),
}
# Why an order's money came back, by what its books wrote down.
REASONS: dict[str, str | Promise] = {
    "timeout": gettext_lazy("took too long"),
    "cancelled": gettext_lazy("cancelled"),
    "moderation_blocked": gettext_lazy("refused by the model"),
    "not_painted": gettext_lazy("not painted"),
    "upstream_error": gettext_lazy("no provider could paint it"),
    "upstream_busy": gettext_lazy("providers were busy"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table."""

    at: datetime
    what: str
    reference: str
    amount: int
    is_out: bool
    balance_after: int | None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """One page of the table; `older` is the name of where the next one begins."""

    held: tuple[Line, ...]
    lines: tuple[Line, ...]
    older: str
    is_newest: bool
    wanted: Wanted
    months: list[date]
    sorts: dict[str, str | Promise]

    @property
    def query(self) -> str:
        """The same filter, for the addresses of other pages and of the file."""
        month = f"{self.wanted.month:%Y-%m}" if self.wanted.month else ""
        said = {"sort": self.wanted.sort, "month": month}
        return urlencode({name: text for name, text in said.items() if text})


def wanted_in(asked: Mapping[str, str]) -> Wanted:
    """Read what is looked for; nonsense looks for everything."""
    sort = asked.get("sort", "")
    try:
        month = parse_date(f"{asked.get('month', '')}-01")
    except ValueError:
        month = None
    return Wanted(sort if sort in SORTS else "", month)


def statement_of(wallet: Wallet, wanted: Wanted, place: str) -> Statement:
    """Return a page of a wallet's statement; what is held stands above the newest."""
    start = place_named(place)
    page = page_of(wallet, wanted, start)
    is_top = start is None and wanted == Wanted()
    holds = pending_holds(wallet) if is_top else []
    names = Names.of([*holds, *page.rows])
    return Statement(
        held=tuple(held_lines(wallet, holds, names)),
        lines=tuple(lines_in(page, wanted, names)),
        older=page.older.name if page.older else "",
        is_newest=start is None,
        wanted=wanted,
        months=months_of(wallet),
        sorts=SORT_WORDS,
    )


@dataclass(frozen=True, slots=True)
class Names:
    """The orders and payments of one page, fetched at once."""

    orders: dict[str, Generation]
    payments: dict[str, StripePayment]

    @classmethod
    def of(cls, rows: Iterable[Transfer | Hold]) -> "Names":
        orders, payments = set(), set()
        for row in rows:
            if isinstance(row, Hold):
                orders.add(row.job_id)
            elif row.ref_type == "generation":
                orders.add(row.ref_id)
            elif row.ref_type == "payment":
                payments.add(row.ref_id)
        fields = Generation.objects.only("id", "model", "n", "delivered")
        bought = StripePayment.objects.in_bulk(payments).values()
        return cls(
            fields.in_bulk(orders), {str(payment.pk): payment for payment in bought}
        )


def held_lines(wallet: Wallet, holds: list[Hold], names: Names) -> Iterator[Line]:
    """Write what is held now: the newest leaves what is available."""
    left = wallet.available
    for hold in holds:
        yield opening(hold, names, left)
        left += hold.amount
    if rest := wallet.balance - left:
        more, at = _("Held for more requests"), holds[-1].created_at
        yield Line(at, more, "", rest, True, left)


def lines_in(page: Page, wanted: Wanted, names: Names) -> Iterator[Line]:
    """Write lines and returns, each with the balance it left."""
    balances = [row.balance_after for row in page.rows if isinstance(row, Transfer)]
    balances.append(page.balance_below)
    for row in page.rows:
        if isinstance(row, Transfer):
            balances.pop(0)
            yield journal_line(row, names)
            continue
        # Among other lines its neighbours are missing, and so is the balance.
        left = None if wanted.sort else balances[0]
        yield ending(row, names, left)
        yield opening(row, names, None if left is None else left - row.amount)


def opening(hold: Hold, names: Names, left: int | None) -> Line:
    order = names.orders.get(hold.job_id)
    what = _("Held")
    if order:
        what = _("Held for %(pictures)s") % {"pictures": pictures(order.n, order.model)}
    page = address_of("request", hold.job_id)
    return Line(hold.created_at, what, hold.job_id, hold.amount, True, left, page)


def ending(hold: Hold, names: Names, left: int | None) -> Line:
    """What was held came back: nobody was charged."""
    what, reason = _("Returned"), REASONS.get(hold.reason)
    if reason:
        what = _("Returned: %(reason)s") % {"reason": reason}
    at = hold.resolved_at or hold.created_at
    page = address_of("request", hold.job_id)
    return Line(at, what, hold.job_id, hold.amount, False, left, page)


def journal_line(line: Transfer, names: Names) -> Line:
    reference, page = reference_of(line)
    return Line(
        at=line.at,
        what=line_words(line, names),
        reference=reference,
        amount=line.amount,
        is_out=line.direction < 0,
        balance_after=line.balance_after,
        url=page,
    )


def line_words(line: Transfer, names: Names) -> str:
    order = names.orders.get(line.ref_id)
    if line.kind == Kind.CHARGE and order:
        return pictures(order.delivered, order.model)
    words = str(KINDS.get(line.kind, line.kind))
    payment = names.payments.get(line.ref_id) if line.ref_type == "payment" else None
    if line.kind == Kind.TOPUP and payment:
        words = _("Auto top-up") if payment.kind == payment.Kind.AUTO else words
        return f"{words}, {payment.card}" if payment.card else words
    return f"{words}: {line.memo}" if line.memo else words


def pictures(count: int, model: str) -> str:
    text = ngettext(
        "%(count)s picture, %(model)s", "%(count)s pictures, %(model)s", count
    )
    return text % {"count": count, "model": model}


def reference_of(line: Transfer) -> tuple[str, str]:
    """An order is its own name; a payment has a number. Both have a page."""
    if line.ref_type == "payment":
        words = _("payment %(number)s") % {"number": line.ref_id}
        return words, reverse("receipt", args=[line.ref_id])
    if line.ref_type == "generation":
        return line.ref_id, address_of("request", line.ref_id)
    return "", ""
