"""A provider goes away and comes back: what callers notice of it, printed.

    python -m tests.bench.outage                 # it answers 500; about half a minute
    python -m tests.bench.outage --fault hang    # it does not answer at all
    python -m tests.services.postgres python -m tests.bench.outage

Two studios paint the same model; the cheaper one is asked first. A few callers ask all
the time: before the outage, during it, and after it. Everything is loopback.
"""

import argparse
import logging
import os
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import django

MOST_SECONDS = 300


@dataclass
class Phase:
    """A stretch of time, and every answer in it: its status, its seconds, its painter."""

    name: str
    answers: list[tuple[int, float, str]] = field(default_factory=list)
    tries_of_the_sick: int = 0

    def line(self, usual: float) -> str:
        seconds = sorted(took for _, took, _ in self.answers)
        good = sum(status == 200 for status, _, _ in self.answers)
        slow = sum(took > usual + 0.5 for took in seconds)
        of_sick = sum(painter == "left" for _, _, painter in self.answers)
        p95 = seconds[int(len(seconds) * 0.95)]
        return (
            f"{self.name:8} {len(seconds):6} {good / len(seconds):8.1%}"
            f" {(median(seconds) - usual) * 1000:9.1f} {(p95 - usual) * 1000:9.1f}"
            f" {(seconds[-1] - usual) * 1000:9.1f} {slow:6} {self.tries_of_the_sick:6}"
            f" {of_sick / len(seconds):9.1%}"
        )


def main() -> None:
    said = arguments()
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    logging.disable(logging.WARNING)  # the table is what matters
    run(said)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fault", default="500", help="what the sick one does")
    parser.add_argument("--callers", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=8, help="of each phase")
    parser.add_argument("--timeout", type=int, default=3, help="what a call may take")
    said = parser.parse_args()
    if 3 * said.seconds > MOST_SECONDS:
        parser.error(f"The phases together last at most {MOST_SECONDS} seconds.")
    return said


def run(said: argparse.Namespace) -> None:
    from django.conf import settings
    from django.core.management import call_command

    from playground.generation import channels
    from playground.generation.audit import audit
    from tests.cast import customer
    from tests.services.site import Client, running_site
    from tests.upstreams.two_studios import two_studios

    call_command("migrate", verbosity=0)
    settings.PROVIDER_TIMEOUT_SECONDS = said.timeout
    alice = customer("alice", credits=1_000_000)
    folder = Path(tempfile.mkdtemp(prefix="easel-outage-"))
    phases = [Phase("before"), Phase("during"), Phase("after")]
    with two_studios(settings, folder) as (left, _right), running_site() as site:
        api = Client(site.base_url)
        channels.forget()
        for phase in phases:
            left.fault = said.fault if phase.name == "during" else ""
            left.seen.clear()
            phase.answers = keep_asking(api, alice, said)
            phase.tries_of_the_sick = len(left.asked)
    print(f"\nfault {said.fault}, {said.callers} callers, {said.seconds} s a phase")
    print(
        "         calls  success  added p50 added p95 added max   slow  tries  painted"
    )
    print("                             ms        ms        ms  calls of sick  by sick")
    usual = median(took for _, took, _ in phases[0].answers)
    for phase in phases:
        print(phase.line(usual))
    print(f"books: {'right' if audit() == [] else audit()}")


def keep_asking(api, customer, said) -> list[tuple[int, float, str]]:
    """Ask from several threads until the phase is over."""
    until = time.monotonic() + said.seconds

    def ask() -> list[tuple[int, float, str]]:
        answers = []
        while time.monotonic() < until:
            began = time.perf_counter()
            body = {"model": "boat", "prompt": "a paper boat"}
            answer = api.post("/v1/images/generations", as_=customer, **body)
            took = time.perf_counter() - began
            painter = answer.headers.get("x-easel-provider", "")
            answers.append((answer.status_code, took, painter))
        return answers

    with ThreadPoolExecutor(said.callers) as callers:
        asking = [callers.submit(ask) for _ in range(said.callers)]
        return [answer for one in asking for answer in one.result()]


if __name__ == "__main__":
    main()
