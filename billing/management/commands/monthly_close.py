"""`monthly_close`: what was sold, given, used and is outstanding, by currency, as CSV;
beside it the money: taken, refunded, withheld, what it cost, and what arrived."""

import csv
from argparse import ArgumentParser
from dataclasses import astuple, fields
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from billing.closing import COLUMNS, GIVEN, Close, close, written
from billing.payouts import Row, matched
from billing.processing import ProcessorAway
from billing.takings import Takings, takings_of

AWAY = "Stripe did not answer. Try again."


class Command(BaseCommand):
    help = (
        "Close a month: manage.py monthly_close 2026-11 > close.csv. Amounts are credits;"
        " opening and all that moved come to what is outstanding. Columns that begin with"
        " cash_ are money: taken (tax is a part of it), refunded, disputed (withheld by the"
        " bank; what was won comes back), and of Stripe's payouts of the month the fees,"
        " what was paid out, and how many lines do not match. With --payouts, those lines"
        " themselves against our payments; with --differences, those that do not match."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("month", help="2026-11, in UTC")
        parser.add_argument("--payouts", action="store_true")
        parser.add_argument(
            "--differences", action="store_true", help="only what does not match"
        )
        parser.add_argument(
            "--offline", action="store_true", help="ask Stripe nothing: no payouts"
        )

    def handle(self, *args: Any, month: str, **options: Any) -> None:
        first = month_in(month)
        if options["payouts"] or options["differences"]:
            self.payouts(first, only_differences=options["differences"])
        else:
            asks_stripe = bool(settings.STRIPE_SECRET_KEY) and not options["offline"]
            self.close(first, month, asks_stripe=asks_stripe)

    def close(self, first: date, month: str, *, asks_stripe: bool) -> None:
        try:
            takings = takings_of(first, matched(first) if asks_stripe else None)
        except ProcessorAway as error:
            raise CommandError(
                f"{AWAY} With --offline, payouts are left out."
            ) from error
        credits = {row.currency: row for row in close(first)}
        table = csv.writer(self.stdout)
        head = ["month", "currency", "opening", *COLUMNS, "outstanding"]
        table.writerow([*head, *(f"cash_{one.name}" for one in fields(Takings))])
        for currency in sorted({*credits, *takings}):
            row = credits.get(currency) or Close(currency, 0, dict.fromkeys(COLUMNS, 0))
            moved = [written(row.moved[column]) for column in COLUMNS]
            cash = cash_cells(takings.get(currency), currency)
            ends = written(row.opening), written(row.outstanding)
            table.writerow([month, currency, ends[0], *moved, ends[1], *cash])

    def payouts(self, first: date, *, only_differences: bool) -> None:
        if not settings.STRIPE_SECRET_KEY:
            raise CommandError("Payouts are Stripe's: set STRIPE_SECRET_KEY.")
        table = csv.writer(self.stdout)
        table.writerow([field.name for field in fields(Row)])
        try:
            for row in matched(first):
                if row.difference or not only_differences:
                    table.writerow(astuple(row))
        except ProcessorAway as error:
            raise CommandError(AWAY) from error


def cash_cells(money: Takings | None, currency: str) -> list[str | int]:
    """Write a currency's money; credits nobody bought have none, and unknown is empty."""
    if currency == GIVEN:
        return [""] * len(fields(Takings))
    *amounts, differences = astuple(money or Takings())
    cells = ["" if one is None else in_units(one) for one in amounts]
    return [*cells, "" if differences is None else differences]


def in_units(minor: int) -> str:
    sign, whole = "-" if minor < 0 else "", abs(minor)
    return f"{sign}{whole // 100}.{whole % 100:02}"


def month_in(text: str) -> date:
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise CommandError(f"{text} is no month; write 2026-11.") from error
    if month > timezone.now().date():
        raise CommandError(f"{text} has not begun.")
    return month
