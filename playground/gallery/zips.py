"""Many pictures in one file, sent as it is written: never more than one picture in memory."""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence

from playground.gallery.copies import ORIGINAL, copy_of
from playground.generation.models import Picture

MANIFEST = "manifest.csv"
COLUMNS = (
    "file",
    "prompt",
    "model",
    "seed",
    "width",
    "height",
    "format",
    "created_at",
    "request",
)


class Sink(io.RawIOBase):
    """A file that is only written to, and emptied again and again."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._pieces.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def zipped(pictures: Sequence[Picture], *, has_settings: bool) -> Iterator[bytes]:
    """Write the pictures and a list of them, piece by piece.

    A picture whose file is gone is left out. Pictures do not get smaller by packing.
    """
    sink, rows = Sink(), []
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for picture in pictures:
            try:
                copy = copy_of(picture, ORIGINAL, has_settings=has_settings)
            except FileNotFoundError:
                continue
            rows.append(row_of(picture, copy.file_name))
            archive.writestr(entry(picture, copy.file_name), copy.data)
            yield sink.taken()
        archive.writestr(MANIFEST, manifest(rows), zipfile.ZIP_DEFLATED)
    yield sink.taken()


def entry(picture: Picture, name: str) -> zipfile.ZipInfo:
    moment = picture.created_at
    return zipfile.ZipInfo(name, moment.timetuple()[:6])


def row_of(picture: Picture, name: str) -> tuple[object, ...]:
    order = picture.generation
    return (
        name,
        harmless(order.prompt),
        order.model,
        picture.seed,
        picture.width,
        picture.height,
        picture.format,
        picture.created_at.isoformat(),
        order.pk,
    )


def harmless(text: str) -> str:
    """A spreadsheet takes what begins like a formula for one."""
    return f"'{text}" if text[:1] in "=+-@\t\r" and text else text


def manifest(rows: list[tuple[object, ...]]) -> bytes:
    file = io.StringIO()
    table = csv.writer(file)
    table.writerow(COLUMNS)
    table.writerows(rows)
    return b"\xef\xbb\xbf" + file.getvalue().encode()
