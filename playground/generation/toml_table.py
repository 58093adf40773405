"""Read a TOML file key by key, and know the line of whatever is wrong.

`tomllib` tells the line of a syntax error only. A `Table` remembers which keys
led to it, so that a wrong or unknown value can be found again in the text.
"""

import re
import tomllib
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
Keys = tuple[str | int, ...]
NEEDED: Any = object()

_HEADER = re.compile(r"\s*(\[{1,2})\s*([^\[\]]+?)\s*\]{1,2}\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*((?:"[^"]*"|'[^']*'|[\w.-]|\s*\.\s*)+?)\s*=""")
_PART = re.compile(r""""([^"]*)"|'([^']*)'|([\w-]+)""")
_WORDS = {
    str: "a text in quotes",
    int: "a whole number",
    Decimal: "a number",
    bool: "true or false",
    list: "a list",
    dict: "a table",
}


@dataclass
class CatalogueError(Exception):
    """A model's file is wrong: where, and why."""

    path: Path
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.path}, line {self.line}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Source:
    """One file's text, to find lines in."""

    path: Path
    text: str = field(repr=False)

    def wrong(self, keys: Keys, reason: str) -> CatalogueError:
        return CatalogueError(self.path, self.line_of(keys), reason)

    def line_of(self, keys: Keys) -> int:
        """Return the line that says the most of `keys`."""
        best, best_line = 0, 1
        for line, said in self._spoken():
            shared = _shared(said, keys)
            if shared > best:
                best, best_line = shared, line
        return best_line

    def _spoken(self) -> list[tuple[int, Keys]]:
        """Return every line that opens a table or sets a key, with its full path."""
        spoken: list[tuple[int, Keys]] = []
        table: Keys = ()
        counts: dict[str, int] = {}
        for line, text in enumerate(self.text.splitlines(), start=1):
            if header := _HEADER.match(text):
                table = _table_path(header[2], header[1] == "[[", counts)
                spoken.append((line, table))
            elif key := _KEY.match(text):
                spoken.append((line, table + _parts(key[1])))
        return spoken


def read_table(source: Source) -> "Table":
    """Parse the whole file; its syntax errors become ours, with their line."""
    try:
        values = tomllib.loads(source.text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        reason, _, where = str(error).partition(" (at ")
        found = re.match(r"line (\d+)", where)
        line = int(found[1]) if found else len(source.text.splitlines()) or 1
        raise CatalogueError(source.path, line, f"{reason}.") from error
    return Table(source, values)


class Table:
    """One table of a file. Every key must be taken, or `finish` names the stranger."""

    def __init__(self, source: Source, values: dict[str, Any], keys: Keys = ()) -> None:
        self.source = source
        self.keys = keys
        self._left = dict(values)

    def __contains__(self, key: str) -> bool:
        return key in self._left

    def holds_table(self, key: str) -> bool:
        return isinstance(self._left.get(key), dict)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._left)

    def wrong(self, reason: str, key: str | None = None) -> CatalogueError:
        return self.source.wrong(
            self.keys if key is None else (*self.keys, key), reason
        )

    def take(self, key: str, kind: type[T], default: T = NEEDED) -> T:
        """Take one value of a kind; numbers come as decimals."""
        if key not in self._left:
            if default is NEEDED:
                raise self.wrong(f"“{key}” is missing.")
            return default
        value = self._left.pop(key)
        if kind is Decimal and type(value) is int:
            value = Decimal(value)
        if type(value) is not kind:
            raise self.wrong(f"“{key}” must be {_WORDS.get(kind, kind.__name__)}.", key)
        return value

    def texts(self, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Take a list of texts."""
        values = self.take(key, list, list(default))
        if not all(isinstance(value, str) and value for value in values):
            raise self.wrong(f"“{key}” must be a list of texts in quotes.", key)
        return tuple(values)

    def choice(self, key: str, allowed: tuple[str, ...], default: str = NEEDED) -> str:
        """Take one of a few words."""
        value = self.take(key, str, default)
        if value not in allowed:
            raise self.wrong(f"“{key}” must be one of {', '.join(allowed)}.", key)
        return value

    def count(self, key: str, default: int, least: int = 0) -> int:
        """Take a whole number that is not too small."""
        value = self.take(key, int, default)
        if value < least:
            raise self.wrong(f"“{key}” must be {least} or more.", key)
        return value

    def table(self, key: str) -> "Table":
        """Take a table; a missing one is empty."""
        return Table(self.source, self.take(key, dict, {}), (*self.keys, key))

    def tables(self, key: str) -> list["Table"]:
        """Take a list of tables."""
        values = self.take(key, list, [])
        if not all(isinstance(value, dict) for value in values):
            raise self.wrong(f"“{key}” must be tables: [[{key}]].", key)
        return [
            Table(self.source, row, (*self.keys, key, at))
            for at, row in enumerate(values)
        ]

    def finish(self) -> None:
        """Refuse whatever nobody asked for."""
        for key in self._left:
            raise self.wrong(f"“{key}” is not a key that belongs here.", key)


def _parts(dotted: str) -> Keys:
    return tuple(a or b or c for a, b, c in _PART.findall(dotted))


def _table_path(dotted: str, is_row: bool, counts: dict[str, int]) -> Keys:
    """Return a header's path; a row of an array of tables carries its number."""
    if is_row:
        counts[dotted] = counts.get(dotted, -1) + 1
    path: list[str | int] = []
    for part in _parts(dotted):
        path.append(part)
        name = ".".join(str(key) for key in path if isinstance(key, str))
        if name in counts:
            path.append(counts[name])
    return tuple(path)


def _shared(said: Keys, wanted: Keys) -> int:
    """Return how many leading keys a line and a wanted path have in common."""
    both = zip(said, wanted, strict=False)
    same = next((at for at, (one, other) in enumerate(both) if one != other), None)
    return min(len(said), len(wanted)) if same is None else same
