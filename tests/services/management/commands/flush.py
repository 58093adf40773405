"""Stands in for Django's `flush`, which its transaction tests call after each test."""

from typing import Any

from django.core.management.base import BaseCommand

from tests.services import clean_books


class Command(BaseCommand):
    help = "Put the test database back as the migrations left it."
    stealth_options = ("reset_sequences", "allow_cascade", "inhibit_post_migrate")

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "--noinput", "--no-input", action="store_false", dest="interactive"
        )
        parser.add_argument("--database", default="default")

    def handle(self, *args: Any, **options: Any) -> None:
        clean_books.put_back()
