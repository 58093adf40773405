"""Two web and two worker machines under load, while whatever can go away goes away.

The tables are parted by month while orders come in; then each machine is killed in turn,
its cable to the database, to Redis and to the pictures is cut for some seconds, the
database is restarted and Redis is emptied. No credit may be wrong, and no picture that
was paid for may be lost. Printed: what callers saw in each act, and how long after its
end the last of them failed.
"""

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import psycopg
import pytest

from tests.proof.fleet import Fleet, fleet
from tests.proof.stage import GONE
from tests.services import pgbouncer, redis
from tests.services.commands import run
from tests.services.ports import wait_until
from tests.services.postgres import MISSING, programs

IMAGES, TASKS = "/v1/images/generations", "/v1/async/images/generations"
CALLERS, CALM_SECONDS, CUT_SECONDS, TASK_SECONDS = 6, 6, 5, 60
ENDS = {"succeeded", "failed", "cancelled", "completed"}
PRICE = 5
PARTED = "tables parted by month"
LIVE = "SELECT count(*) FROM generation_generation WHERE state IN ('queued','running')"
LACKING = {
    MISSING: programs() is None,
    redis.MISSING: not redis.is_installed(),
    pgbouncer.MISSING: pgbouncer.program() is None,
}
pytestmark = [
    pytest.mark.proof,
    pytest.mark.timeout(900),
    pytest.mark.skipif(any(LACKING.values()), reason=" ".join(LACKING)),
]


@dataclass(frozen=True)
class Seen:
    """One call: when it ended, at which door, and what came of it."""

    at: float
    door: str
    status: int
    body: bytes


class Crowd:
    """Callers of either web machine, for answers and for tasks; one that is gone is passed by.

    Each waits for what it ordered before it orders more, so no backlog grows.
    """

    def __init__(self, machines: Fleet, key: str) -> None:
        self.seen: list[Seen] = []
        self.waited: list[float] = []
        self._machines, self._key = machines, key
        self._is_over = threading.Event()
        doors = [IMAGES] * (CALLERS - 2) + [TASKS] * 2
        self._threads = [
            threading.Thread(target=self._ask, args=[door]) for door in doors
        ]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._is_over.set()
        for thread in self._threads:
            thread.join()

    def _ask(self, door: str) -> None:
        wish = {"model": "studio-1", "prompt": "a boat [fault:slow]"}
        while not self._is_over.is_set():
            client = random.choice(self._machines.webs).client
            try:
                answer = client.post(door, as_=self._key, **wish)
                self._note(door, answer.status_code, answer.body)
                if answer.status_code == 202:
                    self._await(answer.json()["id"])
            except GONE as gone:
                self._note(door, 0, repr(gone).encode())
            time.sleep(0.05)

    def _await(self, task: str) -> None:
        """Ask after a task, anywhere, until it has an end; who is asked may be gone."""
        began = time.monotonic()
        while time.monotonic() - began < TASK_SECONDS:
            time.sleep(0.2)
            client = random.choice(self._machines.webs).client
            try:
                answer = client.get(f"/v1/tasks/{task}", as_=self._key)
            except GONE:
                continue
            if answer.status_code == 200 and answer.json()["status"] in ENDS:
                self.waited.append(time.monotonic() - began)
                return

    def _note(self, door: str, status: int, body: bytes) -> None:
        self.seen.append(Seen(time.monotonic(), door, status, body))

    def between(self, start: float, end: float) -> list[Seen]:
        return [one for one in self.seen if start <= one.at < end]


@dataclass(frozen=True)
class Act:
    """What was done to the fleet, and when it was whole again."""

    name: str
    began: float
    whole: float


def killed(machine) -> None:
    machine.restart()


def cut(machine, what: str) -> None:
    machine.cables[what].cut()
    time.sleep(CUT_SECONDS)
    machine.cables[what].mend()


def restarted(machines: Fleet) -> None:
    machines.cluster.stop()
    time.sleep(2)
    machines.cluster.start()


def acts_of(machines: Fleet):
    """Yield each act's name and how it is done."""
    yield PARTED, partial(at_the_database, machines, "easel_partitions", "--begin")
    for name in ("web a", "web b", "worker 1", "worker 2"):
        yield f"{name} killed", partial(killed, machines.machines[name])
    for name in ("web a", "worker 1"):
        for what in ("database", "redis", "pictures"):
            yield f"{name} cut from {what}", partial(cut, machines.machines[name], what)
    yield "database restarted", partial(restarted, machines)
    yield "redis emptied", machines.empty_redis


def play(machines: Fleet) -> list[Act]:
    played = [Act("calm", time.monotonic(), time.monotonic())]
    time.sleep(CALM_SECONDS)
    for name, done in acts_of(machines):
        began = time.monotonic()
        done()
        played.append(Act(name, began, time.monotonic()))
        time.sleep(CALM_SECONDS)
    return played


def one(machines: Fleet, query: str) -> int:
    with psycopg.connect(machines.cluster.url) as link:
        return link.execute(query).fetchone()[0]


def pictures_of(machines: Fleet) -> list[tuple[str, str]]:
    with psycopg.connect(machines.cluster.url) as link:
        query = "SELECT generation_id, file FROM generation_picture"
        return link.execute(query).fetchall()


def states_of(machines: Fleet) -> dict[str, str]:
    with psycopg.connect(machines.cluster.url) as link:
        return dict(
            link.execute("SELECT id, state FROM generation_generation").fetchall()
        )


def at_the_database(machines: Fleet, *command: str):
    places = {
        "DATABASE_URL": machines.cluster.url,
        "EASEL_DATA_DIR": machines.machines["clock"].settings["EASEL_DATA_DIR"],
    }
    return run("manage.py", *command, **machines.shared, **places)


def during(played: list[Act], crowd: Crowd) -> Iterator[tuple[Act, list[Seen]]]:
    """Yield each act with the calls that were answered until the next one."""
    ends = [act.began for act in played[1:]] + [float("inf")]
    for act, end in zip(played, ends, strict=True):
        yield act, crowd.between(act.began, end)


def figures(played: list[Act], crowd: Crowd) -> str:
    lines = [
        "| act | whole again after | calls | success | other answers | last failure |"
    ]
    lines += ["|---|---|---|---|---|---|"]
    for act, calls in during(played, crowd):
        failed = [call for call in calls if call.status not in (200, 202)]
        others = Counter(call.status or "gone" for call in failed)
        last = max((call.at - act.whole for call in failed), default=None)
        lines.append(
            f"| {act.name} | {act.whole - act.began:.1f} s | {len(calls)}"
            f" | {100 * (1 - len(failed) / max(len(calls), 1)):.1f} %"
            f" | {dict(others) or ''} | {'' if last is None else f'{last:+.1f} s'} |"
        )
    return "\n".join(lines)


def test_nothing_is_lost_whatever_goes_away(tmp_path):
    with fleet(tmp_path) as machines:
        machines.upstream.slow_seconds = 0.5
        command = ("easel_account", "dora@example.com", "--credits", "1000000")
        made = at_the_database(machines, *command, "--key", "load", "--json")
        key = json.loads(made.stdout)["key"]
        with Crowd(machines, key) as crowd:
            played = play(machines)
        print(f"\n{figures(played, crowd)}")
        (parting,) = [
            calls for act, calls in during(played, crowd) if act.name == PARTED
        ]
        assert {call.status for call in parting} <= {200, 202}
        began = time.monotonic()
        wait_until(lambda: one(machines, LIVE) == 0, "every order's end", seconds=120)
        print(f"\nevery order had an end after {time.monotonic() - began:.1f} s more")
        states, pictures = states_of(machines), pictures_of(machines)
        print(f"\norders: {dict(Counter(states.values()))}, pictures: {len(pictures)}")
        accepted = [
            json.loads(call.body)["id"] for call in crowd.seen if call.status == 202
        ]
        assert {states[name] for name in accepted} <= {"succeeded", "failed"}
        share = sum(states[name] == "succeeded" for name in accepted) / len(accepted)
        print(f"tasks accepted: {len(accepted)}, painted: {100 * share:.1f} %,")
        print(f"longest wait for one's end: {max(crowd.waited):.1f} s")
        assert {file for _, file in pictures} <= machines.bucket.names()
        answered = sum(call.status == 200 for call in crowd.seen)
        assert len(pictures) >= answered > 0
        charged = (
            "SELECT coalesce(sum(amount), 0) FROM billing_transfer WHERE direction = -1"
        )
        assert one(machines, charged) == PRICE * 1_000_000 * len(pictures)
        report = at_the_database(machines, "ledger_audit", "--json")
        assert json.loads(report.stdout)["ok"], report.stdout
        assert all(b'"error"' in call.body for call in crowd.seen if call.status >= 400)
        assert "api.bug" not in machines.said
