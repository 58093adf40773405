#!/usr/bin/env python
"""Django's command line, with Easel's settings."""

import os
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from environs import EnvError


def main() -> None:
    """Run a command, or say in one line which setting is in the way."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")
    try:
        settings.INSTALLED_APPS  # noqa: B018 (reading one setting reads them all)
    except (ImproperlyConfigured, EnvError) as error:
        sys.exit(f"Easel does not start. {error}")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
