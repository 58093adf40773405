"""Add up what was tried and used; anew for a span of days, if one is named.

Nothing is counted twice, however often this is run. It may be stopped: what is left is
done by the next run without arguments, or by the clock.
"""

from datetime import UTC, date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from playground.generation.models import Rolled
from playground.generation.rolling import DAY, ask_again, catch_up, do_again
from playground.generation.usual import renew

STEP_SECONDS = 5.0


class Command(BaseCommand):
    help = "Add up latency, success, usage and sales, by hour and by day."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="since", type=date.fromisoformat)
        parser.add_argument("--to", dest="until", type=date.fromisoformat)

    def handle(self, *args: Any, **options: Any) -> None:
        until = options["until"] or datetime.now(UTC).date()
        if since := options["since"]:
            ask_again(midnight(since), midnight(until) + DAY)
        while not catch_up(STEP_SECONDS):
            self.tell("new hours, until {0.hours_until:%Y-%m-%d %H:%M}")
        while not do_again(STEP_SECONDS):
            self.tell("again, from {0.again_from:%Y-%m-%d}")
        renew()
        self.tell("done; days until {0.days_until:%Y-%m-%d} are closed")

    def tell(self, words: str) -> None:
        self.stdout.write(words.format(Rolled.objects.get()))
        self.stdout.flush()


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
