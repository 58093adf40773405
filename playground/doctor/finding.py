"""What a check found: whether it is well, and how to mend it if not."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["good", "look", "wrong"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    name: str
    level: Level
    told: str
    mend: str = ""


def good(name: str, told: str) -> Finding:
    return Finding(name, "good", told)


def look(name: str, told: str, mend: str) -> Finding:
    """Something that may be meant, and often is not."""
    return Finding(name, "look", told, mend)


def wrong(name: str, told: str, mend: str) -> Finding:
    return Finding(name, "wrong", told, mend)
