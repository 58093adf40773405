"""Whatever is done to the books, in whatever order, they balance and agree with a model.

Hypothesis makes up sequences of everything that can happen to two wallets and
their orders: credits, orders of one to ten pictures, work that is claimed, kept
alive, put back, closed, abandoned halfway, swept, pictures that are kept on the
way; limits of keys and accounts that come and go; orders under a name of the
caller's, asked for several times at once. A model of a few dictionaries says what
each must answer. After each step the audit is green.
"""

import asyncio
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count

import psycopg
import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.ids import new_id
from accounts.issuing import issue_key
from billing.ledger import (
    MICRO,
    budgets_of,
    credit,
    file_turn,
    limit_account,
    limit_key,
    wallet_of,
)
from billing.lots import expire_in, reckon
from billing.models import Hold, Transfer
from playground.generation.audit import audit
from playground.generation.books import Claim, Close, Extend, Open, Release
from playground.generation.database import CLASHES
from playground.generation.entries import PictureRow
from playground.generation.keeping import Keep
from playground.generation.models import Generation, IdempotencyKey, Picture
from playground.generation.request import Once
from playground.generation.studio import in_studio, studio
from playground.generation.sweep import sweep
from playground.generation.twins import give_key_back
from tests.cast import customer
from tests.services import clean_books

LIVE = ("queued", "running")
HANDS = ("ann", "ben")
KEYS = ("red", "blue")
NAME = "Monday's"  # what a caller calls an order
HOW_OFTEN = [
    pytest.param(12, id="a few"),
    pytest.param(100, id="many", marks=[pytest.mark.proof, pytest.mark.timeout(300)]),
]


@dataclass
class Purse:
    """What a wallet must be."""

    credited: int = 0
    debited: int = 0
    held: int = 0

    @property
    def available(self) -> int:
        return self.credited - self.debited - self.held


@dataclass
class Job:
    """What an order must be."""

    id: str
    owner: int
    price: int
    n: int
    state: str
    hands: str
    is_overdue: bool = False
    delivered: int = 0
    key: str = ""

    @property
    def uses(self) -> int:
        """What it takes from the limits it counts in."""
        return self.quoted if self.state in LIVE else self.price * self.delivered

    @property
    def quoted(self) -> int:
        return self.price * self.n

    @property
    def missing(self) -> int:
        return self.n - self.delivered


@dataclass
class Model:
    """Both wallets, every order, and the keys that credited something."""

    purses: list[Purse] = field(default_factory=lambda: [Purse(), Purse()])
    jobs: dict[str, Job] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)
    caps: dict[tuple[int, str, str], int] = field(default_factory=dict)
    names: dict[tuple[int, str], str] = field(default_factory=dict)

    def used(self, owner: int, key: str) -> int:
        """What an account, or one of its keys, has spent and holds."""
        jobs = self.jobs.values()
        return sum(j.uses for j in jobs if j.owner == owner and key in ("", j.key))

    def has_room(self, job: Job) -> bool:
        if not job.price:
            return True
        fits = self.purses[job.owner].available >= job.quoted
        return fits and all(
            self.used(owner, key) + job.quoted <= cap
            for (owner, key, _period), cap in self.caps.items()
            if owner == job.owner and key in ("", job.key)
        )

    def has_free(self, owner: int, name: str) -> bool:
        """A name is free, or free again: its order ended without pictures."""
        holder = self.jobs.get(self.names.get((owner, name), ""))
        return holder is None or holder.state in ("failed", "cancelled")

    def opens(self, job: Job) -> bool:
        if not self.has_room(job):
            return False
        self.purses[job.owner].held += job.quoted
        self.jobs[job.id] = job
        return True

    def closes(self, job_id: str, *, state: str, pictures: int) -> None:
        """What it kept counts too; `state` is how it ends when there is nothing."""
        job = self.jobs[job_id]
        purse = self.purses[job.owner]
        delivered = job.delivered + pictures
        if delivered:
            state = "succeeded" if delivered == job.n else "partially_succeeded"
        purse.held -= job.quoted
        purse.debited += job.price * delivered
        self.jobs[job_id] = replace(job, state=state, delivered=delivered)


async def do(*operations):
    """Do these at once, so that they may share a statement; an error is an answer."""
    books = studio().books
    waiting = [books.do(operation) for operation in operations]
    return await asyncio.gather(*waiting, return_exceptions=True)


def abandon(operation):
    """Do all of an operation but its commit, and drop the connection: a crash."""
    if connection.vendor == "sqlite":
        database = str(connection.settings_dict["NAME"])
        with file_turn(database):
            link = sqlite3.connect(database, timeout=20, isolation_level=None)
            cursor = link.cursor()
            cursor.execute("BEGIN IMMEDIATE")
            operation.sqlite(cursor)
            link.close()
        return
    known = connection.get_connection_params()
    wanted = {name: known[name] for name in ("dbname", "user", "host", "port")}
    link = psycopg.connect(**wanted, cursor_factory=psycopg.RawCursor)
    link.execute(*type(operation).postgres([operation]))
    link.close()


def order_row(job, accounts, keys=None):
    return Generation(
        id=job.id,
        account_id=accounts[job.owner],
        key_id=keys[job.owner, job.key] if job.key else None,
        group_id="standard",
        lane="api",
        endpoint="images.generations",
        model="sketch-1",
        prompt="a fox",
        request=REQUEST,
        n=job.n,
        unit_price_microcredits=job.price,
        state=job.state,
        claim=job.hands,
    )


REQUEST = {
    "model": "sketch-1",
    "prompt": "a fox",
    "n": 1,
    "shape": "1:1",
    "tier": "1K",
    "width": 64,
    "height": 64,
    "target_width": 64,
    "target_height": 64,
    "fit": "none",
    "quality": None,
    "seed": None,
    "negative_prompt": None,
    "response_format": "url",
    "output_format": None,
    "output_compression": None,
    "requested_size": "64x64",
    "extras": [],
    "notes": [],
}


def picture(position):
    return PictureRow(
        id=new_id("pic"),
        position=position,
        file=f"{position}.png",
        sha256="0" * 64,
        format="png",
        width=8,
        height=8,
        bytes=100,
        seed=None,
        revised_prompt="",
        expires_at=None,
    )


def closing(job, hands, pictures):
    """End an order with so many pictures beside those it kept."""
    delivered = job.delivered + pictures
    state = "failed"
    if delivered:
        state = "succeeded" if delivered == job.n else "partially_succeeded"
    rows = tuple(picture(position) for position in range(job.delivered, delivered))
    return Close(job.id, "running", hands, state, pictures=rows)


def keeping(job, hands, pictures):
    """Keep so many more pictures of an order."""
    first = job.delivered
    places = range(first, first + pictures)
    return [Keep(job.id, hands, picture(place)) for place in places]


class Books(RuleBasedStateMachine):
    """Everything that can happen, and what the model says of it."""

    numbers = count(1)

    caps = st.sampled_from([None, 0, 1, 2 * MICRO, 20 * MICRO, 60 * MICRO])

    @initialize(credits=st.sampled_from([0, 300 * MICRO]), caps=st.tuples(caps, caps))
    def open_two_accounts(self, credits, caps):
        self.model = Model()
        people = [customer(f"person{next(self.numbers)}") for _ in range(2)]
        self.accounts = [person.account.pk for person in people]
        self.key_ids = {
            (owner, name): issue_key(person.account, name=name)[0].pk
            for owner, person in enumerate(people)
            for name in KEYS
        }
        if credits:
            self.credit(0, credits, 1)
        for key, cap in zip(KEYS, caps, strict=True):
            self.cap(0, key, "total", cap)

    def teardown(self):
        clean_books.put_back()

    # Choosing. A draw names an order by its place, so that a sequence can be shrunk.

    def pick(self, place, *states):
        jobs = [job for job in self.model.jobs.values() if job.state in states]
        return jobs[place % len(jobs)] if jobs else None

    def any_job(self, place):
        return list(self.model.jobs.values())[place % len(self.model.jobs)]

    def new_job(self, owner, price, n, hands, key=""):
        state = "running" if hands else "queued"
        return Job(new_id("img"), owner, price, n, state, hands, key=key)

    def row(self, job):
        return order_row(job, self.accounts, self.key_ids)

    has_jobs = precondition(lambda self: self.model.jobs)
    places = st.integers(0, 50)
    owners = st.integers(0, 1)
    prices = st.sampled_from([0, 1, MICRO // 3, 2 * MICRO, 14 * MICRO])
    counts = st.integers(1, 10)
    hands = st.sampled_from(HANDS)
    taken = st.sampled_from(["", *HANDS])
    keys = st.sampled_from(["", *KEYS])

    # Money comes in.

    @rule(owner=owners, amount=st.integers(1, 150 * MICRO), name=st.integers(1, 8))
    def credit(self, owner, amount, name):
        key = f"grant:{name}"
        is_new = key not in self.model.keys
        assert credit(self.accounts[owner], amount, kind="grant", key=key) is is_new
        self.model.keys.add(key)
        self.model.purses[owner].credited += amount * is_new

    # Limits come and go; what was used before a limit was set counts in it.

    @rule(
        owner=owners,
        key=keys,
        period=st.sampled_from(["month", "total"]),
        cap=caps,
    )
    def cap(self, owner, key, period, cap):
        account = self.accounts[owner]
        if key:
            limit_key(account, self.key_ids[owner, key], period, cap)
        else:
            period = "month"
            limit_account(account, cap)
        self.model.caps.pop((owner, key, period), None)
        if cap is not None:
            self.model.caps[owner, key, period] = cap

    @rule(
        owner=owners, amount=st.integers(1, 20 * MICRO), days=st.sampled_from([-1, 9])
    )
    def credit_for_a_while(self, owner, amount, days):
        key, until = f"grant:{new_id('lot')}", timezone.now() + timedelta(days=days)
        credit(self.accounts[owner], amount, kind="grant", key=key, expires_at=until)
        self.model.purses[owner].credited += amount

    @rule(owner=owners)
    def reckon(self, owner):
        reckon(self.accounts[owner])

    @rule(owner=owners)
    def expire(self, owner):
        purse = self.model.purses[owner]
        expired = expire_in(self.accounts[owner])
        assert 0 <= expired <= purse.available
        purse.debited += expired

    # Orders are opened.

    @rule(owner=owners, price=prices, n=counts, taken=taken, key=keys)
    def open(self, owner, price, n, taken, key):
        job = self.new_job(owner, price, n, taken, key)
        [answer] = in_studio(do(Open(self.row(job), 600)))
        assert answer is self.model.opens(job)

    @rule(wishes=st.lists(st.tuples(owners, prices, counts, taken, keys), max_size=8))
    def open_many_at_once(self, wishes):
        jobs = [self.new_job(*wish) for wish in wishes]
        rows = [Open(self.row(job), 600) for job in jobs]
        answers = in_studio(do(*rows))
        opened = [
            job for job, answer in zip(jobs, answers, strict=True) if answer is True
        ]
        refused = [
            job for job, answer in zip(jobs, answers, strict=True) if answer is False
        ]
        assert len(opened) + len(refused) == len(jobs)
        assert all(self.model.opens(job) for job in opened)
        assert not any(self.model.opens(job) for job in refused)

    @rule(
        wish=st.tuples(owners, prices, counts, taken, keys),
        times=st.integers(1, 3),
    )
    def open_under_a_name(self, wish, times):
        """Of twins one becomes an order. Who is refused gives the name back."""
        twins = [self.new_job(*wish) for _ in range(times)]
        owner, account, name = twins[0].owner, self.accounts[twins[0].owner], NAME
        once = {"idempotency_key": name, "fingerprint": "a fox"}
        rows = [Open(self.row(one), 600, **once) for one in twins]
        is_free = self.model.has_free(owner, name)
        answers = in_studio(do(*rows))
        assert {*map(type, answers)} == {bool}
        assert sum(answers) == (is_free and self.model.has_room(twins[0]))
        if is_free:
            self.model.names.pop((owner, name), None)
        for job, is_opened in zip(twins, answers, strict=True):
            if is_opened:
                assert self.model.opens(job)
                self.model.names[owner, name] = job.id
            else:
                give_key_back(account, Once(name, "a fox"), job.id)

    @rule(wish=st.tuples(owners, prices, counts, hands, keys), times=st.integers(1, 3))
    def ask_again_when_nothing_came(self, wish, times):
        self.open_under_a_name(wish, 1)
        job = self.model.jobs.get(self.model.names.get((wish[0], NAME), ""))
        if job and job.state == "running" and not job.delivered:
            self.end(job, job.hands, 0, 1)
        self.open_under_a_name(wish, times)

    @has_jobs
    @rule(place=places, times=st.integers(1, 5))
    def open_again(self, place, times):
        again = replace(self.any_job(place), state="queued", hands="")
        room = self.model.has_room(again)
        row = Open(self.row(again), 600)
        for answer in in_studio(do(*[row] * times)):
            clashed = isinstance(answer, CLASHES)
            assert clashed or (answer is False and not room)

    # They are worked on.

    @has_jobs
    @rule(place=places, hands=hands, times=st.integers(1, 3))
    def claim(self, place, hands, times):
        job = self.any_job(place)
        answers = in_studio(do(*[Claim(job.id, hands, 600)] * times))
        assert answers.count(True) == (job.state == "queued")
        if job.state == "queued":
            job.state, job.hands, job.is_overdue = "running", hands, False

    @has_jobs
    @rule(place=places, hands=hands)
    def extend(self, place, hands):
        job = self.any_job(place)
        [answer] = in_studio(do(Extend(job.id, hands, 600)))
        assert answer is (job.state == "running" and job.hands == hands)
        if answer:
            job.is_overdue = False

    @has_jobs
    @rule(place=places, hands=hands, times=st.integers(1, 2))
    def release(self, place, hands, times):
        job = self.any_job(place)
        answers = in_studio(do(*[Release(job.id, hands, 600)] * times))
        ours = job.state == "running" and job.hands == hands
        assert answers.count(True) == ours
        if ours:
            job.state, job.hands, job.is_overdue = "queued", "", False

    @has_jobs
    @rule(place=places, hands=hands, pictures=st.integers(1, 3))
    def keep(self, place, hands, pictures):
        job = self.any_job(place)
        answers = in_studio(do(*keeping(job, hands, pictures)))
        ours = job.state == "running" and job.hands == hands
        kept = min(pictures, job.missing) if ours else 0
        assert answers.count(True) == kept
        assert answers.count(False) == pictures - kept
        job.delivered += kept

    @rule()
    def keep_one_of_each_at_once(self):
        jobs = [job for job in self.model.jobs.values() if job.state == "running"]
        waiting = [one for job in jobs for one in keeping(job, job.hands, 1)]
        answers = in_studio(do(*waiting))
        assert answers == [job.missing > 0 for job in jobs]
        for job in jobs:
            job.delivered += job.missing > 0

    @has_jobs
    @rule(place=places, hands=hands)
    def keep_again(self, place, hands):
        """A picture that stands in the books is not counted twice."""
        job = self.any_job(place)
        if not job.delivered:
            return
        again = replace(job, delivered=job.delivered - 1)
        [answer] = in_studio(do(*keeping(again, hands, 1)))
        assert answer is False or isinstance(answer, CLASHES)

    # They end.

    @has_jobs
    @rule(place=places, hands=hands, part=st.integers(0, 10), times=st.integers(1, 3))
    def close(self, place, hands, part, times):
        job = self.any_job(place)
        self.end(job, hands, min(part, job.missing), times)

    @has_jobs
    @rule(place=places, share=st.sampled_from(["all", "some", "none"]))
    def finish(self, place, share):
        if job := self.pick(place, "running"):
            left = job.missing
            new = {"all": left, "some": (left + 1) // 2, "none": 0}[share]
            self.end(job, job.hands, new, 1)

    def end(self, job, hands, pictures, times):
        closings = [closing(job, hands, pictures) for _ in range(times)]
        answers = in_studio(do(*closings))
        ours = job.state == "running" and job.hands == hands
        assert answers.count(True) == ours
        assert answers.count(False) == times - ours
        if ours:
            state = closings[0].state
            self.model.closes(job.id, state=state, pictures=pictures)

    @has_jobs
    @rule(place=places, times=st.integers(1, 2))
    def cancel(self, place, times):
        job = self.any_job(place)
        cancelling = Close(job.id, "queued", "", "cancelled", error_code="cancelled")
        answers = in_studio(do(*[cancelling] * times))
        assert answers.count(True) == (job.state == "queued")
        if job.state == "queued":
            self.model.closes(job.id, state="cancelled", pictures=0)

    @rule()
    def finish_all_at_once(self):
        jobs = [job for job in self.model.jobs.values() if job.state == "running"]
        ends = [closing(job, job.hands, job.missing) for job in jobs]
        assert in_studio(do(*ends)) == [True] * len(jobs)
        for job in jobs:
            self.model.closes(job.id, state="succeeded", pictures=job.missing)

    # Processes die, and time passes.

    @has_jobs
    @rule(place=places)
    def crash_while_closing(self, place):
        if job := self.pick(place, "running"):
            abandon(closing(job, job.hands, job.missing))

    @has_jobs
    @rule(place=places)
    def crash_while_keeping(self, place):
        job = self.pick(place, "running")
        if job and job.missing:
            abandon(keeping(job, job.hands, 1)[0])

    @rule(owner=owners, price=prices, n=counts, key=keys)
    def crash_while_opening(self, owner, price, n, key):
        job = self.new_job(owner, price, n, "ann", key)
        name = {"idempotency_key": NAME, "fingerprint": "a fox"}
        abandon(Open(self.row(job), 9, **name))

    @has_jobs
    @rule(place=places)
    def nobody_looks_after_it(self, place):
        if job := self.pick(place, *LIVE):
            past = timezone.now() - timedelta(seconds=2)
            Generation.objects.filter(pk=job.id).update(deadline=past)
            Hold.objects.filter(job_id=job.id).update(expires_at=past)
            job.is_overdue = True

    @rule()
    def sweep(self):
        overdue = [
            job
            for job in self.model.jobs.values()
            if job.is_overdue and job.state in LIVE
        ]

        async def swept():
            return await sweep(studio().books)

        assert in_studio(swept()) == len(overdue)
        for job in overdue:
            self.model.closes(job.id, state="failed", pictures=0)

    @has_jobs
    @rule(place=places)
    def sweep_and_finish_at_once(self, place):
        """Who comes first wins; the other one changes nothing."""
        job = self.pick(place, "running")
        if job is None or not job.is_overdue:
            return
        sweeping = Close(
            job.id,
            "running",
            job.hands,
            "failed",
            unpaid_state="expired",
            overdue_only=True,
        )
        answers = in_studio(do(closing(job, job.hands, job.missing), sweeping))
        assert answers == [True, False]
        self.model.closes(job.id, state="succeeded", pictures=job.missing)

    # And this is so all the time.

    @invariant()
    def the_audit_is_green(self):
        assert audit() == []

    @invariant()
    def the_wallets_are_what_the_model_says(self):
        for account, purse in zip(
            getattr(self, "accounts", ()), self.model.purses, strict=False
        ):
            wallet = wallet_of(account)
            found = Purse(wallet.credits_posted, wallet.debits_posted, wallet.held)
            assert found == purse

    @invariant()
    def the_limits_are_what_the_model_says(self):
        named = dict(enumerate(getattr(self, "accounts", ())))
        owners = {(owner, ""): account for owner, account in named.items()}
        owners |= getattr(self, "key_ids", {})
        found = {
            (row.owner, row.period): (row.cap, row.used)
            for row in budgets_of(*owners.values())
        }
        assert found == {
            (owners[owner, key], period): (cap, self.model.used(owner, key))
            for (owner, key, period), cap in self.model.caps.items()
        }

    @invariant()
    def each_name_has_its_order(self):
        rows = IdempotencyKey.objects.values_list("account_id", "key", "generation_id")
        assert {row[:2]: row[2] for row in rows} == {
            (self.accounts[owner], name): job
            for (owner, name), job in self.model.names.items()
        }

    @invariant()
    def the_orders_are_what_the_model_says(self):
        rows = Generation.objects.values_list("id", "state", "claim", "delivered")
        found = {
            row[0]: row[1:] if row[1] in LIVE else (row[1], row[3]) for row in rows
        }
        jobs = self.model.jobs.values()
        assert found == {
            job.id: (job.state, job.hands, job.delivered)
            if job.state in LIVE
            else (job.state, job.delivered)
            for job in jobs
        }
        assert Picture.objects.count() == sum(job.delivered for job in jobs)
        charges = Transfer.objects.filter(kind="charge").count()
        ended = [job for job in jobs if job.state not in LIVE]
        assert charges == sum(bool(job.delivered and job.price) for job in ended)


@pytest.mark.parametrize("how_often", HOW_OFTEN)
def test_the_books_agree_with_a_simple_model(books_db, how_often):
    runs = settings(
        max_examples=how_often,
        stateful_step_count=40,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Books, settings=runs)


SHARES = {"all": lambda n: n, "some": lambda n: n // 2, "none": lambda n: 0}


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("n", range(1, 11))
def test_an_order_costs_what_it_delivered(alice, n, share):
    delivered = SHARES[share](n)
    job = Job(new_id("img"), 0, 7 * MICRO, n, "running", "ann")

    opened = in_studio(do(Open(order_row(job, [alice.account.pk]), 60)))
    closed = in_studio(do(closing(job, "ann", delivered)))

    assert (opened, closed) == ([True], [True])
    assert alice.credits() == 100 - 7 * delivered
    assert Picture.objects.count() == delivered
    assert wallet_of(alice.account.pk).held == 0
    assert audit() == []


def test_twenty_duplicates_of_one_job_are_one_job(alice):
    job = Job(new_id("img"), 0, 4 * MICRO, 2, "queued", "")
    opening = Open(order_row(job, [alice.account.pk]), 60)

    opened = in_studio(do(*[opening] * 20))
    claimed = in_studio(do(*[Claim(job.id, "ann", 60)] * 20))
    closed = in_studio(do(*[closing(job, "ann", 2) for _ in range(20)]))

    assert [opened.count(True), claimed.count(True), closed.count(True)] == [1, 1, 1]
    assert alice.credits() == 92
    assert Picture.objects.count() == 2
    assert audit() == []


def test_twenty_duplicates_of_one_failure_leave_one_note(alice):
    job = Job(new_id("img"), 0, 4 * MICRO, 2, "running", "ann")
    in_studio(do(Open(order_row(job, [alice.account.pk]), 60)))

    closed = in_studio(do(*[closing(job, "ann", 0) for _ in range(20)]))

    assert (closed.count(True), closed.count(False)) == (1, 19)
    assert alice.credits() == 100
    assert audit() == []


def test_twenty_duplicates_of_one_top_up_are_one_top_up(alice):
    def top_up(_):
        try:
            return credit(alice.account.pk, 50 * MICRO, kind="topup", key="topup:cs_1")
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as rivals:
        answers = list(rivals.map(top_up, range(20)))

    assert (answers.count(True), answers.count(False)) == (1, 19)
    assert alice.credits() == 150
    assert audit() == []


def test_a_worker_and_the_sweep_that_come_together_do_not_mix(alice):
    """Either may win; never are the pictures kept and the charge dropped."""
    job = Job(new_id("img"), 0, 4 * MICRO, 2, "running", "ann")
    in_studio(do(Open(order_row(job, [alice.account.pk]), -1)))
    given_up = Close(
        job.id,
        "running",
        "ann",
        "failed",
        unpaid_state="expired",
        overdue_only=True,
    )

    answers = in_studio(do(given_up, closing(job, "ann", 2)))

    assert answers == [True, False]
    assert alice.credits() == 100
    assert Picture.objects.count() == 0
    assert audit() == []
