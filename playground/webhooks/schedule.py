"""When to try again. Pure: failures and an answer go in, a pause comes out.

The pauses are those of the specification, about 75 hours in all, each a little longer
by chance, so that what failed together does not come back together.
"""

import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

HOUR = 3600
PAUSES = (
    5, 300, HOUR // 2, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR,
)  # fmt: skip
JITTER = 0.1
SLOW_DOWN = (429, 502, 503, 504)
LONGEST_WISH = 24 * HOUR


def pause_after(failures: int, wish_seconds: float | None = None) -> timedelta | None:
    """Return how long to wait after so many failures in a row; `None`: give up."""
    if failures > len(PAUSES):
        return None
    seconds = PAUSES[failures - 1] * (1 + random.random() * JITTER)
    wish = min(wish_seconds or 0, LONGEST_WISH)
    return timedelta(seconds=max(seconds, wish))


def wish_in(status: int, headers: Mapping[str, str]) -> float | None:
    """Read how long the receiver asks us to wait, in seconds."""
    said = headers.get("Retry-After", "").strip()
    if status not in SLOW_DOWN or not said:
        return None
    if said.isascii() and said.isdigit():
        return float(said[:9])
    try:
        moment = parsedate_to_datetime(said)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - datetime.now(UTC)).total_seconds()
