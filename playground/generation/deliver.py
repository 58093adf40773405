"""Open what a provider sent, make it what was asked for, and put it in a file.

A picture that cannot be opened was not delivered. Bytes are left alone unless
their size or format has to change, and every picture stands in its file before
anybody pays for it. All of it happens in threads, off the event loop.
"""

import asyncio
import hashlib
import io
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from accounts.ids import new_id
from playground.generation.entries import PictureRow
from playground.generation.errors import OutOfService
from playground.generation.links import EXTENSIONS
from playground.generation.providers.base import Broken, PaintedPicture
from playground.generation.request import ImageRequest

MAX_PIXELS = 64_000_000
QUALITY = {"jpeg": 90, "webp": 85, "avif": 70}
OPAQUE = {"jpeg"}
READABLE = ("PNG", "JPEG", "WEBP", "AVIF", "GIF")


@dataclass(frozen=True, slots=True)
class Delivered:
    """A stored picture: its row, and its bytes for whoever wants them at once."""

    row: PictureRow
    data: bytes


async def deliver(
    painted: PaintedPicture,
    request: ImageRequest,
    *,
    position: int,
    kept_days: int | None,
    places: asyncio.Semaphore,
) -> Delivered:
    """Check, convert where needed, and store one picture."""
    async with places:
        return await asyncio.to_thread(finish, painted, request, position, kept_days)


def finish(
    painted: PaintedPicture, request: ImageRequest, position: int, kept_days: int | None
) -> Delivered:
    data, image_format, (width, height) = fitted(painted.data, request)
    now = datetime.now(UTC)
    picture_id = new_id("pic")
    kept_until = now + timedelta(days=kept_days) if kept_days else None
    row = PictureRow(
        id=picture_id,
        position=position,
        file=f"{now:%Y/%m/%d}/{picture_id}.{EXTENSIONS[image_format]}",
        sha256=hashlib.sha256(data).hexdigest(),
        format=image_format,
        width=width,
        height=height,
        bytes=len(data),
        seed=painted.seed,
        revised_prompt=painted.revised_prompt,
        expires_at=kept_until,
    )
    store(row.file, data)
    return Delivered(row, data)


def store(name: str, data: bytes) -> None:
    """Write the file, or say plainly that storage is away."""
    try:
        default_storage.save(name, ContentFile(data))
    except OSError as error:
        raise OutOfService(
            _("The picture could not be stored. Nothing was charged; try again soon."),
            code="storage_unavailable",
        ) from error


def fitted(data: bytes, request: ImageRequest) -> tuple[bytes, str, tuple[int, int]]:
    """Return the bytes to deliver, with their format and size: the same ones if they fit."""
    picture = opened(data)
    given = (picture.format or "").lower()
    target = (request.target_width, request.target_height)
    if request.fit == "none":
        target = picture.size
    wanted = request.output_format or given
    if target == picture.size and wanted == given:
        return data, given, picture.size
    whole = opened(data)
    resized = reshape(whole, target, request.fit)
    return encode(resized, wanted, request.output_compression), wanted, resized.size


def opened(data: bytes) -> Image.Image:
    """Open a picture and check it through, or call it broken."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(data), formats=READABLE)
            if picture.width * picture.height > MAX_PIXELS:
                raise Broken("the picture is larger than any we ask for", ran="yes")
            Image.open(io.BytesIO(data), formats=READABLE).verify()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Warning) as error:
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
