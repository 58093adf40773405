"""axe-core in a page: what it finds against WCAG 2.2 AA, and good practice.

The file is axe-core 4.14.1 as its makers publish it, under the Mozilla Public License
(`tests/vendor/axe/LICENSE.txt`). It is put in by the browser's own debugger, which the
page's policy does not concern, and no page of ours ever loads it.
"""

import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

FILE = Path(__file__).parent.parent / "vendor" / "axe" / "axe.min.js"
SHA256 = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]
RUN = """async (levels) => {
  const found = await axe.run(document, {
    runOnly: levels, resultTypes: ["violations"], elementRef: false,
  });
  return found.violations;
}"""


@cache
def source() -> str:
    data = FILE.read_bytes()
    assert hashlib.sha256(data).hexdigest() == SHA256, "axe.min.js is not the one named"
    return data.decode()


def violations(page: Page, levels: Sequence[str] = LEVELS) -> list[str]:
    """Return what axe finds on a page as it stands, one line a place."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(source() + ";undefined")
    return [
        line
        for rule in page.evaluate(RUN, list(levels))
        for line in places_of(rule, of=rule["nodes"])
    ]


def places_of(rule: dict[str, Any], *, of: list[dict[str, Any]]) -> list[str]:
    return [
        f"{rule['id']}: {rule['help']}, at {' '.join(map(str, node['target']))}"
        f" ({' '.join(node['failureSummary'].split())})"
        for node in of
    ]
