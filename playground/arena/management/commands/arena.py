"""The operator's way to fill the arena: challenges, and models' pictures for them."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Count, Q

from accounts.issuing import account_of
from accounts.models import Account, Person
from playground.arena import entering
from playground.arena.entering import Plan
from playground.arena.models import Challenge, Commission, Doubt
from playground.arena.reckoning import publish
from playground.arena.tasks import collect_pictures
from playground.generation import tasks
from playground.generation.errors import EaselError
from playground.generation.models import Generation
from playground.generation.price import MICROCREDITS

WHAT = ("list", "challenges", "enter", "collect", "reckon")


class Command(BaseCommand):
    help = (
        "list: challenges and their entries; challenges: add Easel's own; enter: have models"
        " paint for them; collect: enter what was painted; reckon: rate anew, now."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", nargs="?", choices=WHAT, default="list")
        parser.add_argument("--account", metavar="EMAIL", help="who pays for entries")
        parser.add_argument("--model", action="append", default=[])
        parser.add_argument("--challenge", action="append", default=[], metavar="SLUG")
        parser.add_argument("--count", type=int, default=2, help="pictures of each")
        parser.add_argument(
            "--yes", action="store_true", help="order it; without, the price is told"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        what = options["what"]
        if what == "challenges":
            self.stdout.write(f"{len(entering.open_starters())} challenges added.")
        elif what == "enter":
            self.enter(options)
        elif what == "collect":
            self.stdout.write(f"{entering.collect()} pictures entered.")
        elif what == "reckon":
            publish(False, anyway=True)
            self.stdout.write("Every rating is worked out anew.")
        else:
            self.show()

    def show(self) -> None:
        pictures = Count("entries", Q(entries__picture__isnull=False))
        models = Count("entries__model", distinct=True)
        found = Challenge.objects.filter(is_demo=False).annotate(n=pictures, m=models)
        for one in found.order_by("is_edit", "category", "slug"):
            ended = "  closed" if one.retired_at else ""
            self.stdout.write(
                f"{one.slug:<24} {one.category:<14} {one.m} models, {one.n} pictures{ended}"
            )
        if not found:
            self.stdout.write(
                "No challenges yet: manage.py arena challenges adds some."
            )
        waiting = Commission.objects.filter(
            is_collected=False, generation__state__in=Generation.LIVE
        ).count()
        doubts = Doubt.objects.filter(vote__is_demo=False).count()
        self.stdout.write(f"{waiting} orders running, {doubts} votes set aside.")

    def enter(self, options: dict[str, Any]) -> None:
        account, person = payer(options["account"])
        buyer = entering.buyer_of(account, person.pk)
        plans: list[Plan] = []
        for challenge, model in wanted(options):
            try:
                plans.append(
                    entering.planned(challenge, model, options["count"], buyer)
                )
            except EaselError as error:
                self.stderr.write(f"{challenge.slug}, {model}: {error}")
        total = sum(plan.total_microcredits for plan in plans) / MICROCREDITS
        if not options["yes"]:
            self.stdout.write(
                f"{len(plans)} orders for at most {total:g} credits of {person.email}."
                " Add --yes to have them painted."
            )
            return
        for plan in plans:
            try:
                order = entering.order(plan, buyer)
            except EaselError as error:
                raise CommandError(str(error)) from error
            tasks.send(order, then=collect_pictures.si())
        self.stdout.write(
            f"{len(plans)} orders, at most {total:g} credits. Pictures enter as they come."
        )


def payer(email: str | None) -> tuple[Account, Person]:
    person = Person.objects.filter(email=(email or "").lower()).first()
    if person is None:
        raise CommandError("--account names nobody: give the e-mail of who pays.")
    return account_of(person), person


def wanted(options: dict[str, Any]) -> Iterator[tuple[Challenge, str]]:
    """Name each challenge with each model; without a choice, all open challenges."""
    challenges = Challenge.objects.filter(is_demo=False, retired_at__isnull=True)
    if options["challenge"]:
        challenges = challenges.filter(pk__in=options["challenge"])
    missing = {*options["challenge"]} - {one.pk for one in challenges}
    if missing or not challenges:
        named = ", ".join(sorted(missing)) or "any"
        raise CommandError(f"There is no open challenge {named}: see manage.py arena.")
    if not options["model"]:
        raise CommandError("Name at least one --model.")
    for challenge in challenges:
        for model in options["model"]:
            yield challenge, model
