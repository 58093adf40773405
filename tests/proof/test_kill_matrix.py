"""A process that is killed at any step of an order costs nobody a credit.

The steps are those of the ledger's failure matrix. Each is a real web server or
worker that gets SIGKILL there. Afterwards one sweep runs: the audit is green, what
was charged was delivered, and what was delivered was charged. `-s` prints the
table, which is also left in `test-results/kill-matrix.md`.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.db import connection
from django.db.models.functions import Now

from playground.generation.audit import audit
from playground.generation.models import Attempt, Generation, Picture
from playground.generation.studio import in_studio
from playground.generation.sweep import waiting
from playground.generation.tasks import sweep_here
from tests.proof.matrix import Row, charged_to, database, files, note, state_of
from tests.proof.stage import (
    GO,
    KILL,
    STOP,
    STUDIO_1,
    Web,
    heard_until,
    press_generate,
    running_child,
    seen_by,
    session_of,
    streaming,
)
from tests.services.ports import wait_until
from tests.services.worker import running_worker

IMAGES = "/v1/images/generations"
PRICE, N = 5, 2
QUICK = {"EASEL_LEASE_SECONDS": "1", "CELERY_BROKER_URL": "memory://"}
LEFT = "order running, hold pending, 10 held"
GIVEN_UP = "order failed, hold expired"
PAID = "order succeeded, hold posted, 2 pictures"
KEPT = f"{LEFT}, 1 pictures"
PAID_IN_PART = "order partially_succeeded, hold posted, 1 pictures"
ONE_STRAY = "1 files without a row"
NOWHERE = "connection error"

pytestmark = pytest.mark.usefixtures("books_that_balance")


class Scene:
    """One customer, one order, one death, one sweep."""

    def __init__(self, customer, upstream):
        self.customer, self.upstream = customer, upstream
        self.files_before = files()
        self.caller = ThreadPoolExecutor(1)

    def web(self, doom=""):
        return Web(
            "tests.proof.doomed", doom, **QUICK, **self.upstream.settings
        ).wait_until_up()

    def ask(self, web, prompt="a paper boat"):
        """Order two pictures, and go on while that is under way."""

        def call():
            return web.client.post(
                IMAGES, as_=self.customer, model="studio-1", prompt=prompt, n=N
            )

        return self.caller.submit(seen_by, call)

    def wait_until_asked(self, answer=None):
        def is_over():
            return self.upstream.asked or (answer and answer.done())

        wait_until(is_over, "the studio next door to be asked")
        assert self.upstream.asked, answer.result()

    def state(self):
        return state_of(self.customer, self.files_before)

    def sweep(self):
        """Wait until what nobody looks after is overdue, and sweep once."""
        wait_until(lambda: not fresh_orders().exists(), "the lease to end")
        in_studio(sweep_here())

    def write_down(self, number, step, *, on_disk, seen):
        row = Row(
            number=number,
            database=database(),
            step=step,
            on_disk=on_disk,
            seen=seen,
            repaired=self.state(),
            charged=f"{charged_to(self.customer)} of {PRICE * N}",
        )
        note(row)

    def check(self):
        """Nothing charged is missing, nothing delivered is free, nothing is left open."""
        pictures = Picture.objects.filter(account=self.customer.account)
        paths = [settings.DATA_DIR / "pictures" / one.file for one in pictures]
        assert all(path.stat().st_size for path in paths)
        assert charged_to(self.customer) == PRICE * len(paths)
        assert self.customer.credits() == 100 - PRICE * len(paths)
        assert not Generation.objects.filter(state__in=Generation.LIVE).exists()
        assert audit() == []


def fresh_orders():
    return Generation.objects.filter(state="running", deadline__gte=Now())


@pytest.fixture
def scene(alice, next_door):
    one = Scene(alice, next_door)
    yield one
    one.caller.shutdown()


DEATHS = [
    (1, "request parsed", "nothing", "nothing"),
    (2, "inside hold, before its commit", "nothing", "nothing"),
    (4, "hold committed", LEFT, GIVEN_UP),
    (
        9,
        "images received",
        LEFT,
        GIVEN_UP,
    ),
    (
        10,
        "files written",
        f"{KEPT}, {ONE_STRAY}",
        f"{PAID_IN_PART}, {ONE_STRAY}",
    ),
    (
        11,
        "inside settle, before its commit",
        f"{KEPT}, {ONE_STRAY}",
        f"{PAID_IN_PART}, {ONE_STRAY}",
    ),
    (13, "settle committed", PAID, PAID),
    (
        17,
        "inside keep, before its commit",
        f"{LEFT}, {ONE_STRAY}",
        f"{GIVEN_UP}, {ONE_STRAY}",
    ),
    (18, "keep committed", KEPT, PAID_IN_PART),
]


# What no statement is cut in half by is the same on any database.
STEPS = [
    pytest.param(*row, marks=() if "commit" in row[1] else pytest.mark.wires)
    for row in DEATHS
]


@pytest.mark.parametrize(("number", "step", "on_disk", "repaired"), STEPS)
def test_killed_on_its_own(scene, number, step, on_disk, repaired):
    with running_child(scene.web(step)) as web:
        seen = scene.ask(web).result()
        assert web.process.wait(10) == -KILL
    left = scene.state()

    scene.sweep()

    scene.write_down(number, step, on_disk=left, seen=seen)
    assert (left, seen, scene.state()) == (on_disk, NOWHERE, repaired)
    scene.check()


# SQLite's transaction is the process's own, and is gone with it. PostgreSQL's server
# finishes a statement it was sent, though nobody is left to hear the answer.
HALF = {
    ("inside hold", "sqlite"): ("nothing", "nothing"),
    ("inside hold", "postgresql"): (LEFT, GIVEN_UP),
    ("inside keep", "sqlite"): (f"{LEFT}, {ONE_STRAY}", f"{GIVEN_UP}, {ONE_STRAY}"),
    ("inside keep", "postgresql"): (KEPT, PAID_IN_PART),
    ("inside settle", "sqlite"): (
        f"{KEPT}, {ONE_STRAY}",
        f"{PAID_IN_PART}, {ONE_STRAY}",
    ),
    ("inside settle", "postgresql"): (PAID, PAID),
}


@pytest.mark.parametrize(
    ("number", "step"),
    [(3, "inside hold"), (12, "inside settle"), (16, "inside keep")],
)
def test_killed_in_the_middle_of_money(scene, number, step):
    with running_child(scene.web(step)) as web:
        seen = scene.ask(web).result()
        assert web.process.wait(10) == -KILL
    on_disk, repaired = HALF[step, connection.vendor]
    wait_until(lambda: scene.state() == on_disk, on_disk, seconds=5)

    scene.sweep()

    scene.write_down(number, step, on_disk=on_disk, seen=seen)
    assert (seen, scene.state()) == (NOWHERE, repaired)
    scene.check()


@pytest.mark.wires
def test_killed_while_the_provider_is_asked(scene):
    scene.upstream.slow_seconds = 30
    with running_child(scene.web()) as web:
        answer = scene.ask(web, "a paper boat [fault:slow]")
        scene.wait_until_asked(answer)
        web.send(KILL)
        seen = answer.result()
    left = scene.state()

    scene.sweep()

    step = "provider called, no answer read"
    scene.write_down(8, step, on_disk=left, seen=seen)
    assert (left, seen, scene.state()) == (LEFT, NOWHERE, GIVEN_UP)
    assert Attempt.objects.get().outcome == "lost"
    scene.check()


@pytest.mark.wires
def test_killed_before_a_hold_is_voided(scene):
    with running_child(scene.web("files written")) as web:
        seen = scene.ask(web, "a paper boat [fault:500]").result()
    left = scene.state()

    scene.sweep()

    scene.write_down(15, "void lost", on_disk=left, seen=seen)
    assert (left, seen, scene.state()) == (LEFT, NOWHERE, GIVEN_UP)
    scene.check()


def test_a_worker_that_returns_after_its_order_was_given_up(scene):
    scene.upstream.slow_seconds = 30
    with running_child(scene.web()) as web:
        answer = scene.ask(web, "a paper boat [fault:slow]")
        scene.wait_until_asked(answer)
        web.send(STOP)
        left = scene.state()
        scene.sweep()
        given_up = scene.state()
        web.send(GO)
        seen = answer.result()

    step = "(paused) worker returns after the sweep"
    scene.write_down(14, step, on_disk=left, seen=seen)
    assert (left, given_up, scene.state()) == (LEFT, GIVEN_UP, GIVEN_UP)
    assert seen == "504"
    scene.check()


def test_killed_while_it_streams(scene, tmp_path):
    """What the customer saw before the line broke is theirs, and paid; nothing else is."""
    one_by_one = STUDIO_1.replace("n_per_call = 4", "n_per_call = 1")
    (tmp_path / "studio-1.toml").write_text(one_by_one)
    scene.upstream.allowed = 1
    wish = {"prompt": "a boat [fault:in-turn]", "n": N}
    with (
        running_child(scene.web()) as web,
        streaming(web, scene.customer, **wish) as line,
    ):
        heard = heard_until(line, b"}\n\n")
        web.send(KILL)
    left = scene.state()

    scene.sweep()

    seen = "one picture, then connection error"
    scene.write_down(19, "streaming, one picture sent", on_disk=left, seen=seen)
    assert (left, scene.state()) == (KEPT, PAID_IN_PART)
    assert Picture.objects.get().id.encode() in heard
    scene.check()


# The queue: the playground's orders are painted by a worker.

QUEUED = "order queued, hold pending, 10 held"


@pytest.mark.parametrize(
    ("number", "step", "doom", "seen"),
    [
        (5, "order queued, its message not sent", "hold committed", NOWHERE),
        pytest.param(
            *(6, "message lost by the broker", "", "200"), marks=pytest.mark.wires
        ),
    ],
)
def test_an_order_whose_message_is_lost(scene, client, number, step, doom, seen):
    cookies = session_of(client, scene.customer)
    with running_child(scene.web(doom)) as web:

        def call():
            return press_generate(web.client, cookies, model="studio-1", n="2")

        found = scene.caller.submit(seen_by, call).result()
    left = scene.state()
    assert len(waiting(older_than_seconds=0)) == 1

    with running_worker(**QUICK, **scene.upstream.settings):
        wait_until(lambda: scene.state() == PAID, "the order to be painted")

    scene.write_down(number, step, on_disk=left, seen=found)
    assert (left, found) == (QUEUED, seen)
    scene.check()


@pytest.mark.wires
def test_a_worker_killed_while_it_paints(scene, client):
    cookies = session_of(client, scene.customer)
    scene.upstream.slow_seconds = 30
    prompt = "a paper boat [fault:slow]"
    with running_child(scene.web()) as web:
        press_generate(web.client, cookies, model="studio-1", n="2", prompt=prompt)
    with running_worker(**QUICK, **scene.upstream.settings) as worker:
        scene.wait_until_asked()
        worker.kill()
        worker.wait()
    left = scene.state()

    scene.sweep()

    step = "worker killed, provider called"
    scene.write_down(7, step, on_disk=left, seen="200")
    assert (left, scene.state()) == (LEFT, GIVEN_UP)
    assert Attempt.objects.get().outcome == "lost"
    scene.check()
