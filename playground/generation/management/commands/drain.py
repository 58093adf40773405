"""Take no new orders, wait until what is under way is done, and open again: for scripts.

manage.py drain --words "An upgrade, ten minutes." --wait && systemctl restart easel
manage.py drain --off
"""

import sys
import time
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from playground.generation import draining

LOOK_SECONDS = 0.5


class Command(BaseCommand):
    help = "Take no new orders; with --off, take them again. Exit 1 when the wait was too long."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--words", default="", help="what customers are told, too")
        parser.add_argument("--minutes", type=int, help="about how long it will take")
        parser.add_argument("--wait", action="store_true", help="until nothing runs")
        parser.add_argument(
            "--timeout", type=float, default=3600, help="at most so many seconds"
        )
        parser.add_argument("--off", action="store_true", help="take orders again")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["off"]:
            was_closed = draining.open_again()
            self.stdout.write("Open again." if was_closed else "It was open.")
            return
        minutes = options["minutes"]
        until = timezone.now() + timedelta(minutes=minutes) if minutes else None
        draining.close(options["words"], until)
        self.stdout.write("No new orders are taken.")
        if options["wait"] and not self.waited(options["timeout"]):
            self.stderr.write("Some orders are still under way.")
            sys.exit(1)

    def waited(self, seconds: float) -> bool:
        """Wait until nothing runs; say so on the way whenever it has become less."""
        # A process that took its last order a moment ago may still be writing it.
        time.sleep(draining.KNOWN_SECONDS + draining.OLDEST_SECONDS)
        end, told = time.monotonic() + seconds, None
        while (left := draining.left()) and time.monotonic() < end:
            if left != told:
                self.stdout.write(f"{left} under way.")
                told = left
            time.sleep(LOOK_SECONDS)
        if not left:
            self.stdout.write("Nothing is under way.")
        return not left
