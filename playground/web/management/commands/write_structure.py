"""Write down what all migrations make, for new databases. `make structure` does it."""

from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.management.commands import migrate
from django.db import connection

from playground.structure.laying import FOLDER
from playground.structure.writing import written


class Command(BaseCommand):
    help = "Run every migration on an empty database, and write down what they made."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--folder", type=Path, default=FOLDER)

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        if connection.introspection.table_names():
            raise CommandError("This database has tables: name an empty one.")
        call_command(migrate.Command(), interactive=False, verbosity=0)
        (folder / f"{connection.vendor}.sql").write_text(written(connection))
