"""PostgreSQL is restarted under load: a late answer or a plain one, never a wrong credit."""

import json
import threading
import time
from collections import Counter

import psycopg
import pytest

from tests.proof.stage import GONE, connected
from tests.services.commands import run
from tests.services.instance import running
from tests.services.ports import answers, free_port, wait_until
from tests.services.postgres import MISSING, programs, throwaway_cluster
from tests.services.site import Client
from tests.upstreams.next_door import studio_next_door

IMAGES = "/v1/images/generations"
pytestmark = [
    pytest.mark.proof,
    pytest.mark.skipif(programs() is None, reason=MISSING),
    pytest.mark.timeout(240),
]


class Callers:
    """A few who ask for pictures one after the other, until told to stop."""

    def __init__(self, client, key, **wish):
        self.answers = []
        self._wish = {"model": "studio-1", "prompt": "a boat", **wish}
        self._client, self._key = client, key
        self._is_over = threading.Event()
        self._threads = [threading.Thread(target=self._ask) for _ in range(8)]

    def _ask(self):
        while not self._is_over.is_set():
            try:
                answer = self._client.post(IMAGES, as_=self._key, **self._wish)
                self.answers.append((answer.status_code, answer.body))
            except GONE as gone:
                self.answers.append((0, repr(gone).encode()))

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._is_over.set()
        for thread in self._threads:
            thread.join()

    @property
    def statuses(self):
        return Counter(status for status, _ in self.answers)


@pytest.fixture
def world(tmp_path):
    """A cluster of our own, a studio next door, and the settings of both."""
    with throwaway_cluster() as cluster, studio_next_door() as upstream:
        places = {"DATABASE_URL": cluster.url, "EASEL_DATA_DIR": str(tmp_path / "data")}
        tmp_path.joinpath("catalogue").mkdir()
        places |= connected(upstream, tmp_path / "catalogue")
        assert run("manage.py", "migrate", "-v", "0", **places).returncode == 0
        yield cluster, upstream, places


def open_account(places):
    command = ("easel_account", "dora@example.com", "--credits", "100000")
    made = run("manage.py", *command, "--key", "load", "--json", **places)
    return json.loads(made.stdout)["key"]


def web(places, port):
    command = ("-m", "uvicorn", "playground.asgi:application", "--port", str(port))
    return running(*command, "--log-level", "warning", **places)


def ledger_is_green(places):
    report = run("manage.py", "ledger_audit", "--json", **places)
    return json.loads(report.stdout)["ok"], report.stdout


def count(cluster, query):
    with psycopg.connect(cluster.url) as link:
        return link.execute(query).fetchone()[0]


def is_paid_for(cluster):
    pictures = count(cluster, "SELECT count(*) FROM generation_picture")
    charged = "SELECT coalesce(sum(amount), 0) FROM billing_transfer WHERE direction=-1"
    return pictures, count(cluster, charged) // 1_000_000


def test_a_restart_under_load_is_waited_for_or_said(world):
    cluster, _, places = world
    key, port = open_account(places), free_port()
    places["EASEL_LEASE_SECONDS"] = "4"
    with web(places, port) as server:
        wait_until(lambda: answers(port), "the web server")
        client = Client(f"http://127.0.0.1:{port}")
        with Callers(client, key) as callers:
            time.sleep(2)
            before = callers.statuses[200]
            cluster.stop()
            time.sleep(2)
            cluster.start()
            time.sleep(4)
        after = callers.statuses[200]
        time.sleep(5)
        sweep(places)

    print(f"\nDatabase restarted under load: {dict(callers.statuses)}")
    odd = [answer for answer in callers.answers if answer[0] not in (200, 503)]
    assert odd == [], server.said[-4000:]
    assert all(b'"error"' in body for status, body in callers.answers if status == 503)
    assert after > before > 0
    assert ledger_is_green(places)[0], ledger_is_green(places)[1]
    pictures, charged = is_paid_for(cluster)
    assert charged == 5 * pictures
    assert pictures >= after
    live = (
        "SELECT count(*) FROM generation_generation WHERE state IN ('queued','running')"
    )
    assert count(cluster, live) == 0


def test_a_long_order_outlives_a_restart(world):
    """Its lease is still extended when the database is back."""
    cluster, upstream, places = world
    upstream.slow_seconds = 12
    key, port = open_account(places), free_port()
    places["EASEL_LEASE_SECONDS"] = "4"
    seen = []
    with web(places, port) as server:
        wait_until(lambda: answers(port), "the web server")
        client = Client(f"http://127.0.0.1:{port}")
        wish = {"model": "studio-1", "prompt": "a boat [fault:slow]"}

        def ask():
            seen.append(client.post(IMAGES, as_=key, **wish).status_code)

        caller = threading.Thread(target=ask)
        caller.start()
        wait_until(lambda: upstream.asked, "the studio next door")
        cluster.stop()
        time.sleep(1)
        cluster.start()
        time.sleep(5)
        sweep(places)
        caller.join()

    assert seen == [200], server.said[-4000:]
    assert is_paid_for(cluster) == (1, 5)
    assert ledger_is_green(places)[0]


def sweep(places):
    """What the clock does every half minute."""
    code = (
        "import django; django.setup();"
        "from playground.generation.studio import in_studio;"
        "from playground.generation.tasks import sweep_here;"
        "print(in_studio(sweep_here()))"
    )
    settings = {"DJANGO_SETTINGS_MODULE": "playground.settings", **places}
    swept = run("-c", code, **settings)
    assert swept.returncode == 0, swept.stderr
