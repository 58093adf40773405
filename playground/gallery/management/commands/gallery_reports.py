"""The operator's inbox of the gallery: see reports, and decide about them."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from playground.gallery import reports
from playground.gallery.models import Note, Report

DECISIONS = {
    "hide": (reports.hide, "is hidden from the gallery"),
    "keep": (reports.keep, "stays in the gallery"),
    "approve": (reports.approve, "is in the gallery"),
}


class Command(BaseCommand):
    help = "List reported pictures and those that wait for approval; hide, keep or approve one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "what", nargs="?", choices=["list", *DECISIONS], default="list"
        )
        parser.add_argument("picture", nargs="?", default="", help="the picture's id")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "list":
            self.show()
            return
        picture_id = options["picture"]
        if not Note.objects.filter(pk=picture_id, public_at__isnull=False).exists():
            raise CommandError(
                f"There is no public picture {picture_id or '(name one)'}."
            )
        decision, outcome = DECISIONS[options["what"]]
        decision(picture_id)
        self.stdout.write(f"{picture_id} {outcome}.")

    def show(self) -> None:
        waiting = Report.objects.filter(state=Report.State.OPEN)
        for one in waiting.select_related("picture__generation").order_by("created_at"):
            self.stdout.write(
                f"{one.picture_id}  {one.created_at:%Y-%m-%d %H:%M}  {one.reason}"
                f"  {one.words or '-'}  “{one.picture.generation.prompt[:60]}”"
            )
        asked = reports.waiting()
        for note in asked.select_related("picture__generation"):
            prompt = note.picture.generation.prompt[:60]
            self.stdout.write(f"{note.pk}  waits for approval  “{prompt}”")
        if not waiting.exists() and not asked.exists():
            self.stdout.write("Nothing to decide.")
