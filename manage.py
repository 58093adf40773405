#!/usr/bin/env python
"""Django's command line, with Easel's settings."""

import os
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import OperationalError, ProgrammingError
from environs import EnvError


def main() -> None:
    """Run a command, or say in one line which setting is in the way."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")
    try:
        settings.INSTALLED_APPS  # noqa: B018 (reading one setting reads them all)
    except (ImproperlyConfigured, EnvError) as error:
        sys.exit(f"Easel does not start. {error}")
    try:
        execute_from_command_line(sys.argv)
    except (OperationalError, ProgrammingError):  # a table is missing, mostly
        if was_migrated():
            raise
        sys.exit(
            "This database has no tables yet. Make them with `manage.py migrate`, or"
            " start Easel once: `make run` makes them, too."
        )


def was_migrated() -> bool:
    return bool(MigrationRecorder(connection).applied_migrations())


if __name__ == "__main__":
    main()
