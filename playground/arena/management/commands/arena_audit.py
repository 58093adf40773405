"""`arena_audit`: prove that every published figure follows from the raw votes."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from playground.arena.auditing import Outdated, audit
from playground.arena.models import Ranking, Standing


class Command(BaseCommand):
    help = "Recompute all figures of the arena from the votes; exit with 1 if one is wrong."

    def handle(self, *args: Any, **options: Any) -> None:
        wrong: list[str] = []
        for ranking in Ranking.objects.order_by("is_demo"):
            try:
                wrong += audit(ranking.is_demo)
            except Outdated as error:
                raise CommandError(
                    "Consents changed since the last reckoning. Run manage.py arena reckon"
                    " first."
                ) from error
            lines = Standing.objects.filter(is_demo=ranking.is_demo).count()
            what = "demo" if ranking.is_demo else "public"
            self.stdout.write(
                f"{what}: {ranking.counted} votes count, {ranking.doubted} do not,"
                f" {lines} standings."
            )
        for line in wrong:
            self.stdout.write(line)
        if wrong:
            raise CommandError(f"{len(wrong)} figures do not follow from the votes.")
        self.stdout.write("Every published figure follows from the votes.")
