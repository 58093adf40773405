"""Addresses of picture files: signed, and good for a while.

Whoever holds the address may see the picture until it expires; a wrong signature
looks exactly like a picture that does not exist. An address with a mark opens a picture
that carries the same one: those of before, which have none, do not open it any more.
"""

import hmac
import time
from base64 import urlsafe_b64encode
from datetime import datetime

from django.conf import settings

EXTENSIONS = {"png": "png", "jpeg": "jpg", "webp": "webp", "avif": "avif", "gif": "gif"}
TYPES = {extension: f"image/{name}" for name, extension in EXTENSIONS.items()}


def picture_path(
    picture_id: str,
    image_format: str,
    kept_until: datetime | None,
    *,
    seconds: int = 0,
    mark: str = "",
) -> tuple[str, int]:
    """Return the signed path and the moment it expires, never past the picture's own end.

    The end is rounded up, so that a page shows the same address for a while and the
    browser need not fetch the picture again.
    """
    expires = expiry(kept_until, seconds or settings.FILE_URL_SECONDS)
    return signed(f"{picture_id}.{EXTENSIONS[image_format]}", expires, mark), expires


def thumbnail_path(
    picture_id: str, width: int, kept_until: datetime | None, *, mark: str = ""
) -> str:
    """Return the signed path of a picture's small copy; it lasts as long as the picture's."""
    expires = expiry(kept_until, settings.FILE_URL_SECONDS)
    return signed(f"{picture_id}-{width}.webp", expires, mark)


def expiry(kept_until: datetime | None, seconds: int) -> int:
    """Return when an address made now expires."""
    step = max(1, seconds // 24)
    expires = -(-(int(time.time()) + seconds) // step) * step
    if kept_until is not None:
        expires = min(expires, int(kept_until.timestamp()))
    return expires


def signed(name: str, expires: int, mark: str = "") -> str:
    marked = f"&mark={mark}" if mark else ""
    return f"/files/{name}?exp={expires}{marked}&sig={signature(name, expires, mark)}"


def is_genuine(name: str, expires: str, given: str, *, mark: str = "") -> bool:
    """Say whether this address was made here and still holds."""
    if not expires.isascii() or not expires.isdigit() or len(expires) > 12:
        return False
    expected = signature(name, int(expires), mark)
    fits = hmac.compare_digest(expected.encode(), given.encode(errors="replace"))
    return fits and int(expires) > time.time()


def signature(name: str, expires: int, mark: str = "") -> str:
    key = f"easel.files:{settings.SECRET_KEY}".encode()
    said = f"{name}:{expires}:{mark}" if mark else f"{name}:{expires}"
    digest = hmac.digest(key, said.encode(errors="replace"), "sha256")
    return urlsafe_b64encode(digest[:18]).decode()
