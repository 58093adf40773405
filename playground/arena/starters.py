"""The challenges an operator begins with, as `starters.toml` has them."""

import tomllib
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_suffix(".toml")


@cache
def starters() -> dict[str, dict[str, str]]:
    """Return their facts, by slug."""
    listed = tomllib.loads(FILE.read_text())["challenge"]
    return {one["slug"]: one for one in listed}
