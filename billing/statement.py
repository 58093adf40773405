"""Read a wallet's journal as its owner sees it: newest first, a page at a time.

Pages are cut by the journal's own numbers, so that a line that arrives meanwhile
moves nothing. What was held for an order and given back moved no money, so it has no
line in the journal: it stands between the lines of its time. What is held now stands
above them all.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db.models import Q, QuerySet, Subquery
from django.utils import timezone

from billing.models import Hold, Transfer, Wallet

PAGE_LINES = 50
MOST_HOLDS = 20
LOOKED_AT = 16
Kind = Transfer.Kind
GIVEN_BACK = (Hold.State.VOIDED, Hold.State.EXPIRED)

# What a reader may look for, and the kinds of lines it is.
SORTS: dict[str, tuple[str, ...]] = {
    "bought": (Kind.TOPUP,),
    "spent": (Kind.CHARGE,),
    "given": (Kind.GRANT, Kind.PROMO, Kind.REFUND_IN, Kind.ADJUST),
    "taken": (Kind.CLAWBACK, Kind.DEBT_PAYMENT, Kind.EXPIRE),
    "returned": (),
}


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


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for: a sort of lines, a month, or all of it."""

    sort: str = ""
    month: date | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: below this line, and below this hold that was given back.

    When no hold is named, holds that were given back before that line come next.
    """

    seq: int
    hold_id: int

    @property
    def name(self) -> str:
        """Write it for an address."""
        return f"{self.seq}-{self.hold_id}"


LONGEST_NUMBER = 18
TOP = Place(2**62, 0)


def place_named(name: str) -> Place | None:
    """Read where a page begins; nonsense is nowhere, which is at the top."""
    parts = name.split("-")
    are_numbers = all(
        part.isascii() and part.isdigit() and len(part) <= LONGEST_NUMBER
        for part in parts
    )
    return (
        Place(int(parts[0]), int(parts[1])) if are_numbers and len(parts) == 2 else None
    )


@dataclass(frozen=True, slots=True)
class Page:
    """Lines and holds, newest first, and where the older ones begin.

    `balance_below` is the balance that was left before the last of them.
    """

    rows: list[Transfer | Hold]
    balance_below: int
    older: Place | None


def page_of(wallet: Wallet, wanted: Wanted, place: Place | None) -> Page:
    """Return one page of what is wanted, from a place on or from the top."""
    start = place or TOP
    lines = list(lines_of(wallet, wanted, start)[: PAGE_LINES + 1])
    holds = list(holds_of(wallet, wanted, start)[: PAGE_LINES + 1])
    rows: list[Transfer | Hold] = []
    # Whatever comes in from now on is newer than this page.
    seq, hold_id = min(start.seq, wallet.seq + 1), start.hold_id
    while (lines or holds) and len(rows) < PAGE_LINES:
        if holds and (not lines or resolved(holds[0]) >= lines[0].at):
            rows.append(holds.pop(0))
            hold_id = rows[-1].pk
        else:
            line = lines.pop(0)
            rows.append(line)
            seq, hold_id = line.seq, 0
    balance = lines[0].balance_after if lines else balance_below(wallet, seq)
    return Page(rows, balance, Place(seq, hold_id) if lines or holds else None)


def lines_of(wallet: Wallet, wanted: Wanted, start: Place) -> QuerySet[Transfer]:
    """Return the lines that are wanted, the newest first."""
    lines = Transfer.objects.filter(wallet=wallet, seq__lt=start.seq)
    if wanted.sort:
        lines = lines.filter(kind__in=SORTS[wanted.sort])
        if wanted.sort != "spent":
            lines = lines.exclude(kind=Kind.CHARGE)  # said for the index of the others
    if wanted.month:
        first, until = seqs_of(wallet, wanted.month)
        lines = lines.filter(seq__gte=first, seq__lt=until)
    return lines.order_by("-seq")


def holds_of(wallet: Wallet, wanted: Wanted, start: Place) -> QuerySet[Hold]:
    """Return what was held and given back, the newest first."""
    if wanted.sort not in ("", "returned"):
        return Hold.objects.none()
    holds = Hold.objects.filter(wallet=wallet, state__in=GIVEN_BACK)
    if start.hold_id:
        # Its time as the database keeps it: SQLite compares times as texts.
        last = Hold.objects.filter(wallet=wallet, pk=start.hold_id)
        then = Subquery(last.values("resolved_at"))
        holds = holds.filter(
            Q(resolved_at__lt=then) | Q(resolved_at=then, pk__lt=start.hold_id)
        )
    elif start != TOP:
        line = Transfer.objects.filter(wallet=wallet, seq=start.seq)
        holds = holds.filter(resolved_at__lt=Subquery(line.values("at")))
    if wanted.month:
        first, until = month_around(wanted.month)
        holds = holds.filter(resolved_at__gte=first, resolved_at__lt=until)
    return holds.order_by("-resolved_at", "-pk")


def resolved(hold: Hold) -> datetime:
    assert hold.resolved_at is not None  # a constraint of the table
    return hold.resolved_at


def balance_below(wallet: Wallet, seq: int) -> int:
    older = Transfer.objects.filter(wallet=wallet, seq__lt=seq).order_by("-seq")
    last = older.first()
    return last.balance_after if last else 0


def pending_holds(wallet: Wallet) -> list[Hold]:
    """Return what is set aside right now, the newest first."""
    # All that are pending are few. Said so, SQLite does not go through the wallet's.
    pending = Hold.objects.filter(state=Hold.State.PENDING).values("pk")
    held = Hold.objects.filter(pk__in=pending, wallet=wallet)
    return list(held.order_by("-id")[:MOST_HOLDS])


def months_of(wallet: Wallet) -> list[date]:
    """Return the months since a wallet was opened, the newest first."""
    month = timezone.now().date().replace(day=1)
    first = wallet.created_at.astimezone(UTC).date().replace(day=1)
    months = []
    while month >= first:
        months.append(month)
        month = (month - timedelta(days=1)).replace(day=1)
    return months


def month_around(month: date) -> tuple[datetime, datetime]:
    """Return when a month begins and when the next one does, in UTC."""
    first = datetime(month.year, month.month, 1, tzinfo=UTC)
    return first, (first + timedelta(days=32)).replace(day=1)


def seqs_of(wallet: Wallet, month: date) -> tuple[int, int]:
    """Return a month's first line, and the first one after it.

    Lines are numbered as time goes by, and there is an index of the numbers and none of
    the times: both are looked for among a few lines, and then between two of them.
    """
    begins, ends = month_around(month)
    first = until = range(1, wallet.seq + 1)
    times = Transfer.objects.filter(wallet=wallet).values_list("seq", "at")
    while first or until:
        places = sorted({*few_of(first), *few_of(until)})
        known = dict(times.filter(seq__in=places))
        first = narrowed(first, places, [s for s in places if known[s] < begins])
        until = narrowed(until, places, [s for s in places if known[s] < ends])
    return first.start, until.start


def few_of(lines: range) -> range:
    return lines[:: max(1, len(lines) // LOOKED_AT)]


def narrowed(lines: range, places: list[int], earlier: list[int]) -> range:
    """Return where the line that is looked for may be: after the last that was earlier,
    and not after the next of these places."""
    start = max([lines.start, *(seq + 1 for seq in earlier[-1:])])
    return range(start, min([lines.stop, *(seq for seq in places if seq >= start)]))


def journal_after(
    wallet: Wallet, wanted: Wanted, seq: int, *, count: int
) -> list[Transfer]:
    """Return the next lines after a number, the oldest first: for whoever reads them all."""
    lines = lines_of(wallet, wanted, TOP).filter(seq__gt=seq).order_by("seq")
    return list(lines[:count])
