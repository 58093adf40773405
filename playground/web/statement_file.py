"""The statement as a file: every line that is wanted, oldest first, as it is read."""

from collections.abc import Iterator
from decimal import Decimal

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from accounts.roles import Action
from billing.ledger import MICRO
from billing.models import Transfer, Wallet
from billing.statement import Wanted, journal_after
from playground.web.credits import wallet_for
from playground.web.people import needs
from playground.web.spreadsheets import AT_ONCE, Row, plain, spreadsheet
from playground.web.statement import wanted_in

COLUMNS = ("seq", "time", "kind", "amount", "balance_after", "reference", "memo")


@needs(Action.MONEY)
@require_safe
def statement_csv(request: HttpRequest) -> HttpResponseBase:
    """GET /console/credits/statement.csv?month=2026-11&sort=spent"""
    pages = pages_of(wallet_for(request), wanted_in(request.GET))
    return spreadsheet("easel-statement.csv", COLUMNS, pages)


def pages_of(wallet: Wallet, wanted: Wanted) -> Iterator[list[Row]]:
    seq = 0
    while found := journal_after(wallet, wanted, seq, count=AT_ONCE):
        seq = found[-1].seq
        yield [cells(line) for line in found]


def cells(line: Transfer) -> Row:
    return [
        line.seq,
        line.at.isoformat(),
        line.kind,
        f"{Decimal(line.amount * line.direction) / MICRO:.6f}",
        f"{Decimal(line.balance_after) / MICRO:.6f}",
        plain(f"payment {line.ref_id}" if line.ref_type == "payment" else line.ref_id),
        plain(line.memo),
    ]
