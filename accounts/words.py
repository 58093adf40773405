"""Columns that hold one of a few known words, as a state.

An index that covers several of these words is used by SQLite where the statement itself
names them: of values that are sent along it does not see that they are among those, and
reads the whole table. So the words that these columns are looked up by stand in the
statement.
"""

import re
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models.lookups import In

PLAIN = re.compile(r"\w+")
if TYPE_CHECKING:
    Text = models.CharField[str, str]
else:
    Text = models.CharField


class WordField(Text):
    """A text that is one of a few known words."""

    def deconstruct(self) -> Any:
        """Be a `CharField` to migrations: in the database it is nothing else."""
        name, _path, *said = super().deconstruct()
        return name, "django.db.models.CharField", *said


@WordField.register_lookup
class IsOneOfWords(In):
    """`IN`, with the words in the statement."""

    def process_rhs(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        text, values = super().process_rhs(compiler, connection)
        words = [value for value in values if isinstance(value, str)]
        if len(words) < len(values) or not all(map(PLAIN.fullmatch, words)):
            return text, values
        return text % tuple(f"'{word}'" for word in words), ()
