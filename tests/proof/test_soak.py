"""A minute of mixed load on one database, while whoever serves it is killed at random.

Two web servers, a Celery worker and the clock; customers who call the API and
press Generate; SIGKILL every few seconds. No answer may be lost without a trace:
whoever's connection died finds the order ended in the database after the sweep.
"""

import random
import threading
import time
from collections import Counter
from itertools import count

import pytest
from django.conf import settings
from django.test import Client as Browser

from billing.models import Hold, Transfer
from playground.generation.audit import audit
from playground.generation.models import Attempt, Generation, Picture
from tests.cast import customer
from tests.proof.matrix import database, files
from tests.proof.stage import GONE, Child, Web, press_generate, session_of
from tests.services.ports import free_port, wait_until

IMAGES = "/v1/images/generations"
SECONDS = 60
CUSTOMERS = 6
FINAL = ("succeeded", "partially_succeeded", "failed", "refused", "cancelled")
pytestmark = [pytest.mark.proof, pytest.mark.timeout(300)]


class Crew:
    """The processes of an instance, each started again when it was killed."""

    def __init__(self, upstream):
        self.settings = {
            "EASEL_LEASE_SECONDS": "4",
            "EASEL_SWEEP_SECONDS": "2",
            "EASEL_RESEND_SECONDS": "3",
            "EASEL_PAINTER_PROCESSES": "1",
            "EASEL_LOG_LEVEL": "WARNING",
            "EASEL_WORKER_JOBS": "16",
            **upstream.settings,
        }
        self.ports = [free_port(), free_port()]
        self.schedule = settings.DATA_DIR / f"beat-{free_port()}"
        self.children = {name: self.start(name) for name in ("a", "b", "worker")}
        self.children["clock"] = self.start("clock")
        self.killed = Counter()
        self.said = ""

    def start(self, name):
        if name in ("a", "b"):
            return Web(port=self.ports["ab".index(name)], **self.settings)
        celery = ("-m", "celery", "--quiet", "-A", "playground")
        if name == "worker":
            worker = ("worker", "--pool=threads", "--concurrency=16")
            quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat")
            return Child(*celery, *worker, *quiet, **self.settings)
        beat = ("beat", "--pidfile=", f"--schedule={self.schedule}")
        return Child(*celery, *beat, **self.settings)

    def kill(self, name):
        self.children[name].kill()
        self.killed[name] += 1
        self.said += self.children[name].said
        self.children[name] = self.start(name)

    def end(self):
        for child in self.children.values():
            self.said += child.said
            child.kill()


class Crowd:
    """Customers who ask without pause, and note what they saw of each order."""

    def __init__(self, crew, people, browsers):
        self.crew, self.people, self.browsers = crew, people, browsers
        self.seen = {}
        self._numbers = count(1)
        self._is_over = threading.Event()
        works = [self._call_the_api, self._call_the_painter, self._press_generate]
        self._threads = [
            threading.Thread(target=self._go_on, args=(work, number))
            for number in range(CUSTOMERS)
            for work in works
        ]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._is_over.set()
        for thread in self._threads:
            thread.join()

    def _go_on(self, work, number):
        dice = random.Random(number)
        while not self._is_over.is_set():
            prompt = f"order {next(self._numbers)}"
            client = self.crew.children[dice.choice("ab")].client
            try:
                self.seen[prompt] = work(client, number, prompt, dice)
            except GONE:
                self.seen[prompt] = "gone"
                time.sleep(0.3)

    def _call_the_api(self, client, number, prompt, dice):
        slow = dice.choice(["", " [fault:slow]", " [fault:partial]", " [fault:500]"])
        wish = {"model": "studio-1", "prompt": prompt + slow, "n": dice.randint(1, 4)}
        return self._answered(client.post(IMAGES, as_=self.people[number], **wish))

    def _call_the_painter(self, client, number, prompt, dice):
        time.sleep(dice.random() * 4)  # it paints one at a time, on our own processor
        wish = {"model": "sketch-1", "resolution": "0.5K", "prompt": prompt}
        return self._answered(client.post(IMAGES, as_=self.people[number], **wish))

    def _press_generate(self, client, number, prompt, dice):
        time.sleep(dice.random())
        wish = {"model": "studio-1", "prompt": prompt + " [fault:slow]"}
        n = str(dice.randint(1, 3))
        answer = press_generate(client, self.browsers[number], n=n, **wish)
        return f"queue {answer.status_code}"

    def _answered(self, answer):
        if answer.status_code != 200:
            assert b'"error"' in answer.body
        return f"api {answer.status_code}"


def orders_by_prompt():
    orders = Generation.objects.values_list("prompt", "state")
    return {prompt.split(" [")[0]: state for prompt, state in orders}


def live():
    return Generation.objects.filter(state__in=Generation.LIVE).count()


def run_a_minute(crew, crowd):
    """Let the crowd ask, and kill somebody every few seconds."""
    dice = random.Random()
    give_up_at = time.monotonic() + SECONDS
    with crowd:
        while time.monotonic() < give_up_at:
            time.sleep(dice.uniform(2, 5))
            crew.kill(dice.choice(["a", "b", "worker"]))
    wait_until(lambda: live() == 0, "every order to be ended", seconds=60)


def check_what_customers_saw(seen, states):
    """A 200 had pictures; what was accepted has ended; who heard nothing lost nothing."""
    for prompt, what in seen.items():
        if what == "api 200":
            assert states[prompt] in ("succeeded", "partially_succeeded"), prompt
        if what == "queue 200":
            assert states[prompt] in FINAL, prompt
        if what == "gone":
            assert states.get(prompt, "failed") in FINAL, prompt


def check_money():
    assert audit() == []
    charged = Transfer.objects.filter(kind="charge")
    paid = set(charged.values_list("ref_id", flat=True))
    delivered = set(Picture.objects.values_list("generation_id", flat=True))
    assert paid == delivered
    assert not Hold.objects.filter(state="pending").exists()
    kept = {settings.DATA_DIR / "pictures" / one.file for one in Picture.objects.all()}
    assert kept <= files()


def print_figures(crew, crowd, states):
    figures = {
        "killed": dict(crew.killed),
        "customers saw": dict(Counter(crowd.seen.values())),
        "orders": dict(Counter(states.values())),
        "gone, and painted": sum(
            what == "gone" and states.get(prompt) == "succeeded"
            for prompt, what in crowd.seen.items()
        ),
        "gone, never accepted": sum(
            what == "gone" and prompt not in states
            for prompt, what in crowd.seen.items()
        ),
        "tries lost": Attempt.objects.filter(outcome="lost").count(),
        "pictures": Picture.objects.count(),
        "charges": Transfer.objects.filter(kind="charge").count(),
    }
    print(f"\n{SECONDS} s of mixed load on {database()}")
    for name, figure in figures.items():
        print(f"  {name:<22}{figure}")


def test_nothing_is_lost_whoever_is_killed(books_db, next_door):
    next_door.slow_seconds = 1.5
    people = [customer(f"person{n}", credits=100_000) for n in range(CUSTOMERS)]
    browsers = [session_of(Browser(), person) for person in people]
    crew = Crew(next_door)
    crowd = Crowd(crew, people, browsers)
    try:
        for name in ("a", "b"):
            crew.children[name].wait_until_up()
        run_a_minute(crew, crowd)
    finally:
        crew.end()
    states = orders_by_prompt()

    print_figures(crew, crowd, states)
    check_what_customers_saw(crowd.seen, states)
    check_money()
    assert "api.bug" not in crew.said
    assert not [what for what in crowd.seen.values() if what.endswith("500")]
