"""API keys as text: how one is made, checked for typing errors, and kept.

`esl_live_` or `esl_test_`, 32 random characters (160 bits), and six that check
the rest, so that a mistyped key fails before any database is asked. What is kept
is an HMAC-SHA-256 under the server's pepper.
"""

import hmac
import secrets
import zlib

from accounts.ids import encode

RANDOM_LENGTH = 32
CHECK_LENGTH = 6
LIVE, TEST = "esl_live_", "esl_test_"


def new_secret(*, is_test: bool) -> str:
    """Make the text of a new key."""
    start = (TEST if is_test else LIVE) + encode(secrets.randbits(160), RANDOM_LENGTH)
    return start + checksum(start)


def is_well_formed(secret: str) -> bool:
    """Say whether this can be a key of ours at all, by its shape and checksum."""
    if not secret.startswith((LIVE, TEST)) or not secret.isascii():
        return False
    if len(secret) != len(LIVE) + RANDOM_LENGTH + CHECK_LENGTH:
        return False
    return hmac.compare_digest(checksum(secret[:-CHECK_LENGTH]), secret[-CHECK_LENGTH:])


def checksum(start: str) -> str:
    return encode(zlib.crc32(start.encode()) & (32**CHECK_LENGTH - 1), CHECK_LENGTH)


def digest(secret: str, pepper: str) -> str:
    """Return what is stored in place of the key."""
    return hmac.digest(pepper.encode(), secret.encode(), "sha256").hex()


def prefix(secret: str) -> str:
    """Return the part that may be shown again: enough to tell keys apart."""
    return secret[: len(LIVE) + 6]
