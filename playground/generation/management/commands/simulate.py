"""`simulate`: every provider without an account, on ports of this machine.

The simulated providers are those of the tests, and know nothing of Django: they are a
program of their own, `tests/upstreams`, which takes this process's place.
"""

import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Run every provider simulated, and print the settings that lead there."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8900, help="this and the next")
        parser.add_argument(
            "--print", action="store_true", help="print the settings and end"
        )
        parser.add_argument(
            "--faults", action="store_true", help="print what can be made to go wrong"
        )

    def handle(self, *, port: int, print: bool, faults: bool, **options: Any) -> None:
        if not (settings.BASE_DIR / "tests" / "upstreams").is_dir():
            raise CommandError(
                "The simulated providers are in tests/upstreams, which this copy of"
                " Easel lacks: run this in a clone of the repository."
            )
        asked = [("--print", print), ("--faults", faults)]
        said = [word for word, is_asked in asked if is_asked]
        os.chdir(settings.BASE_DIR)
        program = [sys.executable, "-m", "tests.upstreams", "--port", str(port), *said]
        os.execv(sys.executable, program)
