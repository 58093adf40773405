"""Lists as files for spreadsheets: sent some hundred lines at a time, as they are read.

Each page of lines is read on its own, in a thread that gives its connection back, so
that a slow reader holds nothing. Texts of other people's making are written so that a
spreadsheet takes none of them for a formula.
"""

import csv
import io
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence

from django.http import StreamingHttpResponse

from playground.generation.database import in_thread
from playground.web.sent_files import as_download

FORMULAS = ("=", "+", "-", "@", "\t", "\r")
AT_ONCE = 500
Row = Sequence[str | int]


def spreadsheet(
    name: str, columns: Row, pages: Iterator[Iterable[Row]]
) -> StreamingHttpResponse:
    """Send a list; `pages` asks the database anew for each of its pages."""
    response = StreamingHttpResponse(
        in_turn(columns, pages), content_type="text/csv; charset=utf-8"
    )
    as_download(response, name)
    return response


async def in_turn(columns: Row, pages: Iterator[Iterable[Row]]) -> AsyncIterator[bytes]:
    yield written([columns])
    while piece := await in_thread(lambda: written(next(pages, ()))):
        yield piece


def written(rows: Iterable[Row]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def plain(text: str) -> str:
    """Keep a spreadsheet from computing what somebody wrote."""
    return f"'{text}" if text.startswith(FORMULAS) else text
