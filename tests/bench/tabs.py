"""What open tabs cost: requests a second of 100 idle ones and 100 with a running job.

    python -m tests.bench.tabs              # a minute; ends with 1 over 20 a second
    python -m tests.bench.tabs --tabs 300

Idle tabs are a few real ones in Chromium, counted after they have loaded. Tabs with a
job ask as `watch.js` does, when the server says, of a job each that takes as long as its
model usually does; as one ends the next begins. None of them is hidden: that is the worst.
"""

import argparse
import asyncio
import logging
import os
import sys
import time
from dataclasses import dataclass, field
from statistics import median

import django

MODEL, JOB_SECONDS = "gemini-3-pro-image-preview", 22
MOST_A_SECOND = 20
IDLE_PAGES = 5


@dataclass
class Seen:
    """The answers that the tabs with a job got."""

    seconds: list[float] = field(default_factory=list)
    wrong: int = 0


def main() -> None:
    said = arguments()
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    logging.disable(logging.WARNING)
    sys.exit(run(said))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tabs", type=int, default=100, help="of each kind, up to 500")
    parser.add_argument("--seconds", type=int, default=44, help="how long, up to 300")
    said = parser.parse_args()
    said.tabs, said.seconds = min(said.tabs, 500), min(said.seconds, 300)
    return said


def run(said: argparse.Namespace) -> int:
    from django.core.management import call_command

    from tests.services.site import running_site

    call_command("migrate", verbosity=0)
    jobs = [somebody(number) for number in range(said.tabs)]
    with running_site() as site:
        idle = idle_requests(site.base_url) * said.tabs / IDLE_PAGES
        seen = asyncio.run(watch_all(site.base_url, jobs, said.seconds))
    running = len(seen.seconds) / said.seconds
    print(f"{said.tabs} idle tabs           {idle:6.1f} requests a second")
    print(f"{said.tabs} tabs with a job     {running:6.1f} requests a second")
    print(f"an answer takes      {median(seen.seconds) * 1000:6.1f} ms in the median")
    print(f"wrong answers        {seen.wrong:6}")
    return int(idle + running >= MOST_A_SECOND or seen.wrong > 0)


def somebody(number: int) -> tuple[str, str]:
    """Return a person's session and the job that is painted for them."""
    from dataclasses import replace

    from django.conf import settings
    from django.test import Client
    from django.utils import timezone

    from tests.cast import customer
    from tests.web.orders import A_FOX, an_order

    person = customer(f"tab-{number}")
    client = Client()
    client.force_login(person.person)
    job = an_order(
        person.account,
        model=MODEL,
        state="running",
        delivered=0,
        person=person.person,
        started_at=timezone.now(),
        finished_at=None,
        request=replace(A_FOX, model=MODEL).to_json(),
    )
    return client.cookies[settings.SESSION_COOKIE_NAME].value, job.pk


def idle_requests(base_url: str) -> float:
    """Return how often a few pages ask for anything once they have loaded."""
    from tests.services.browser import running_browser

    seconds, asked = 8, []
    with running_browser() as browser:
        context = browser.new_context(base_url=base_url)
        pages = [context.new_page() for _ in range(IDLE_PAGES)]
        for page in pages:
            page.goto("/")
            page.wait_for_load_state("networkidle")
            page.on("request", lambda request: asked.append(request.url))
        pages[0].wait_for_timeout(seconds * 1000)
    return len(asked) / seconds


async def watch_all(base_url: str, jobs: list[tuple[str, str]], seconds: int) -> Seen:
    import aiohttp

    seen, until = Seen(), time.monotonic() + seconds
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(base_url, connector=connector) as session:
        tabs = [
            watch(session, job, place / len(jobs), until, seen)
            for place, job in enumerate(jobs)
        ]
        await asyncio.gather(*tabs)
    return seen


async def watch(session, job: tuple[str, str], share: float, until: float, seen: Seen):
    """Ask about one job after another, each time when the server says."""
    cookie, order = job
    headers = {"Cookie": f"sessionid={cookie}", "HX-Request": "true"}
    began = time.monotonic() - share * JOB_SECONDS
    await begin(order, share * JOB_SECONDS)
    look = share * 6  # tabs are not opened all at once
    while time.monotonic() + look < until:
        await asyncio.sleep(look)
        asked = time.perf_counter()
        url = f"/create/live?run={order}~p"
        async with session.get(url, headers=headers) as answer:
            await answer.read()
        seen.seconds.append(time.perf_counter() - asked)
        seen.wrong += answer.status != 204
        look = int(answer.headers.get("Easel-Look", 1000)) / 1000
        if time.monotonic() - began > JOB_SECONDS:
            began, look = time.monotonic(), 6.0
            await begin(order, 0)


async def begin(order: str, ago: float) -> None:
    """Let the job have begun so long ago."""
    from datetime import timedelta

    from django.utils import timezone

    from playground.generation.models import Generation

    moment = timezone.now() - timedelta(seconds=ago)
    await Generation.objects.filter(pk=order).aupdate(started_at=moment)


if __name__ == "__main__":
    main()
