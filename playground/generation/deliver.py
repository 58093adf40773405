"""Open what a provider sent, make it what was asked for, and put it in a file.

A picture that cannot be opened was not delivered. Bytes are left alone unless
their size or format has to change, and every picture stands in its file before
anybody pays for it. All of it happens in threads, off the event loop.
"""

import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from hashlib import sha256
from typing import Self

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage, storages
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from accounts.ids import new_id
from playground.generation import png
from playground.generation.entries import PictureRow
from playground.generation.errors import OutOfService
from playground.generation.files import LARGE_BYTES, write_new
from playground.generation.hands import Hands
from playground.generation.links import EXTENSIONS
from playground.generation.outside import with_its_outside
from playground.generation.providers.base import Broken, PaintedPicture
from playground.generation.request import ImageRequest

MAX_PIXELS = 64_000_000
SMALL_BYTES = 256 * 1024
SUMMED_AT_ONCE = 2
QUALITY = {"jpeg": 90, "webp": 85, "avif": 70}
OPAQUE = {"jpeg"}
READABLE = ("PNG", "JPEG", "WEBP", "AVIF", "GIF")
UNREADABLE = (
    UnidentifiedImageError,
    Image.DecompressionBombError,
    OSError,
    SyntaxError,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a picture is, as its file says."""

    format: str
    width: int
    height: int

    @classmethod
    def of(cls, picture: Image.Image) -> Self:
        return cls((picture.format or "").lower(), *picture.size)

    @property
    def size(self) -> tuple[int, int]:
        return self.width, self.height


@dataclass(frozen=True, slots=True)
class Delivered:
    """A stored picture: its row, and its bytes for whoever wants them at once.

    `base64` is how the provider spelled them, when nothing had to be changed.
    """

    row: PictureRow
    data: bytes
    base64: bytes | memoryview | None = None


@dataclass(frozen=True, slots=True)
class Keeping:
    """Where a picture belongs, and for how long; 0 is for good."""

    request: ImageRequest
    position: int
    kept_seconds: int


async def deliver(painted: PaintedPicture, keeping: Keeping, hands: Hands) -> Delivered:
    """Check, convert where needed, and store one picture."""
    first_look = partial(kept_as_it_is, painted, keeping)
    is_short = len(painted.data) <= SMALL_BYTES and local_disk() is not None
    way = hands.together if is_short else hands.alone
    delivered: Delivered | None = await way(first_look)
    if delivered is None:
        delivered = await hands.one_of_few(partial(changed, painted, keeping))
    return delivered


def kept_as_it_is(painted: PaintedPicture, keeping: Keeping) -> Delivered | None:
    """Store a picture that is what was asked for; `None` when it has to be changed."""
    seen = checked(painted.data)
    request = keeping.request
    if request.output_compression is not None or request.keeps_outside:
        return None
    if wanted(seen, request) != (seen.format, seen.size):
        return None
    return kept(painted, seen, keeping)


def changed(painted: PaintedPicture, keeping: Keeping) -> Delivered:
    """Store a picture in the size and format that were asked for."""
    request = keeping.request
    picture = unpacked(painted.data)
    image_format, size = wanted(Seen.of(picture), request)
    resized = reshape(picture, size, request.fit)
    if request.keeps_outside:
        resized = with_its_outside(resized, request)
    data = encode(resized, image_format, request.output_compression)
    return kept(replace(painted, data=data, base64=None), checked(data), keeping)


def kept(painted: PaintedPicture, seen: Seen, keeping: Keeping) -> Delivered:
    """Store a picture. A large one is summed up while the disk is busy with it."""
    data, name = painted.data, new_id("pic")
    file = f"{datetime.now(UTC):%Y/%m/%d}/{name}.{EXTENSIONS[seen.format]}"
    summing = summers().submit(sha256, data) if len(data) >= LARGE_BYTES else None
    store(file, data)
    digest = (summing.result() if summing else sha256(data)).hexdigest()
    row = row_of(painted, seen, keeping, name=name, file=file, digest=digest)
    return Delivered(row, data, painted.base64)


@cache
def summers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(SUMMED_AT_ONCE, thread_name_prefix="sum")


def row_of(
    painted: PaintedPicture,
    seen: Seen,
    keeping: Keeping,
    *,
    name: str = "",
    file: str = "",
    digest: str = "",
) -> PictureRow:
    """Write a picture's row; one that is only looked at has no name and no file."""
    now, seconds = datetime.now(UTC), keeping.kept_seconds
    return PictureRow(
        id=name,
        position=keeping.position,
        file=file,
        sha256=digest,
        format=seen.format,
        width=seen.width,
        height=seen.height,
        bytes=len(painted.data),
        seed=painted.seed,
        revised_prompt=painted.revised_prompt,
        expires_at=now + timedelta(seconds=seconds) if seconds else None,
        signature=painted.signature,
    )


def store(name: str, data: bytes) -> None:
    """Write the file, or say plainly that storage is away."""
    try:
        if not written_plainly(name, data):
            default_storage.save(name, ContentFile(data))
    except OSError as error:
        raise OutOfService(
            _("The picture could not be stored. Nothing was charged; try again soon."),
            code="storage_unavailable",
        ) from error


def local_disk() -> FileSystemStorage | None:
    """Return the storage when it is a local disk and nothing more.

    Not by way of `default_storage`, which looks itself up at every word.
    """
    storage = storages["default"]
    return storage if type(storage) is FileSystemStorage else None


def written_plainly(name: str, data: bytes) -> bool:
    """On a local disk, write in four calls what Django does in fifteen.

    A picture's name is ours and always new, so it is not judged and no other is looked
    for. A day's first picture finds no folder and goes Django's way.
    """
    disk = local_disk()
    if disk is None:
        return False
    try:
        write_new(f"{disk.location}/{name}", data, disk.file_permissions_mode)
    except FileNotFoundError:
        return False
    return True


def wanted(seen: Seen, request: ImageRequest) -> tuple[str, tuple[int, int]]:
    """Return the format and size to deliver a picture in."""
    target = (request.target_width, request.target_height)
    size = seen.size if request.fit == "none" else target
    return request.output_format or seen.format, size


def checked(data: bytes) -> Seen:
    """Check a picture through, or call it broken. A PNG's pixels are not read."""
    if not data.startswith(png.SIGNATURE):
        return Seen.of(unpacked(data))  # no other format can be checked without
    try:
        seen = within_reason(Seen("png", *png.size_in(data)))
        png.check_parts(data)
    except ValueError as error:
        raise Broken(f"the picture cannot be opened: {error}", ran="yes") from error
    return seen


def unpacked(data: bytes) -> Image.Image:
    """Read a picture to its last pixel, or call it broken."""
    try:
        picture = Image.open(io.BytesIO(data), formats=READABLE)
        within_reason(Seen.of(picture))
        picture.load()
    except UNREADABLE as error:
        raise Broken(f"the picture cannot be opened: {error}", ran="yes") from error
    return picture


def within_reason(seen: Seen) -> Seen:
    if seen.width * seen.height > MAX_PIXELS:
        raise Broken("the picture is larger than any we ask for", ran="yes")
    return seen


def reshape(picture: Image.Image, target: tuple[int, int], fit: str) -> Image.Image:
    """Bring a picture to the target's size: filled, padded or stretched."""
    if picture.mode not in ("RGB", "RGBA", "L"):
        picture = picture.convert("RGBA" if "transparency" in picture.info else "RGB")
    if target == picture.size:
        return picture
    if fit == "contain":
        return ImageOps.pad(picture, target, Image.Resampling.LANCZOS)
    if fit == "exact":
        return picture.resize(target, Image.Resampling.LANCZOS)
    return ImageOps.fit(picture, target, Image.Resampling.LANCZOS)


def encode(picture: Image.Image, image_format: str, compression: int | None) -> bytes:
    """Write a picture in a format, at the caller's quality or our own."""
    if image_format in OPAQUE and picture.mode != "RGB":
        picture = flattened(picture)
    file = io.BytesIO()
    options: dict[str, int] = {"compress_level": 1} if image_format == "png" else {}
    if image_format in QUALITY:
        options["quality"] = (
            QUALITY[image_format] if compression is None else compression
        )
    if image_format == "webp":
        options["method"] = 2
    if image_format == "avif":
        options["speed"] = 8
    picture.save(file, image_format.upper(), **options)
    return file.getvalue()


def flattened(picture: Image.Image) -> Image.Image:
    """Lay a picture on white paper, for formats that cannot be see-through."""
    if picture.mode != "RGBA":
        return picture.convert("RGB")
    paper = Image.new("RGB", picture.size, "white")
    paper.paste(picture, mask=picture.getchannel("A"))
    return paper
