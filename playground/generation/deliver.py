"""Open what a provider sent, make it what was asked for, and put it in a file.

A picture that cannot be opened was not delivered. Bytes are left alone unless
their size or format has to change, and every picture stands in its file before
anybody pays for it. All of it happens in threads, off the event loop.
"""

import hashlib
import io
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import cast

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from accounts.ids import new_id
from playground.generation.entries import PictureRow
from playground.generation.errors import OutOfService
from playground.generation.files import write_new
from playground.generation.hands import Hands
from playground.generation.links import EXTENSIONS
from playground.generation.outside import with_its_outside
from playground.generation.providers.base import Broken, PaintedPicture
from playground.generation.request import ImageRequest

MAX_PIXELS = 64_000_000
SMALL_BYTES = 256 * 1024
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
    picture = checked(painted.data)
    request = keeping.request
    if request.output_compression is not None or request.keeps_outside:
        return None
    if wanted(picture, request) != (format_of(picture), picture.size):
        return None
    return kept(painted, picture, keeping)


def changed(painted: PaintedPicture, keeping: Keeping) -> Delivered:
    """Store a picture in the size and format that were asked for."""
    request = keeping.request
    picture = Image.open(io.BytesIO(painted.data), formats=READABLE)
    image_format, size = wanted(picture, request)
    resized = reshape(picture, size, request.fit)
    if request.keeps_outside:
        resized = with_its_outside(resized, request)
    data = encode(resized, image_format, request.output_compression)
    return kept(replace(painted, data=data, base64=None), checked(data), keeping)


def kept(painted: PaintedPicture, picture: Image.Image, keeping: Keeping) -> Delivered:
    row = row_of(painted, picture, keeping)
    store(row.file, painted.data)
    return Delivered(row, painted.data, painted.base64)


def row_of(
    painted: PaintedPicture, picture: Image.Image, keeping: Keeping
) -> PictureRow:
    now, seconds, data = datetime.now(UTC), keeping.kept_seconds, painted.data
    picture_id, image_format = new_id("pic"), format_of(picture)
    return PictureRow(
        id=picture_id,
        position=keeping.position,
        file=f"{now:%Y/%m/%d}/{picture_id}.{EXTENSIONS[image_format]}",
        sha256=hashlib.sha256(data).hexdigest(),
        format=image_format,
        width=picture.width,
        height=picture.height,
        bytes=len(data),
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
    """Return the storage when it is a local disk and nothing more."""
    is_local = default_storage.__class__ is FileSystemStorage
    return cast(FileSystemStorage, default_storage) if is_local else None


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


def wanted(picture: Image.Image, request: ImageRequest) -> tuple[str, tuple[int, int]]:
    """Return the format and size to deliver a picture in."""
    target = (request.target_width, request.target_height)
    size = picture.size if request.fit == "none" else target
    return request.output_format or format_of(picture), size


def format_of(picture: Image.Image) -> str:
    return (picture.format or "").lower()


def checked(data: bytes) -> Image.Image:
    """Open a picture and check it through, or call it broken. A PNG's pixels are not read."""
    try:
        picture = Image.open(io.BytesIO(data), formats=READABLE)
        if picture.width * picture.height > MAX_PIXELS:
            raise Broken("the picture is larger than any we ask for", ran="yes")
        if picture.format == "PNG":
            picture.verify()  # its checksums; other formats have to be read through
        else:
            picture.load()
    except UNREADABLE as error:
        raise Broken(f"the picture cannot be opened: {error}", ran="yes") from error
    return picture


def reshape(picture: Image.Image, target: tuple[int, int], fit: str) -> Image.Image:
    """Bring a picture to the target's size: filled, padded or stretched."""
    try:
        picture.load()
    except (OSError, SyntaxError, ValueError) as error:
        raise Broken(f"the picture cannot be read: {error}", ran="yes") from error
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
