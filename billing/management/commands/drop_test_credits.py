"""`drop_test_credits`: when going live, take back what was bought without money."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from billing.ledger import MICRO
from billing.lots import drop_test_credits, reckon, test_lots
from billing.processor import is_live


class Command(BaseCommand):
    help = (
        "Take back what is left of credits that were bought at the test till or with a"
        " test key. Runs only where a live Stripe key is set."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say how much")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        if not is_live():
            raise CommandError(
                "No live Stripe key is set here, so test credits still count."
                " Set STRIPE_SECRET_KEY to a live key first."
            )
        wallets = sorted(set(test_lots().values_list("wallet", flat=True)))
        for wallet_id in wallets:
            if dry_run:
                reckon(wallet_id)
                left = sum(lot.unspent for lot in test_lots().filter(wallet=wallet_id))
            else:
                left = drop_test_credits(wallet_id)
            if left:
                self.stdout.write(f"{wallet_id} {left // MICRO}.{left % MICRO:06}")
        self.report(dry_run)

    def report(self, dry_run: bool) -> None:
        if dry_run:
            self.stdout.write("Nothing was changed.")
            return
        left = sum(lot.unspent for lot in test_lots())
        self.stdout.write("Done." if not left else HELD)


HELD = "Some are held by orders that are being painted: run this again in an hour."
