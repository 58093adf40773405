"""The pictures' files in a backup: linked where that can be, copied where it cannot.

A file of ours is never changed once it stands, so a second name for it is a copy that
takes no room. What an earlier backup has is taken from there.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from django.core.files.base import File
from django.core.files.storage import default_storage

from playground.backup.manifest import CHUNK, PICTURES, read_list, sha256_of
from playground.generation.deliver import local_disk

PASSING = ("status/",)  # what Easel writes to see whether it can


def stored(folder: str = "") -> Iterator[str]:
    """Return the name of every file in the storage."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in files:
        yield f"{folder}{name}"
    for name in folders:
        inner = f"{folder}{name}/"
        if inner not in PASSING:
            yield from stored(inner)


class Copies:
    """The files of one backup, and their hashes. It may be filled more than once."""

    def __init__(self, folder: Path, before: Path | None) -> None:
        self._folder, self._before = folder / PICTURES, before
        self._known = read_list(before) if before else {}
        self.hashes: dict[str, str] = {}
        self.bytes = 0

    def fill(self) -> None:
        """Take what is in the storage and not here yet."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for name in stored():
            if name not in self.hashes:
                self._take(name)

    def _take(self, name: str) -> None:
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            digest = self._from_before(name, path) or self._from_storage(name, path)
        except FileNotFoundError:  # deleted while we looked
            path.unlink(missing_ok=True)
            return
        self.hashes[name] = digest
        self.bytes += path.stat().st_size

    def _from_before(self, name: str, path: Path) -> str:
        """Link what an earlier backup has, if it is as large still."""
        if self._before is None or name not in self._known:
            return ""
        earlier = self._before / PICTURES / name
        if (
            not earlier.is_file()
            or default_storage.size(name) != earlier.stat().st_size
        ):
            return ""
        link_or_copy(earlier, path)
        return self._known[name]

    def _from_storage(self, name: str, path: Path) -> str:
        disk = local_disk()
        if disk is not None:
            link_or_copy(Path(disk.path(name)), path)
            return sha256_of(path)
        digest = hashlib.sha256()
        with default_storage.open(name) as file, path.open("wb") as copy:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
                copy.write(chunk)
        return digest.hexdigest()


def link_or_copy(source: Path, path: Path) -> None:
    try:
        os.link(source, path)
    except FileExistsError:
        pass
    except FileNotFoundError:
        raise
    except OSError:  # another disk, or one without links
        shutil.copy2(source, path)


def put_back(folder: Path) -> int:
    """Put every picture of a backup into the storage; say how many there were."""
    hashes = read_list(folder)
    disk = local_disk()
    for name in hashes:
        source = folder / PICTURES / name
        if disk is not None:
            put_on_disk(source, Path(disk.path(name)))
            continue
        default_storage.delete(name)
        with source.open("rb") as file:
            default_storage.save(name, File(file))
    return len(hashes)


def put_on_disk(source: Path, path: Path) -> None:
    """Copy, so that the backup stays its own, and put it in place whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.new")
    shutil.copy2(source, draft)
    draft.replace(path)
