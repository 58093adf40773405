"""A wallet's journal in words: what each line was for, and what it left.

The ledger knows numbers and the ids of orders; here an order gets its model's
name and a payment its number, for one page of lines at a time.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from billing.models import Hold, Transfer, Wallet
from billing.statement import pending_holds, statement
from playground.generation.models import Generation

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


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table."""

    at: datetime
    what: str
    reference: str
    amount: int
    is_out: bool
    balance_after: int | None


@dataclass(frozen=True, slots=True)
class Statement:
    """One page of the table; `older_before` is where the next one begins."""

    held: tuple[Line, ...]
    lines: tuple[Line, ...]
    older_before: int | None
    is_newest: bool


def statement_of(wallet: Wallet, before: int | None) -> Statement:
    """Return a page of a wallet's statement; what is held stands above the newest."""
    page = statement(wallet, before=before)
    holds = pending_holds(wallet) if before is None else []
    orders = orders_named(
        [hold.job_id for hold in holds]
        + [line.ref_id for line in page.lines if line.ref_type == "generation"]
    )
    return Statement(
        held=tuple(held_line(hold, orders.get(hold.job_id)) for hold in holds),
        lines=tuple(journal_line(line, orders.get(line.ref_id)) for line in page.lines),
        older_before=page.older_before,
        is_newest=before is None,
    )


def orders_named(ids: Iterable[str]) -> dict[str, Generation]:
    """Fetch the orders of a page at once, and of each only what a line says."""
    return Generation.objects.only("id", "model", "n", "delivered").in_bulk(set(ids))


def held_line(hold: Hold, order: Generation | None) -> Line:
    what = _("Held")
    if order:
        what = _("Held for %(pictures)s") % {"pictures": pictures(order.n, order.model)}
    return Line(hold.created_at, what, hold.job_id, hold.amount, True, None)


def journal_line(line: Transfer, order: Generation | None) -> Line:
    return Line(
        at=line.at,
        what=line_words(line, order),
        reference=reference(line),
        amount=line.amount,
        is_out=line.direction < 0,
        balance_after=line.balance_after,
    )


def line_words(line: Transfer, order: Generation | None) -> str:
    if line.kind == Kind.CHARGE and order:
        return pictures(order.delivered, order.model)
    words = str(KINDS.get(line.kind, line.kind))
    return f"{words}: {line.memo}" if line.memo else words


def pictures(count: int, model: str) -> str:
    text = ngettext(
        "%(count)s picture, %(model)s", "%(count)s pictures, %(model)s", count
    )
    return text % {"count": count, "model": model}


def reference(line: Transfer) -> str:
    """An order is its own name; anything else is a kind and a number."""
    if line.ref_type == "payment":
        return _("payment %(number)s") % {"number": line.ref_id}
    return line.ref_id
