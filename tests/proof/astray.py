"""A process whose clock is wrong: a web server, or one that sweeps once.

    python -m tests.proof.astray -3600 sweep
    python -m tests.proof.astray -3600 8123

Every clock that Python shows is shifted by so many seconds before anything of ours
is loaded. The database keeps its own time.
"""

import datetime
import os
import sys
import time

SHIFT = float(sys.argv[1])


proper = datetime.datetime


class AnyMoment(type):
    """Moments are what they always were; only what `now` says is wrong."""

    def __instancecheck__(cls, moment):
        return isinstance(moment, proper)


class Astray(proper, metaclass=AnyMoment):
    """The time of day, as a machine believes that was set wrong."""

    @classmethod
    def now(cls, tz=None):
        return proper.now(tz) + datetime.timedelta(seconds=SHIFT)


datetime.datetime = Astray
right = time.time
time.time = lambda: right() + SHIFT

import django  # noqa: E402

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")
django.setup(set_prefix=False)

import uvicorn  # noqa: E402
from django.utils import timezone  # noqa: E402

from playground.generation.studio import in_studio  # noqa: E402
from playground.generation.sweep import waiting  # noqa: E402
from playground.generation.tasks import sweep_here  # noqa: E402


def look_after_orders() -> None:
    ended = in_studio(sweep_here())
    resent = len(waiting(older_than_seconds=60))
    print(f"off {timezone.now().timestamp() - right():.0f}", end=" ")
    print(f"ended {ended} resent {resent}")


if __name__ == "__main__":
    if sys.argv[2] == "sweep":
        look_after_orders()
    else:
        uvicorn.run(
            "playground.asgi:application", port=int(sys.argv[2]), log_level="warning"
        )
