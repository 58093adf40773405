"""The statement as a file: every line that is wanted, oldest first, as it is read."""

import csv
import io
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from decimal import Decimal

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_safe

from accounts.roles import Action
from billing.ledger import MICRO
from billing.models import Transfer, Wallet
from billing.statement import Wanted, journal_after
from playground.generation.database import in_thread
from playground.web.credits import wallet_for
from playground.web.people import needs
from playground.web.sifted import plain
from playground.web.statement import wanted_in

COLUMNS = ("seq", "time", "kind", "amount", "balance_after", "reference", "memo")
AT_ONCE = 500


@needs(Action.MONEY)
@require_safe
def statement_csv(request: HttpRequest) -> HttpResponseBase:
    """GET /console/credits/statement.csv?month=2026-11&sort=spent"""
    wallet, wanted = wallet_for(request), wanted_in(request.GET)
    parts = in_threads if isinstance(request, ASGIRequest) else in_turn
    response = StreamingHttpResponse(
        parts(wallet, wanted), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="easel-statement.csv"'
    return response


def in_turn(wallet: Wallet, wanted: Wanted) -> Iterator[str]:
    """Read some lines at a time."""
    yield written([COLUMNS])
    seq = 0
    while found := journal_after(wallet, wanted, seq, count=AT_ONCE):
        seq = found[-1].seq
        yield written(map(cells, found))


async def in_threads(wallet: Wallet, wanted: Wanted) -> AsyncIterator[str]:
    """The same beside the loop, which has others to serve."""
    yield written([COLUMNS])
    seq = 0

    def more() -> list[Transfer]:
        return journal_after(wallet, wanted, seq, count=AT_ONCE)

    while found := await in_thread(more):
        seq = found[-1].seq
        yield written(map(cells, found))


def written(rows: Iterable[Sequence[str | int]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def cells(line: Transfer) -> list[str | int]:
    return [
        line.seq,
        line.at.isoformat(),
        line.kind,
        f"{Decimal(line.amount * line.direction) / MICRO:.6f}",
        f"{Decimal(line.balance_after) / MICRO:.6f}",
        plain(f"payment {line.ref_id}" if line.ref_type == "payment" else line.ref_id),
        plain(line.memo),
    ]
