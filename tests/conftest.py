"""The cast and the stage: alice, bob and carol; the site, a worker, a browser.

Everything that touches the database through these fixtures really commits, so
that the site's own connections see it; `tests/services/clean_books.py` puts the
database back after each test. What a machine lacks is skipped, and said.

How a new test stays cheap: `make test` has twelve minutes on two processors.
- A test at a door takes about 0.05 s, a picture of "0.5K" 0.1 s, one of "1K" 0.2 s, any
  process of ours 1.5 s, a worker 2 s, a whole instance 8 s (processor time each).
- Pure functions come in tables and need no fixture. `alice` is cheap, `api` is the
  session's own site; `running_site()` is for who must see it close, and waits 0.2 s.
- Processes are shared: `worker` and the browser by a module, the rest by fixtures of
  a module's scope. A journey is made longer before another one is added.
- A server of ours in a thread is told `serve_forever(0.02)`: by itself it looks up
  only every half second, and each test would wait for that.
- Nothing sleeps: `wait_until` looks, and a time-out that is met is set to a second.
- On PostgreSQL runs what that could break: what reads or writes rows in a way of its
  own. Doors are the same on any database: tests/api is marked `wires` here, and a
  module there that is about rows says `pytestmark = pytest.mark.books`. Elsewhere it
  is the other way round: a test of no such meaning is marked `wires` by hand.
  `make proof` runs the rest on PostgreSQL too.
- Made-up examples come in a few here and in many under `pytest.mark.proof`: see
  HOW_OFTEN in tests/api/test_description.py.
"""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.core.signals import setting_changed
from django.db import connection
from django.dispatch import receiver
from django.utils import timezone

from playground.api.telemetry.standing import standing
from playground.generation import (
    channels,
    draining,
    health,
    measures,
    parting,
    patience,
    rules,
    tariff,
    unpaid,
    usual,
)
from tests.cast import customer
from tests.services import browser, clean_books, redis
from tests.services.site import Client, Site, running_site
from tests.services.worker import running_worker

pytest_plugins = ["tests.sdk.matrix", "tests.api.fault_table"]
PROVIDER_SETTINGS = {"COMPATIBLE_SERVERS", "PROVIDERS", "PROVIDERS_DIR"}
# Nobody waits for these when all else is done.
LONGEST = {
    "test_mypy_finds_nothing",
    "test_every_migration_makes_what_the_tests_run_on",
}
DATABASE_FIXTURES = {"db", "transactional_db"}


def pytest_addoption(parser):
    parser.addoption(
        "--postgresql-report",
        help="the report of the suite's run on PostgreSQL, as `make test` makes it",
    )
    parser.addoption(
        "--parted",
        action="store_true",
        help="keep orders and tries in tables parted by month, on PostgreSQL",
    )


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items):
    """Mark each test by what it needs, so that a run can choose; the longest comes first."""
    for item in items:
        fixtures = set(item.fixturenames)
        if "api" in item.path.parts and not item.get_closest_marker("books"):
            item.add_marker("wires")
        if fixtures & DATABASE_FIXTURES or item.get_closest_marker("django_db"):
            item.add_marker("books")
        if "_browser" in fixtures:
            item.add_marker("browser")
        if "sdk" in item.path.parts:
            item.add_marker("clients")
    yield
    items.sort(key=lambda item: item.name not in LONGEST)


@receiver(setting_changed)
def connect_anew(*, setting, **_):
    """Providers are read from the settings once; a test that changes them starts over."""
    if setting in PROVIDER_SETTINGS:
        channels.forget()


@pytest.fixture(scope="session")
def django_db_keepdb():
    """The database goes with its folder or its throwaway server: no need to drop it."""
    return True


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, pytestconfig):
    with django_db_blocker.unblock():
        if pytestconfig.getoption("--parted"):
            parting.begin(timezone.now())
        clean_books.keep()


@pytest.fixture(autouse=True)
def fresh_cache():
    """What a process remembers of routing is forgotten between tests, too."""
    cache.clear()
    channels.forget()
    draining.closures.forget()
    rules.rules.forget()
    health.board.forget()
    measures.measures.forget()
    patience.purse.forget()
    tariff.in_force.forget()
    unpaid.brakes.forget()
    usual.lately.forget()
    standing.forget()


@pytest.fixture
def books_db(transactional_db):
    """A database with real commits: for money, races and the async side."""


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    """Let go of a pool that leads elsewhere: whatever asked for the catalogue while tests
    were collected had it opened, before this process got a database of its own."""
    if connection.vendor == "postgresql":
        connection.close_pool()


# The cast.


@pytest.fixture
def alice(books_db):
    """Alice has 100 credits."""
    return customer("alice", credits=100)


@pytest.fixture
def bob(books_db):
    """Bob has none."""
    return customer("bob")


@pytest.fixture
def carol(books_db):
    """Carol may not see alice's things, though she could pay for her own."""
    return customer("carol", credits=100)


# The stage.


@pytest.fixture(scope="session")
def _site(django_db_setup, django_db_blocker) -> Iterator[Site]:
    with django_db_blocker.unblock(), running_site() as site:
        yield site


@pytest.fixture
def live_site(books_db, _site) -> Site:
    """The real site, on a real port, on this test's database."""
    return _site


@pytest.fixture
def api(live_site) -> Client:
    """A program that calls the site: `api.post("/v1/…", as_=alice, prompt="a fox")`."""
    return Client(live_site.base_url)


@pytest.fixture(scope="module")  # no longer: it would take other tests' orders
def _worker(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), running_worker() as process:
        yield process


@pytest.fixture
def worker(books_db, _worker):
    """A Celery worker, a process of its own, that takes what this test queues."""
    return _worker


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A Redis of our own."""
    if not redis.is_installed():
        pytest.skip(redis.MISSING)
    with redis.throwaway_redis() as url:
        yield url


@pytest.fixture(scope="module")
def _browser():
    if browser.program() is None:
        pytest.skip(browser.MISSING)
    with browser.running_browser() as running:
        yield running


@pytest.fixture
def browser_context(_browser, live_site):
    """A browser of a person's own, with empty pockets and any number of pages."""
    context = _browser.new_context(base_url=live_site.base_url, reduced_motion="reduce")
    context.set_default_timeout(30_000)
    yield context
    context.close()


@pytest.fixture
def browser_page(browser_context):
    """An empty page of that browser; `browser_page.goto("/")` visits the site."""
    return browser_context.new_page()
