"""`promo_code`: make, list and end the codes that give credits."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from billing.models import PromoCode
from billing.promo import SPELLING, new_code, spelled

MOST_CREDITS = 1_000_000


class Command(BaseCommand):
    help = (
        "Make a code that gives credits: manage.py promo_code SPRING --credits 50."
        " Without a name it is a gift code nobody can guess; without anything, list them."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", nargs="?", help="3 to 40 letters, digits, dashes")
        parser.add_argument("--credits", type=int, help="what each use gives")
        parser.add_argument(
            "--uses", type=int, default=1, help="how often in all (1); once an account"
        )
        parser.add_argument("--count", type=int, default=1, help="so many gift codes")
        parser.add_argument("--from", dest="starts", help="2026-12-01, UTC")
        parser.add_argument("--until", help="2026-12-31, UTC: the first day without it")
        parser.add_argument(
            "--expire-days", type=int, help="its credits are good for so many days"
        )
        parser.add_argument("--memo", default="", help="a note for yourself")
        parser.add_argument("--end", action="store_true", help="end this code now")

    def handle(self, *args: Any, code: str | None, **options: Any) -> None:
        name = spelled(code or "")
        if options["end"]:
            self.end(name)
        elif options["credits"] is None:
            self.list(name)
        else:
            self.make(name, options)

    def make(self, name: str, options: dict[str, Any]) -> None:
        check(name, options)
        for _ in range(options["count"]):
            promo = PromoCode(
                code=name or new_code(),
                credits=options["credits"],
                max_uses=options["uses"],
                starts_at=moment(options["starts"]) or timezone.now(),
                ends_at=moment(options["until"]),
                expire_days=options["expire_days"],
                memo=options["memo"],
            )
            try:
                promo.save()
            except IntegrityError as error:
                raise CommandError(f"There is a code {promo.code} already.") from error
            self.stdout.write(promo.code)

    def end(self, name: str) -> None:
        if not PromoCode.objects.filter(code=name).update(ends_at=timezone.now()):
            raise CommandError(f"There is no code {name}.")
        self.stdout.write(f"{name} has ended.")

    def list(self, name: str) -> None:
        known = PromoCode.objects.filter(code=name) if name else PromoCode.objects.all()
        if name and not known:
            raise CommandError(f"There is no code {name}. Make it with --credits 50.")
        for promo in known.order_by("created_at", "pk"):
            until = f"{promo.ends_at:%Y-%m-%d %H:%M}" if promo.ends_at else "no end"
            self.stdout.write(
                f"{promo.code:<20} {promo.credits:>8} credits"
                f"  used {promo.uses} of {promo.max_uses}  {until}  {promo.memo}".rstrip()
            )


def check(name: str, options: dict[str, Any]) -> None:
    """Refuse what nobody could mean, in words."""
    if name and not SPELLING.fullmatch(name):
        raise CommandError("A code has 3 to 40 letters, digits and dashes.")
    if name and options["count"] > 1:
        raise CommandError(
            "--count makes codes with names of their own: leave CODE out."
        )
    if not 1 <= options["credits"] <= MOST_CREDITS:
        raise CommandError(f"--credits: name 1 to {MOST_CREDITS:,}.")
    for option in ("uses", "count", "expire_days"):
        if options[option] is not None and options[option] < 1:
            raise CommandError(f"--{option.replace('_', '-')}: name 1 or more.")
    starts, until = moment(options["starts"]), moment(options["until"])
    if until and until <= (starts or timezone.now()):
        raise CommandError("--until lies before the code begins.")


def moment(text: str | None) -> datetime | None:
    """Read a day, or a day and a time, in UTC."""
    if not text:
        return None
    try:
        day = parse_date(text)
        found = parse_datetime(f"{day} 00:00") if day else parse_datetime(text)
    except ValueError:
        found = None
    if found is None:
        raise CommandError(f"{text} is no day; write 2026-12-31.")
    return timezone.make_aware(found) if timezone.is_naive(found) else found
