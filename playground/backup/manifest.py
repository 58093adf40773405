"""What stands in a backup: a folder, its list of pictures, and what made it.

manifest.json     when, of which database, with which secrets' fingerprints
database.*        SQLite's file, or pg_dump's archive
pictures.sha256   one line a file, as `sha256sum -c` reads it
pictures/         the files themselves
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError

MANIFEST, LIST, PICTURES = "manifest.json", "pictures.sha256", "pictures"
CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself."""

    made_at: str
    vendor: str
    database: str
    database_sha256: str
    migrations: list[str]
    pictures: int
    picture_bytes: int
    secrets: dict[str, str]

    def write(self, folder: Path) -> None:
        text = json.dumps(asdict(self), indent=1, ensure_ascii=False)
        (folder / MANIFEST).write_text(text + "\n")

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        try:
            return cls(**json.loads((folder / MANIFEST).read_text()))
        except (OSError, ValueError, TypeError) as error:
            raise CommandError(f"{folder} holds no whole backup: {error}") from error


def fingerprints() -> dict[str, str]:
    """Return what tells whether secrets are the same, and nothing else of them."""
    secrets = {
        "EASEL_KEY_PEPPER": settings.KEY_PEPPER,
        "EASEL_ENCRYPTION_KEY": ",".join(settings.ENCRYPTION_KEYS),
    }
    return {
        name: hashlib.scrypt(
            secret.encode(), salt=name.encode(), n=2**14, r=8, p=1, dklen=8
        ).hex()
        for name, secret in secrets.items()
    }


def sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def write_list(folder: Path, hashes: Mapping[str, str]) -> None:
    lines = [f"{digest}  {PICTURES}/{name}\n" for name, digest in hashes.items()]
    (folder / LIST).write_text("".join(sorted(lines, key=lambda line: line[66:])))


def read_list(folder: Path) -> dict[str, str]:
    """Return the hash of each picture's file, by its name."""
    return dict(listed(folder)) if (folder / LIST).exists() else {}


def listed(folder: Path) -> Iterator[tuple[str, str]]:
    for line in (folder / LIST).read_text().splitlines():
        digest, _, name = line.partition("  ")
        yield name.removeprefix(f"{PICTURES}/"), digest


def damage(folder: Path) -> list[str]:
    """Return what of a backup is not as it was written."""
    manifest = Manifest.read(folder)
    wanted = {manifest.database: manifest.database_sha256}
    pictures = read_list(folder)
    wanted |= {f"{PICTURES}/{name}": digest for name, digest in pictures.items()}
    found = [] if len(pictures) == manifest.pictures else [LIST]
    for name, digest in wanted.items():
        path = folder / name
        if not path.is_file() or sha256_of(path) != digest:
            found.append(name)
    return found
