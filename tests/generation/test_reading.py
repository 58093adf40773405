"""Reads beside the books: their connections last, and a server that went is noticed."""

import asyncio

import pytest
from django.db import connection

from playground.api.keys import KnownKeys
from playground.generation.database import READERS, in_thread


def backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def end(backend_pid: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [backend_pid])


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="PostgreSQL's own")
def test_readers_keep_their_connections_until_the_server_ends_them(books_db):
    async def read_and_lose():
        before = [await in_thread(backend) for _ in range(20)]
        await asyncio.to_thread(lambda: [end(one) for one in {*before}])
        return {*before}, {await in_thread(backend) for _ in range(20)}

    before, after = asyncio.run(read_and_lose())

    assert len(before) <= READERS
    assert not before & after


def test_a_key_is_looked_up_once_for_all_who_wait(alice):
    async def rivals():
        known_keys = KnownKeys()
        return await asyncio.gather(
            *[known_keys.buyer(alice.secret) for _ in range(20)]
        )

    buyers = asyncio.run(rivals())

    assert {buyer.account_id for buyer in buyers} == {alice.account.pk}
    assert len({id(buyer) for buyer in buyers}) == 1
