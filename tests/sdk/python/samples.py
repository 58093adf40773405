"""Run the samples of a folder, each as a program of its own, a few at a time.

Prints one JSON object: what went wrong, by the sample's name.
"""

import contextlib
import io
import json
import os
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import google.genai  # noqa: F401  (here, since packages are not imported by two at once)
import openai  # noqa: F401

AT_ONCE = 2


def wrong_in(path: Path) -> str | None:
    try:
        exec(compile(path.read_text(), path.name, "exec"), {"__name__": "__main__"})
    except BaseException:
        return traceback.format_exc()
    return None


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    os.chdir(folder)
    samples = sorted(folder.glob("*.py"))
    with contextlib.redirect_stdout(io.StringIO()):
        with ThreadPoolExecutor(AT_ONCE) as pool:
            found = dict(zip(samples, pool.map(wrong_in, samples), strict=True))
    print(json.dumps({path.stem: wrong for path, wrong in found.items() if wrong}))
