"""Addresses of picture files: signed, and good for a while.

Whoever holds the address may see the picture until it expires; a wrong signature
looks exactly like a picture that does not exist.
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
) -> tuple[str, int]:
    """Return the signed path and the moment it expires, never past the picture's own end.

    The end is rounded up, so that a page shows the same address for a while and the
    browser need not fetch the picture again.
    """
    expires = expiry(kept_until, seconds or settings.FILE_URL_SECONDS)
    return signed(f"{picture_id}.{EXTENSIONS[image_format]}", expires), expires


def thumbnail_path(picture_id: str, width: int, kept_until: datetime | None) -> str:
    """Return the signed path of a picture's small copy; it lasts as long as the picture's."""
    expires = expiry(kept_until, settings.FILE_URL_SECONDS)
    return signed(f"{picture_id}-{width}.webp", expires)


def expiry(kept_until: datetime | None, seconds: int) -> int:
    """Return when an address made now expires."""
    step = max(1, seconds // 24)
    expires = -(-(int(time.time()) + seconds) // step) * step
    if kept_until is not None:
        expires = min(expires, int(kept_until.timestamp()))
    return expires


def signed(name: str, expires: int) -> str:
    return f"/files/{name}?exp={expires}&sig={signature(name, expires)}"


def is_genuine(name: str, expires: str, given: str) -> bool:
    """Say whether this address was made here and still holds."""
    if not expires.isascii() or not expires.isdigit() or len(expires) > 12:
        return False
    expected = signature(name, int(expires))
    fits = hmac.compare_digest(expected.encode(), given.encode(errors="replace"))
    return fits and int(expires) > time.time()


def signature(name: str, expires: int) -> str:
    key = f"easel.files:{settings.SECRET_KEY}".encode()
    digest = hmac.digest(key, f"{name}:{expires}".encode(), "sha256")
    return urlsafe_b64encode(digest[:18]).decode()
