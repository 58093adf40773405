"""Limits hold exactly when several processes admit calls at once."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.conf import settings

from accounts.issuing import issue_key
from accounts.limits import Limits
from playground.generation.models import Generation, RateWindow
from playground.generation.places import OpenLimited
from playground.generation.studio import close_studio, studio
from tests.generation.test_books import order
from tests.services.instance import running
from tests.services.ports import answers, free_port, wait_until
from tests.services.site import Client
from tests.services.worker import database_url

pytestmark = pytest.mark.books

IMAGES = "/v1/images/generations"
SERVER = ("-m", "uvicorn", "playground.asgi:application", "--port")


@contextmanager
def another_site(**changes):
    """Serve the same database from a process of its own."""
    port = free_port()
    world = {"EASEL_DATA_DIR": str(settings.DATA_DIR), "DATABASE_URL": database_url()}
    with running(*SERVER, str(port), **world, **changes):
        wait_until(lambda: answers(port), "the other site")
        yield Client(f"http://127.0.0.1:{port}")


@contextmanager
def two_sites(**changes):
    with another_site(**changes) as one, another_site(**changes) as other:
        yield one, other


def rivals(sites, secret):
    """Ask both sites at once, 24 times; the model declines whatever is admitted."""

    def ask(number):
        answer = sites[number % 2].post(IMAGES, as_=secret, prompt="easel:refuse")
        return answer.status_code

    with ThreadPoolExecutor(24) as pool:
        return list(pool.map(ask, range(24)))


def a_limited_key(customer, **limits):
    facts = {"name": "limited", "is_test": True, "limits": Limits(**limits)}
    return issue_key(customer.account, **facts)


def test_two_processes_count_one_rate_in_the_database(alice):
    _, secret = a_limited_key(alice, requests_per_minute=7)

    with two_sites() as sites:
        statuses = rivals(sites, secret)

    assert (statuses.count(400), statuses.count(429)) == (7, 17)
    assert RateWindow.objects.get().current == 7


@pytest.mark.wires
def test_two_processes_count_one_rate_in_redis(alice, redis_url):
    _, secret = a_limited_key(alice, requests_per_minute=7)

    with two_sites(CACHE_URL=redis_url) as sites:
        statuses = rivals(sites, secret)

    assert (statuses.count(400), statuses.count(429)) == (7, 17)
    assert not RateWindow.objects.exists()


@pytest.mark.wires
def test_redis_shows_the_rate_as_the_database_does(alice, redis_url):
    _, secret = a_limited_key(alice, requests_per_minute=2, pictures_per_minute=3)
    ask = {"as_": secret, "prompt": "easel:refuse"}

    with another_site(CACHE_URL=redis_url) as site:
        calls = [site.post(IMAGES, **ask, n=n) for n in (2, 2, 1)]

    assert [one.status_code for one in calls] == [400, 429, 429]
    left = "x-ratelimit-remaining-"
    assert [one.headers[f"{left}requests"] for one in calls] == ["1", "0", "0"]
    assert [one.headers.get(f"{left}images") for one in calls] == ["1", "1", None]
    assert 60 <= int(calls[2].headers["x-ratelimit-reset-requests"][:-1]) <= 120


@pytest.mark.wires
def test_without_its_redis_a_limited_key_is_told_to_come_back(alice):
    _, secret = a_limited_key(alice, requests_per_minute=7)
    nowhere = f"redis://127.0.0.1:{free_port()}/0"

    with another_site(CACHE_URL=nowhere) as site:
        limited = site.post(IMAGES, as_=secret, prompt="a fox")
        unlimited = site.post(IMAGES, as_=alice, prompt="a fox", resolution="0.5K")

    assert (limited.status_code, unlimited.status_code) == (503, 200)


def test_rivals_never_have_more_under_way_than_their_key_may(alice):
    key, _ = a_limited_key(alice, concurrency=3)

    async def open_several():
        here = studio()
        try:
            return await asyncio.gather(*[here.books.do(one()) for _ in range(6)])
        finally:
            await close_studio(1)

    def one():
        generation = order(alice, price=1, state="running", claim="me")
        generation.key_id = key.pk
        return OpenLimited(generation, 60, most_live=3)

    with ThreadPoolExecutor(4) as pool:
        runs = [pool.submit(asyncio.run, open_several()) for _ in range(4)]
        opened = [answer for run in runs for answer in run.result()]

    assert opened.count(True) == 3
    assert Generation.objects.count() == 3
    assert alice.credits() == 97
    Generation.objects.update(state="failed")


def test_one_more_than_may_be_under_way_is_told_so(api, alice):
    key, secret = a_limited_key(alice, concurrency=1)
    running_order = order(alice, price=0, state="running")
    running_order.key_id, running_order.deadline = key.pk, "2100-01-01T00:00:00Z"
    running_order.save()
    ask = {"as_": secret, "prompt": "a fox", "resolution": "0.5K"}

    refused = api.post(IMAGES, **ask)
    Generation.objects.update(state="failed")

    assert refused.status_code == 429
    assert refused.json()["error"]["code"] == "concurrency_exceeded"
    assert "1 order under way" in refused.json()["error"]["message"]
    assert api.post(IMAGES, **ask).status_code == 200
