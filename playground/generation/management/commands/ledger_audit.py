"""Check every promise of the ledger; exit 1 when one is broken."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from playground.generation.audit import INVARIANTS
from playground.generation.auditing import ask_for_audit, carried_out


class Command(BaseCommand):
    help = "Check every invariant of the credit ledger."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        run = ask_for_audit()
        findings, seconds = carried_out(run), run.seconds
        if options["json"]:
            rows = [{"invariant": one.invariant, "row": one.row} for one in findings]
            report = {
                "ok": not findings,
                "seconds": round(seconds, 3),
                "offenders": rows,
            }
            self.stdout.write(json.dumps(report, default=str))
        else:
            broken = {one.invariant for one in findings}
            for invariant in INVARIANTS:
                mark = "BROKEN" if invariant.name in broken else "holds"
                self.stdout.write(f"{invariant.name:4} {mark:7} {invariant.promise}.")
            for one in findings:
                self.stdout.write(f"{one.invariant}: {one.row}")
            self.stdout.write(f"Checked in {seconds:.2f} s.")
        if findings:
            sys.exit(1)
