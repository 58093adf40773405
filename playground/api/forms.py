"""Read multipart forms with pictures in them, as clients really send them.

What a part is called decides what it is for; its content type and file name are
never believed. Pictures go to disk when they are large, words are few. The body
stands on disk already and has a length, whether or not the caller told one.
"""

import asyncio
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import IO, Any, Self

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest
from django.http.multipartparser import (
    ChunkIter,
    LazyStream,
    MultiPartParserError,
    Parser,
)
from django.utils.encoding import force_str
from django.utils.http import parse_header_parameters
from django.utils.translation import gettext as _

from playground.generation.errors import BadRequest, TooLarge, WrongMedia
from playground.generation.inputs import MOST_BYTES, MOST_FILES

MULTIPART = "multipart/form-data"
BOUNDARY = re.compile(r"[ -~]{0,200}[!-~]")
PICTURE = re.compile(
    r"(?P<name>images?|image_urls?|reference_images|mask(?:_url)?)(?:\[(?P<place>\d{0,4})\])?"
    r"(?:\[(?:image_url|file_id)\])?"
)
# What begins like this is no picture, but says where one is.
ADDRESS = re.compile(rb"(?i)(https?://|data:|pic_)")
CHUNK = 64 * 1024
IN_MEMORY = 256 * 1024
MOST_PARTS = 200
MOST_TEXT_BYTES = 1024 * 1024
LONGEST_NAME = 100

Sent = IO[bytes] | str


@dataclass(frozen=True, slots=True)
class PictureForm:
    """Words by name, and pictures in order: files, or addresses of pictures.

    `with form:` closes the files at its end.
    """

    fields: dict[str, str] = field(default_factory=dict)
    images: list[Sent] = field(default_factory=list)
    mask: Sent | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for sent in (*self.images, self.mask):
            if sent is not None and not isinstance(sent, str):
                sent.close()


async def read_form(request: HttpRequest) -> PictureForm:
    """Read the form, in a thread. Nothing may have touched the body before."""
    kind, boundary = media_type(request)
    if kind != MULTIPART:
        message = _("Send this as multipart/form-data or as application/json.")
        raise WrongMedia(message)
    if not BOUNDARY.fullmatch(boundary):
        raise broken()
    return await asyncio.to_thread(form_in, request, boundary.encode("ascii"))


def media_type(request: HttpRequest) -> tuple[str, str]:
    """Return the body's type, and its boundary if it has one."""
    kind, said = parse_header_parameters(request.META.get("CONTENT_TYPE", ""))
    return kind.strip().lower(), said.get("boundary", "")


def broken() -> BadRequest:
    return BadRequest(
        _("The form is broken or cut off. Send the whole of it again."),
        code="bad_form",
    )


def form_in(body: IO[bytes] | HttpRequest, boundary: bytes) -> PictureForm:
    gathering = Gathering()
    try:
        for name, filename, stream in parts(body, boundary):
            gathering.take(name, bool(filename), stream)
        return gathering.form()
    except (MultiPartParserError, SuspiciousOperation) as error:
        gathering.drop()
        raise broken() from error
    except BaseException:
        gathering.drop()
        raise


def parts(
    body: IO[bytes] | HttpRequest, boundary: bytes
) -> Iterator[tuple[str, str, "Stream"]]:
    """Yield each part's name, what it calls itself as a file, and its bytes."""
    ending = Ending(body, boundary)
    chunks = ChunkIter(ending, CHUNK)  # type: ignore[arg-type]
    for count, (_kind, said, stream) in enumerate(Parser(LazyStream(chunks), boundary)):
        if count > MOST_PARTS:
            message = _("The form has too many parts: send at most %(limit)d.")
            raise TooLarge(message % {"limit": MOST_PARTS})
        options = said.get("content-disposition", ("", {}))[1]
        name = printable(force_str(options.get("name", b""), errors="replace"))
        encoding = said.get("content-transfer-encoding", ("", {}))[0].strip().lower()
        if encoding in ("base64", "quoted-printable"):
            message = _("%(name)s: send the bytes as they are, without base64.")
            raise BadRequest(message % {"name": name}, param=name)
        if name:
            filename = force_str(options.get("filename", b""), errors="replace")
            yield name, filename, stream
        for _chunk in stream:
            pass  # the next part begins where this one ends
    if not ending.is_seen:
        raise broken()


def printable(name: str) -> str:
    """Return a part's name as it may be repeated in an answer."""
    shown = "".join(one for one in name if one.isprintable())
    return shown.strip()[:LONGEST_NAME]


Stream = Iterable[bytes]


class Ending:
    """A body being read, and whether the form's last mark has come by."""

    def __init__(self, body: Any, boundary: bytes) -> None:
        self._body = body
        self._mark = b"--" + boundary + b"--"
        self._tail = b""

    def read(self, size: int) -> bytes:
        data: bytes = self._body.read(size)
        if data:
            self._tail = (self._tail + data)[-len(self._mark) - 512 :]
        return data

    @property
    def is_seen(self) -> bool:
        return self._mark in self._tail


class Gathering:
    """The parts so far, and how much of each kind may still come."""

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}
        self.images: list[tuple[int, Sent]] = []
        self.mask: Sent | None = None
        self._text_left = MOST_TEXT_BYTES

    def take(self, name: str, has_filename: bool, stream: Stream) -> None:
        """Put one part where it belongs."""
        picture = PICTURE.fullmatch(name)
        if picture is None:
            self.fields[name] = self.text(name, has_filename, stream)
            return
        sent = self.sent(name, stream)
        if sent is None and has_filename:
            raise self.nothing_in(picture["name"])
        if sent is None:
            return
        if picture["name"].startswith("mask"):
            self.keep_mask(sent)
        else:
            self.images.append((int(picture["place"] or 0), sent))
            self.check_count()

    def check_count(self) -> None:
        if len(self.images) > MOST_FILES:
            message = _("Those are too many pictures: send at most %(limit)d.")
            raise BadRequest(message % {"limit": MOST_FILES}, param="image")

    def keep_mask(self, sent: Sent) -> None:
        if self.mask is not None:
            close(sent)
            raise BadRequest(_("Send one mask at most."), param="mask")
        self.mask = sent

    def text(self, name: str, has_filename: bool, stream: Stream) -> str:
        """Read a few words; together they have one limit."""
        data = bytearray()
        for chunk in stream:
            data += chunk
            self._text_left -= len(chunk)
            if self._text_left < 0:
                raise self.too_wordy(name, has_filename)
        try:
            return data.decode()
        except UnicodeDecodeError as error:
            raise self.not_words(name, has_filename) from error

    def too_wordy(self, name: str, has_filename: bool) -> BadRequest:
        if has_filename:
            return self.not_words(name, has_filename)
        message = _("%(name)s: the form's words may have %(limit)d KB together.")
        return TooLarge(
            message % {"name": name, "limit": MOST_TEXT_BYTES // 1024}, param=name
        )

    def not_words(self, name: str, has_filename: bool) -> BadRequest:
        if has_filename:
            message = _("%(name)s: send files as image, image[] or mask only.")
        else:
            message = _("%(name)s: this text is not UTF-8.")
        return BadRequest(message % {"name": name}, param=name)

    def sent(self, name: str, stream: Stream) -> Sent | None:
        """Keep a picture's bytes, or the address that was written instead of them.

        Browsers send an empty part, without a filename, for a field nobody filled in.
        """
        file = SpooledTemporaryFile(max_size=IN_MEMORY)
        try:
            start = self.spool(name, stream, file)
            if ADDRESS.match(start):
                return self.address(name, file)
        except BaseException:
            file.close()
            raise
        if not start:
            file.close()
            return None
        file.seek(0)
        return file

    def nothing_in(self, name: str) -> BadRequest:
        """A file that was read to its end before it was sent must not be passed over."""
        message = _("%(name)s: this file is empty. Send all of it.")
        return BadRequest(
            message % {"name": name}, param=name, code="invalid_image_file"
        )

    def spool(self, name: str, stream: Stream, file: IO[bytes]) -> bytes:
        """Write a part to its file, no further than a file may go."""
        start = b""
        for chunk in stream:
            start = start or chunk[:CHUNK]
            file.write(chunk)
            if file.tell() > MOST_BYTES:
                message = _(
                    "%(name)s: the file is larger than %(limit)d MB. Send it smaller."
                )
                limit = MOST_BYTES // 1024**2
                raise TooLarge(message % {"name": name, "limit": limit}, param=name)
        return start

    def address(self, name: str, file: IO[bytes]) -> str:
        """Read an address or a data URI: long ones are better sent as files."""
        size = file.tell()
        file.seek(0)
        self._text_left -= size
        if self._text_left < 0:
            message = _("%(name)s: a data URI this long is better sent as a file.")
            raise TooLarge(message % {"name": name}, param=name)
        text = file.read().decode(errors="replace").strip()
        file.close()
        return text

    def form(self) -> PictureForm:
        """Return what came: numbered pictures by their numbers, others as they came."""
        images = [sent for _, sent in sorted(self.images, key=lambda one: one[0])]
        return PictureForm(self.fields, images, self.mask)

    def drop(self) -> None:
        for _place, sent in self.images:
            close(sent)
        if self.mask is not None:
            close(self.mask)


def close(sent: Sent) -> None:
    if not isinstance(sent, str):
        with suppress(OSError):
            sent.close()
