"""Put a backup into an empty instance, and prove the books afterwards."""

import asyncio
import tarfile
import tempfile
from argparse import ArgumentParser
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from playground.backup.databases import is_empty, load
from playground.backup.manifest import Manifest, damage, fingerprints
from playground.backup.pictures import put_back, stored
from playground.generation.audit import audit
from playground.generation.database import Books
from playground.generation.sweep import sweep
from playground.telemetry.instruments import PROCESSES
from playground.telemetry.tally import everything


class Command(BaseCommand):
    help = "Put a backup into this instance, which has to be empty and stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("backup", type=Path, help="its folder, or file.tar")
        parser.add_argument(
            "--force", action="store_true", help="overwrite what is here"
        )
        parser.add_argument(
            "--check", action="store_true", help="only see whether it is whole"
        )

    def handle(
        self, *args: Any, backup: Path, force: bool, check: bool, **options: Any
    ) -> None:
        with ExitStack() as until_the_end:
            folder = backup
            if backup.is_file():
                folder = until_the_end.enter_context(unpacked(backup))
            manifest = Manifest.read(folder)
            if damaged := damage(folder):
                raise CommandError(
                    f"{len(damaged)} files are missing or damaged, first {damaged[0]}."
                    " Nothing was changed."
                )
            self.stdout.write(f"The backup of {manifest.made_at} is whole.")
            if not check:
                self.put_back(folder, manifest, force=force)

    def put_back(self, folder: Path, manifest: Manifest, *, force: bool) -> None:
        refuse_what_does_not_fit(manifest)
        if not force:
            refuse_what_is_in_use()
        for name, seen in fingerprints().items():
            if manifest.secrets.get(name) != seen:
                self.stderr.write(f"{name} is another one than when this was made.")
        load(folder / manifest.database)
        number = put_back(folder)
        call_command("migrate", interactive=False, verbosity=0)
        swept = asyncio.run(end_what_is_overdue())
        self.stdout.write(f"Put back the database and {number} files.")
        if swept:
            self.stdout.write(f"{swept} orders were under way; their money is back.")
        if findings := audit():
            raise CommandError(f"The books are not in order: {findings[0]}")
        self.stdout.write("The ledger audit is green.")


class unpacked(tempfile.TemporaryDirectory[str]):
    """A tar's one folder, on the data folder's disk until the block ends."""

    def __init__(self, tar: Path) -> None:
        self._tar = tar
        super().__init__(prefix="restore-", dir=settings.DATA_DIR)

    def __enter__(self) -> Any:
        folder = Path(super().__enter__())
        with tarfile.open(self._tar) as packed:
            packed.extractall(folder, filter="data")
        (inner,) = folder.iterdir()
        return inner


def refuse_what_does_not_fit(manifest: Manifest) -> None:
    if manifest.vendor != connection.vendor:
        raise CommandError(
            f"This is a backup of a {manifest.vendor} database, and DATABASE_URL leads to"
            f" {connection.vendor}."
        )
    ours = MigrationLoader(None).disk_migrations
    known = {f"{app}.{name}" for app, name in ours}
    if unknown := [one for one in manifest.migrations if one not in known]:
        raise CommandError(
            f"The backup is of a newer Easel (it has {unknown[0]}). Install that first."
        )


def refuse_what_is_in_use() -> None:
    _, now = everything()
    if any(name == PROCESSES.name for name, _labels, _part in now):
        raise CommandError("Easel is running here. Stop it first, or say --force.")
    if not is_empty():
        raise CommandError("This database is in use. Say --force to overwrite it.")
    if next(stored(), None) is not None:
        raise CommandError("There are pictures here. Say --force to overwrite them.")


async def end_what_is_overdue() -> int:
    """Give up the orders whose processes are long gone, as a running Easel would."""
    books = Books()
    try:
        return await sweep(books)
    finally:
        await books.close()
