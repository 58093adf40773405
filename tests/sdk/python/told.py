"""Do what is told on standard input, a line of JSON at a time, and answer with one.

Runs in the environment of the client that is tried, so it imports nothing of ours.
"""

import json
import sys
import traceback
from collections.abc import Callable
from importlib.metadata import version


def obey(deeds: dict[str, Callable], *, package: str) -> None:
    """Say which version this is, and then do one deed a line until there is no more.

    The first thing a deed gets is where Easel is and whose key is used.
    """
    answers, sys.stdout = (
        sys.stdout,
        sys.stderr,
    )  # whatever a client prints is no answer
    print(json.dumps({"version": version(package)}), file=answers, flush=True)
    for line in sys.stdin:
        told = json.loads(line)
        try:
            answer = deeds[told["deed"]](told["where"], **told["words"])
        except Exception:
            answer = {"broke": traceback.format_exc()}
        print(json.dumps(answer), file=answers, flush=True)
