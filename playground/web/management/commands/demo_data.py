"""`demo_data`: a believable month for screenshots and design work, marked and removable.

What shows it says that it is demo data. Each part fills and removes what is its own.
"""

from argparse import ArgumentParser
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.issuing import account_of
from accounts.models import ApiKey, Person
from playground.arena import demo as demo_arena
from playground.generation import demo_orders
from playground.generation.demo_orders import Shop
from playground.web.demo import EMAIL, open_demo

PART_OF_ALL = 8.0  # of a hundred orders, so many are the demo account's


class Command(BaseCommand):
    help = "Fill a month with demo data, or take it away again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, default=30)
        parser.add_argument("--orders-a-day", type=int, default=900)
        parser.add_argument(
            "--challenges",
            type=int,
            default=8,
            help="of a made-up arena; 0 makes none up",
        )
        parser.add_argument("--remove", action="store_true")
        parser.add_argument("--yes", action="store_true", help="also in production")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["remove"]:
            votes, orders = demo_arena.remove(), demo_orders.remove()
            self.stdout.write(f"{orders} demo orders and {votes} votes removed.")
            return
        if not settings.DEBUG and not options["yes"]:
            raise CommandError(
                "This mixes made-up orders into the numbers of a production instance."
                " Add --yes to do it anyway; --remove takes them away again."
            )
        if not (1 <= options["days"] <= 400 and options["orders_a_day"] > 0):
            raise CommandError("--days is 1 to 400, and --orders-a-day at least 1.")
        if demo_orders.is_there():
            demo_arena.remove()
            demo_orders.remove()
        shops = [*own_shop()]
        written = demo_orders.fill(options["days"], options["orders_a_day"], shops)
        challenges = options["challenges"]
        votes = demo_arena.fill(challenges=challenges) if challenges > 0 else 0
        self.stdout.write(
            f"{written} demo orders and {votes} demo votes written."
            " manage.py demo_data --remove takes them away."
        )


def own_shop() -> list[Shop]:
    """The demo account, which asks by its key and by hand; only in debug there is one."""
    if not settings.DEBUG:
        return []
    open_demo()
    person = Person.objects.get(email=EMAIL)
    account = account_of(person)
    key = ApiKey.objects.filter(account=account, revoked_at=None).first()
    group = account.group
    return [
        Shop(
            account_id=account.pk,
            group=group.pk,
            multiplier=Decimal(group.multiplier),
            weight=PART_OF_ALL,
            key_id=key.pk if key else None,
            person_id=person.pk,
        )
    ]
