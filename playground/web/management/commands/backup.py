"""Write database and pictures into one folder or tar file, while Easel runs."""

import shutil
import tarfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from playground.backup.databases import applied_migrations, dump
from playground.backup.manifest import Manifest, fingerprints, sha256_of, write_list
from playground.backup.pictures import Copies


class Command(BaseCommand):
    help = "Write database and pictures into one folder, or a .tar, while Easel runs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("to", type=Path, help="a new folder, or a new file.tar")
        parser.add_argument(
            "--since",
            type=Path,
            help="an earlier backup's folder: pictures it has are linked from there",
        )

    def handle(self, *args: Any, to: Path, since: Path | None, **options: Any) -> None:
        if to.exists():
            raise CommandError(f"{to} is there already. Choose a new name.")
        is_tar = to.suffix == ".tar"
        folder = to.with_name(f"{to.name}.unfinished")
        if folder.exists():
            raise CommandError(f"{folder} is what another run left. Remove it first.")
        folder.mkdir(parents=True, mode=0o700)
        manifest = fill(folder, since)
        if is_tar:
            pack(folder, to)
        else:
            folder.rename(to)
        self.stdout.write(
            f"{to}: the {manifest.vendor} database and {manifest.pictures} files"
            f" ({manifest.picture_bytes / 1e6:.1f} MB). Keep the secrets elsewhere:"
            " without EASEL_KEY_PEPPER no API key works after a restore, and without"
            " EASEL_ENCRYPTION_KEY no stored credential can be read."
        )


def fill(folder: Path, since: Path | None) -> Manifest:
    """Take pictures, the database, and the pictures that came meanwhile.

    Whatever the database names was there before it or came before it was read. So a
    file may be newer than the database, and never the other way round.
    """
    copies = Copies(folder, since)
    copies.fill()
    name = dump(folder)
    copies.fill()
    write_list(folder, copies.hashes)
    manifest = Manifest(
        made_at=timezone.now().isoformat(timespec="seconds"),
        vendor=connection.vendor,
        database=name,
        database_sha256=sha256_of(folder / name),
        migrations=applied_migrations(),
        pictures=len(copies.hashes),
        picture_bytes=copies.bytes,
        secrets=fingerprints(),
    )
    manifest.write(folder)
    return manifest


def pack(folder: Path, to: Path) -> None:
    draft = to.with_name(f"{to.name}.new")
    with tarfile.open(draft, "w") as tar:
        tar.add(folder, arcname=to.stem)
    draft.chmod(0o600)
    draft.replace(to)
    shutil.rmtree(folder)
