"""The W3C's own checker of HTML (Nu), from npm as its lock says; it needs Java.

It is fetched when it is first wanted: 32 MB that only `make proof` needs.
"""

import json
import re
import shutil
import subprocess
from pathlib import Path

HOME = Path(__file__).parent.parent / "markup"
JAR = HOME / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
MISSING = "The checker of HTML needs Java and npm."
# htmx's own attributes, and `rel=expect`, which the standard knows and the checker does not.
KNOWN = re.compile(r"Attribute “hx-|A “link” element with a “blocking” attribute")


def is_here() -> bool:
    """Say whether the checker can run; fetch it if need be."""
    if not shutil.which("java"):
        return False
    if not JAR.exists() and shutil.which("npm"):
        fetch = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
        subprocess.run([*fetch, "--prefix", HOME], capture_output=True)
    return JAR.exists()


def complaints(files: list[Path]) -> list[str]:
    """Return what it says of these pages, one line for each finding."""
    told = subprocess.run(
        ["java", "-Xss8m", "-jar", JAR, "--format", "json", "--errors-only", *files],
        capture_output=True,
        text=True,
    )
    found = json.loads(told.stderr)["messages"]
    return [
        f"{Path(one['url']).stem}: {one['message']} at {one.get('extract', '')!r}"
        for one in found
        if not KNOWN.match(one["message"])
    ]
