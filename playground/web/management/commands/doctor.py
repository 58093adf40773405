"""Look through a production set-up: say what is wrong, and how to mend it."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from playground.doctor import house, parts, settings_checks
from playground.doctor.finding import Finding

MARKS = {"good": "good ", "look": "LOOK ", "wrong": "WRONG"}


class Command(BaseCommand):
    help = "Look through this set-up; ends with 1 when something is wrong."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        findings = []
        for one in examined():
            findings.append(one)
            if not options["json"]:
                self.tell(one)  # at once: what comes next may take its time
        wrong = sum(one.level == "wrong" for one in findings)
        if options["json"]:
            found = [asdict(one) for one in findings]
            self.stdout.write(json.dumps({"ok": not wrong, "findings": found}))
        else:
            looks = sum(one.level == "look" for one in findings)
            self.stdout.write(f"{wrong} wrong, {looks} to look at.")
        if wrong:
            sys.exit(1)

    def tell(self, one: Finding) -> None:
        self.stdout.write(f"{MARKS[one.level]}  {one.name}: {one.told}")
        if one.mend:
            self.stdout.write(f"       {one.mend}")
        self.stdout.flush()


def examined() -> Iterator[Finding]:
    for check in (*settings_checks.CHECKS, *parts.CHECKS, *house.CHECKS):
        yield from check()
