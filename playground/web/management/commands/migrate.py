"""Django's `migrate`, which starts a new database from the structure written down."""

from typing import Any

from django.core.management.commands import migrate
from django.db import connections

from playground.structure.laying import lay_down


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        # One that asks for some of the migrations only is to have them one by one.
        is_whole = not (
            options["app_label"] or options["plan"] or options["check_unapplied"]
        )
        if is_whole and not options["fake"]:
            lay_down(connections[options["database"]])
        super().handle(*args, **options)
