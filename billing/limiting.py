"""Budgets: what a key, an account or a member may spend in a day, a week, a month or ever."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from django.db import connection, transaction
from django.db.models import Q, Sum
from django.utils import timezone

from billing.models import Hold, KeyBudget, Wallet
from billing.turns import one_writer


def limit_key(wallet_id: str, key_id: str, period: str, cap: int | None) -> None:
    """Cap what a key may spend in a period; `None` lifts the limit."""
    limit(wallet_id, Q(key_id=key_id), period, cap, owner=key_id)


def limit_account(wallet_id: str, cap: int | None) -> None:
    """Cap what an account may spend in a month, whoever spends it."""
    limit(wallet_id, Q(), KeyBudget.Period.MONTH, cap, owner=wallet_id)


def limit_member(wallet_id: str, person_id: int, cap: int | None) -> None:
    """Cap what one person may spend from an account in a month, by hand or by keys."""
    member = member_name(wallet_id, person_id)
    limit(wallet_id, Q(member=member), KeyBudget.Period.MONTH, cap, owner=member)


def member_name(wallet_id: str, person_id: int | None) -> str:
    """Name a person as one who spends from this wallet."""
    return f"{wallet_id}/{person_id}" if person_id else ""


def limit(
    wallet_id: str, whose: Q, period: str, cap: int | None, *, owner: str
) -> None:
    """Write or lift a limit; what was spent in its present window so far counts.

    Orders that are just being opened or closed do not see a budget that is made
    meanwhile, so nobody may touch holds for these few milliseconds.
    """
    budgets = KeyBudget.objects.filter(owner=owner, period=period)
    if cap is None:
        budgets.delete()
        return
    Wallet.objects.get_or_create(account_id=wallet_id)
    with one_writer(), transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("LOCK TABLE billing_hold IN SHARE ROW EXCLUSIVE MODE")
        Wallet.objects.filter(pk=wallet_id).update(is_capped=True)
        starts = window_start(period)
        holds = Hold.objects.filter(whose, wallet_id=wallet_id, created_at__gte=starts)
        pending = holds.filter(state=Hold.State.PENDING)
        budgets.update_or_create(
            owner=owner,
            period=period,
            defaults={
                "cap": cap,
                "window_start": starts,
                "spent": holds.aggregate(all=Sum("posted"))["all"] or 0,
                "held": pending.aggregate(all=Sum("amount"))["all"] or 0,
            },
        )


@dataclass(frozen=True, slots=True)
class Budget:
    """A limit as it stands now: of a key, an account or a member."""

    owner: str
    period: str
    words: str
    cap: int
    spent: int
    held: int
    resets_at: datetime | None

    @property
    def kind(self) -> Literal["key", "account", "member"]:
        if "/" in self.owner:
            return "member"
        return "key" if self.owner.startswith("key_") else "account"

    @property
    def used(self) -> int:
        return self.spent + self.held

    @property
    def left(self) -> int:
        return max(0, self.cap - self.used)

    @property
    def percent(self) -> int:
        """Say how much of it is gone."""
        return min(100, round(100 * self.used / self.cap)) if self.cap else 100


def budgets_of(*owners: str) -> list[Budget]:
    """Return the limits of these owners; of windows that have ended, nothing is used."""
    found = []
    for row in KeyBudget.objects.filter(owner__in=owners).order_by("owner", "pk"):
        has_ended = row.window_start < window_start(row.period)
        spent, held = (0, 0) if has_ended else (row.spent, row.held)
        resets_at, words = window_end(row.period), str(row.get_period_display())
        found.append(
            Budget(row.owner, row.period, words, row.cap, spent, held, resets_at)
        )
    return found


def window_end(period: str) -> datetime | None:
    """Return when the present window of a period ends; one that never does has none."""
    starts = window_start(period)
    if period == KeyBudget.Period.MONTH:
        return (starts + timedelta(days=32)).replace(day=1)
    days = {"day": 1, "week": 7}.get(period)
    return starts + timedelta(days=days) if days else None


def window_start(period: str) -> datetime:
    """Return when the present window of a period began, in UTC."""
    today = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    if period == KeyBudget.Period.WEEK:
        return today - timedelta(days=today.weekday())
    if period == KeyBudget.Period.MONTH:
        return today.replace(day=1)
    return today if period == KeyBudget.Period.DAY else datetime(2000, 1, 1, tzinfo=UTC)
