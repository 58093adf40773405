"""`monthly_close`: what was sold, given, used and is outstanding, by currency, as CSV."""

import csv
from argparse import ArgumentParser
from dataclasses import astuple, fields
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from billing.closing import COLUMNS, close, written
from billing.payouts import Row, matched
from billing.processing import ProcessorAway


class Command(BaseCommand):
    help = (
        "Close a month: manage.py monthly_close 2026-11 > close.csv. Amounts are credits;"
        " opening and all that moved come to what is outstanding. With --payouts, Stripe's"
        " payouts of the month against our payments, and every difference."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("month", help="2026-11, in UTC")
        parser.add_argument("--payouts", action="store_true")
        parser.add_argument(
            "--differences", action="store_true", help="only what does not match"
        )

    def handle(self, *args: Any, month: str, **options: Any) -> None:
        first = month_in(month)
        if options["payouts"] or options["differences"]:
            self.payouts(first, only_differences=options["differences"])
        else:
            self.close(first, month)

    def close(self, first: date, month: str) -> None:
        table = csv.writer(self.stdout)
        table.writerow(["month", "currency", "opening", *COLUMNS, "outstanding"])
        for row in close(first):
            moved = [written(row.moved[column]) for column in COLUMNS]
            ends = written(row.opening), written(row.outstanding)
            table.writerow([month, row.currency, ends[0], *moved, ends[1]])

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
            raise CommandError("Stripe did not answer. Try again.") from error


def month_in(text: str) -> date:
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise CommandError(f"{text} is no month; write 2026-11.") from error
    if month > timezone.now().date():
        raise CommandError(f"{text} has not begun.")
    return month
