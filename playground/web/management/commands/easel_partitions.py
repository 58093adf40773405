"""Orders and tries in parts, one for each month: see how they lie, and begin it."""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError, connection
from django.utils import timezone

from playground.generation.parted import ORDERS, TABLES, Busy, Part, is_parted, parts_of
from playground.generation.parting import begin

MEGABYTE = 1_000_000
NOT_YET = (
    "Orders lie in one table. --begin parts it by month: nothing is rewritten, orders"
    " wait for a moment. It is for good, and worth it when a table has many millions of"
    " rows, or when old months are to be dropped (EASEL_ORDERS_KEPT_MONTHS)."
)


class Command(BaseCommand):
    help = "Show how orders lie in parts by month; with --begin, part them. PostgreSQL only."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--begin", action="store_true", help="part the tables, while Easel runs"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if connection.vendor != "postgresql":
            raise CommandError(
                "SQLite has no partitions: set DATABASE_URL=postgres://… and move there"
                " first, or stay as you are. Nothing was changed."
            )
        if options["begin"]:
            self.begin()
        if not is_parted():
            self.stdout.write(NOT_YET)
            return
        for line in told():
            self.stdout.write(line)

    def begin(self) -> None:
        if is_parted():
            raise CommandError("Orders lie in parts already.")
        try:
            begin(timezone.now())
        except Busy as error:
            raise CommandError(
                "The tables were in use all the time: a backup or a long question is"
                " under way. Nothing was changed. Try again when it is over."
            ) from error
        except IntegrityError as error:
            raise CommandError(
                f"There are orders of a later month. Nothing was changed. {error}"
            ) from error


def told() -> Iterator[str]:
    """Say of each month where it is, how many orders it has and how large it is."""
    by_bound = {table: {one.until: one for one in parts_of(table)} for table in TABLES}
    yield f"{'part':<12}{'orders, about':>16}{'MB with tries':>16}"
    for until, part in by_bound[ORDERS].items():
        size = sum(parts[until].bytes for parts in by_bound.values() if until in parts)
        yield f"{named(part):<12}{part.rows:>16,}{size / MEGABYTE:>16,.1f}"


def named(part: Part) -> str:
    return part.name.removeprefix(f"{ORDERS}_").replace("_", "-")
