"""Remove what was added up longer ago than the settings keep it. The clock does it too."""

from typing import Any

from django.core.management.base import BaseCommand

from playground.generation.rolling import remove_old


class Command(BaseCommand):
    help = "Remove old lines of the rollups, as EASEL_METRICS_…_KEPT_DAYS say."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{remove_old()} lines removed.")
