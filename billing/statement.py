"""Read a wallet's journal as its owner sees it: newest first, a page at a time.

Pages are cut by the journal's own numbers, so that a line that arrives meanwhile
moves nothing. Holds are not in the journal; they stand above it until they are
charged or given back.
"""

from dataclasses import dataclass

from billing.models import Hold, Transfer, Wallet

PAGE_LINES = 50
MOST_HOLDS = 20


@dataclass(frozen=True, slots=True)
class StatementPage:
    """Some lines, and where the older ones begin."""

    lines: list[Transfer]
    older_before: int | None


def statement(
    wallet: Wallet,
    *,
    before: int | None = None,
    kind: str = "",
    count: int = PAGE_LINES,
) -> StatementPage:
    """Return the lines below a number, or the newest ones."""
    lines = Transfer.objects.filter(wallet=wallet).order_by("-seq")
    if kind:
        lines = lines.filter(kind=kind)
    if before is not None:
        lines = lines.filter(seq__lt=before)
    found = list(lines[: count + 1])
    shown = found[:count]
    has_older = len(found) > count
    return StatementPage(shown, shown[-1].seq if has_older else None)


def pending_holds(wallet: Wallet) -> list[Hold]:
    """Return what is set aside right now, the newest first."""
    pending = Hold.objects.filter(wallet=wallet, state=Hold.State.PENDING)
    return list(pending.order_by("-id")[:MOST_HOLDS])
