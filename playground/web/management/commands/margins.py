"""`margins`: what customers paid and what providers charged, by day and model.

A credit is worth what is left of it after the card's fees in the pack that gives the most
of them, as in `catalogue_check`; credits that were given away count like bought ones.
Refused and lost is what providers charge for tries that brought no picture.
"""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from billing.ledger import MICRO
from billing.packs import earned_usd_per_credit, packs
from playground.generation.earnings import Earned, Line, earnings, put_together
from playground.generation.summing import Window

LONGEST_DAYS = 1100
HEAD = (
    f"{'day':10}  {'model':34} {'pictures':>8} {'credits':>11} {'paid $':>10}"
    f" {'cost $':>10} {'margin $':>10} {'margin':>8} {'refused $':>10} {'lost $':>9}"
)


class Command(BaseCommand):
    help = "Show what customers paid and what providers charged, by day and model."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, default=30, help="today among them")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, days: int, **options: Any) -> None:
        usd_per_credit = earned_usd_per_credit(packs())
        if usd_per_credit is None:
            raise CommandError("EASEL_PACKS sells nothing in usd, so nothing compares.")
        if not 1 <= days <= LONGEST_DAYS:
            raise CommandError(f"--days is a number from 1 to {LONGEST_DAYS}.")
        lines = earnings(Window.last(f"{days}d", timezone.now()))
        if options["json"]:
            self.stdout.write(json.dumps(in_json(lines, usd_per_credit), indent=1))
            return
        for text in in_words(lines, usd_per_credit):
            self.stdout.write(text)


def in_words(lines: list[Line], usd_per_credit: Decimal) -> Iterator[str]:
    total = put_together(lines)
    yield f"A credit earns ${usd_per_credit:.5f} after card fees."
    if total.is_demo:
        yield "Demo data is among this; manage.py demo_data --remove takes it away."
    yield HEAD
    for line in lines:
        yield row(str(line.day), line.model, line.earned, usd_per_credit)
    yield row("all", "", total, usd_per_credit)


def row(day: str, model: str, earned: Earned, usd_per_credit: Decimal) -> str:
    money = earned.in_dollars(usd_per_credit)
    share = "-" if money.share is None else f"{money.share:+.1%}"
    return (
        f"{day:10}  {model[:34]:34} {earned.pictures:8} {credits_of(earned):11.2f}"
        f" {money.paid:10.2f} {money.cost:10.2f} {money.margin:10.2f}"
        f" {share:>8} {money.refused:10.2f} {money.lost:9.2f}"
    )


def credits_of(earned: Earned) -> Decimal:
    return Decimal(earned.paid_microcredits) / MICRO


def in_json(lines: list[Line], usd_per_credit: Decimal) -> dict[str, Any]:
    def told(earned: Earned) -> dict[str, Any]:
        money = earned.in_dollars(usd_per_credit)
        return {
            "pictures": earned.pictures,
            "paid_microcredits": earned.paid_microcredits,
            "cost_microusd": earned.cost_microusd,
            "refused_microusd": earned.refused_microusd,
            "lost_microusd": earned.lost_microusd,
            "demo": earned.is_demo,
            "paid_usd": f"{money.paid:.6f}",
            "cost_usd": f"{money.cost:.6f}",
            "margin_usd": f"{money.margin:.6f}",
        }

    return {
        "usd_per_credit": f"{usd_per_credit:.6f}",
        "lines": [
            {"day": str(one.day), "model": one.model, **told(one.earned)}
            for one in lines
        ],
        "total": told(put_together(lines)),
    }
