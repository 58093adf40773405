"""`stripe_events`: what Stripe told us, and what came of it; handle it again."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from billing.models import StripeEvent
from billing.webhook import handle_again

State = StripeEvent.State
SHOWN = 50


class Command(BaseCommand):
    help = (
        "List the newest events, or those that failed; with --replay handle them again."
        " Doing so twice changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("event", nargs="*", help="evt_…; otherwise the newest")
        parser.add_argument("--failed", action="store_true", help="only what failed")
        parser.add_argument("--replay", action="store_true", help="handle them again")

    def handle(self, *args: Any, event: list[str], **options: Any) -> None:
        found = StripeEvent.objects.order_by("-received_at")
        if event:
            found = found.filter(pk__in=event)
            if missing := set(event) - {one.pk for one in found}:
                raise CommandError(f"There is no event {', '.join(sorted(missing))}.")
        if options["failed"]:
            found = found.filter(state__in=(State.FAILED, State.RECEIVED))
        elif options["replay"] and not event:
            raise CommandError("--replay: name events, or say --failed.")
        for one in found if options["replay"] else found[:SHOWN]:
            if options["replay"]:
                handle_again(one)
                one.refresh_from_db()
            self.stdout.write(
                f"{one.received_at:%Y-%m-%d %H:%M:%S} {one.state:<8} {one.type:<45}"
                f" {one.pk} {one.error[:120]}".rstrip()
            )
