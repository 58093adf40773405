"""Draw many small things: Django's own way asks of each whether it is lazy, or safe, or
draws itself, for half the time that a long page costs."""

from collections.abc import Iterable
from html import escape

from django.utils.safestring import SafeString


def put(form: str, *cells: object) -> SafeString:
    """Put cells into a form, escaped unless they are safe already."""
    return SafeString(form.format(*map(safe, cells)))


def rows(
    form: str, every: Iterable[tuple[object, ...]], between: str = ""
) -> SafeString:
    """Put each row's cells into the form."""
    return SafeString(between.join([form.format(*map(safe, one)) for one in every]))


def safe(cell: object) -> str:
    if isinstance(cell, SafeString):
        return cell
    return str(cell) if isinstance(cell, int) else escape(str(cell))
