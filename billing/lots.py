"""Which credits were spent: the given before the bought, and what expires before all.

Nothing here is asked when an order is held or charged. A wallet's journal is drawn
from its lots afterwards, as far as it has come: before a page shows what expires,
before something expires, and when a month is closed. It is done in the order of the
journal, so it comes to the same whenever it is done, and however often.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from django.db import transaction
from django.db.models import F, Max, Min, QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.utils import timezone

from billing.ledger import withdraw
from billing.models import Draw, Hold, Lot, Reckoning, Transfer, Wallet
from billing.turns import one_writer

Kind = Transfer.Kind


@dataclass(frozen=True, slots=True)
class Debit:
    """Something to draw; `source` names the lot or payment it is meant for."""

    amount: int
    kind: str
    month: date
    source: tuple[str, str] = ("", "")


@dataclass(slots=True)
class Pool:
    """The lots of one wallet that have something left, while they are drawn from."""

    lots: list[Lot] = field(default_factory=list)
    draws: defaultdict[tuple[int, date, str], int] = field(
        default_factory=lambda: defaultdict(int)
    )
    touched: dict[int, Lot] = field(default_factory=dict)

    def draw(self, debit: Debit) -> None:
        """Take a debit from the lots whose turn it is."""
        open_amount = debit.amount
        for lot in sorted(self.lots, key=lambda lot: turn_of(lot, debit)):
            taken = min(open_amount, lot.unspent)
            if taken:
                lot.unspent -= taken
                open_amount -= taken
                self.draws[lot.pk, debit.month, debit.kind] += taken
                self.touched[lot.pk] = lot
        if open_amount:
            raise ValueError("A wallet was debited more than its lots hold.")
        self.lots = [lot for lot in self.lots if lot.unspent]

    def save(self) -> None:
        Lot.objects.bulk_update(self.touched.values(), ["unspent"])
        for (lot_id, month, kind), amount in self.draws.items():
            draw, is_new = Draw.objects.get_or_create(
                lot_id=lot_id, month=month, kind=kind, defaults={"amount": amount}
            )
            if not is_new:
                Draw.objects.filter(pk=draw.pk).update(amount=F("amount") + amount)


def turn_of(lot: Lot, debit: Debit) -> tuple[bool, bool, float, bool, int]:
    """Order lots: what is meant, what expires soonest, what was given, what is oldest."""
    kind, name = debit.source
    is_meant = (kind == "lot" and name == str(lot.pk)) or (
        kind == "payment" and name == str(lot.payment_id)
    )
    # Money that goes back to a buyer takes bought credits along, not presents.
    gives_back = debit.kind == Kind.CLAWBACK
    return (
        not is_meant,
        gives_back and lot.payment_id is None,
        lot.expires_at.timestamp() if lot.expires_at else float("inf"),
        lot.payment_id is not None,
        lot.seq,
    )


def reckon(wallet_id: str) -> None:
    """Draw from a wallet's lots whatever its journal says until now."""
    with one_writer(), transaction.atomic():
        reckoning, _ = Reckoning.objects.select_for_update().get_or_create(
            wallet_id=wallet_id
        )
        until = Wallet.objects.only("seq").get(pk=wallet_id).seq
        if until == reckoning.seq:
            return
        pool = Pool(list(Lot.objects.filter(wallet=wallet_id, unspent__gt=0)))
        coming = [lot for lot in pool.lots if lot.seq > reckoning.seq]
        pool.lots = [lot for lot in pool.lots if lot.seq <= reckoning.seq]
        after = reckoning.seq
        for line in landmarks(wallet_id, after, until):
            for charge in charges(wallet_id, after, line.seq):
                pool.draw(charge)
            after = line.seq
            if line.direction > 0:
                pool.lots += [lot for lot in coming if lot.seq == line.seq]
            else:
                source = (line.ref_type, line.ref_id)
                pool.draw(Debit(line.amount, line.kind, month_of(line.at), source))
        for charge in charges(wallet_id, after, until + 1):
            pool.draw(charge)
        pool.save()
        reckoning.seq = until
        reckoning.save(update_fields=["seq"])


def landmarks(wallet_id: str, after: int, until: int) -> list[Transfer]:
    """Return the lines between which it does not matter in which order charges came."""
    lines = Transfer.objects.filter(wallet=wallet_id, seq__gt=after, seq__lte=until)
    return list(lines.exclude(kind=Kind.CHARGE).order_by("seq"))


def charges(wallet_id: str, after: int, before: int) -> Iterator[Debit]:
    """Return the charges between two lines, added up by month."""
    if before - after < 2:
        return
    lines = Transfer.objects.filter(
        wallet=wallet_id, kind=Kind.CHARGE, seq__gt=after, seq__lt=before
    )
    whole = lines.aggregate(first=Min("at"), last=Max("at"), sum=Sum("amount"))
    if whole["first"] is None:
        return
    if month_of(whole["first"]) == month_of(whole["last"]):
        yield Debit(whole["sum"], Kind.CHARGE, month_of(whole["last"]))
        return
    months = lines.annotate(month=TruncMonth("at", tzinfo=UTC)).values_list("month")
    for month, amount in months.annotate(sum=Sum("amount")).order_by("month"):
        yield Debit(amount, Kind.CHARGE, month_of(month))


def month_of(moment: datetime) -> date:
    return moment.astimezone(UTC).date().replace(day=1)


def expiring(wallet_id: str) -> list[Lot]:
    """Return what is left of credits that expire, the soonest first."""
    lots = Lot.objects.filter(
        wallet=wallet_id, unspent__gt=0, expires_at__gt=timezone.now()
    )
    if not lots.exists():
        return []
    reckon(wallet_id)
    return list(lots.order_by("expires_at", "seq"))


def expire_due() -> int:
    """Let expire what is due, in every wallet; return how many wallets had something."""
    due = Lot.objects.filter(unspent__gt=0, expires_at__lte=timezone.now())
    wallets = list(due.values_list("wallet", flat=True).distinct())
    return sum(expire_in(wallet_id) > 0 for wallet_id in wallets)


def expire_in(wallet_id: str) -> int:
    """Let a wallet's lots expire that are due; what an order holds of them stays.

    An order that was begun in time may still be charged to them. What it gives back
    expires the next time.
    """
    now, expired = timezone.now(), 0
    with one_writer(), transaction.atomic():
        wallet = Wallet.objects.select_for_update().get(pk=wallet_id)
        reckon(wallet_id)
        due = Lot.objects.filter(wallet=wallet_id, unspent__gt=0, expires_at__lte=now)
        spoken_for = 0
        for lot in due.order_by("expires_at", "seq"):
            kept = min(lot.unspent, held_before(wallet, lot) - spoken_for)
            spoken_for += kept
            if lot.unspent > kept:
                expired += take_from(lot, lot.unspent - kept, kind=Kind.EXPIRE)
    return expired


def held_before(wallet: Wallet, lot: Lot) -> int:
    """Return what orders hold that were begun before a lot expired."""
    begun = Hold.objects.filter(
        wallet=wallet, state=Hold.State.PENDING, created_at__lt=lot.expires_at
    )
    return begun.aggregate(sum=Sum("amount"))["sum"] or 0


def drop_test_credits(wallet_id: str) -> int:
    """Take back what is left of credits that were bought without money."""
    dropped = 0
    with one_writer(), transaction.atomic():
        Wallet.objects.select_for_update().get(pk=wallet_id)
        reckon(wallet_id)
        for lot in test_lots().filter(wallet=wallet_id):
            dropped += take_from(
                lot, lot.unspent, kind=Kind.ADJUST, memo="test credits"
            )
        reckon(wallet_id)
    return dropped


def test_lots() -> QuerySet[Lot]:
    return Lot.objects.filter(unspent__gt=0, payment__livemode=False)


def take_from(lot: Lot, amount: int, *, kind: str, memo: str = "") -> int:
    """Take credits of one lot; the caller has the wallet's lock and has reckoned."""
    taken_before = lot.amount - lot.unspent
    return withdraw(
        lot.wallet_id,
        amount,
        kind=kind,
        key=f"{kind}:{lot.pk}:{taken_before}",
        ref=("lot", str(lot.pk)),
        memo=memo,
    )
