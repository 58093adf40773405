"""Dashboards read a copy of the database when there is one, and do without it."""

import pytest
from django.db import connection

from tests.generation.orders import an_order
from tests.proof.stage import Web, running_child, session_of
from tests.web.charged import a_charged_order

pytestmark = pytest.mark.wires


@pytest.fixture
def copy(alice, tmp_path):
    """A copy of the database as it is now: what is written later is not in it."""
    if connection.vendor != "sqlite":
        pytest.skip("a file is copied")
    place = tmp_path / "copy.sqlite3"
    connection.cursor().execute("VACUUM INTO %s", [str(place)])
    return place


def shown(web, cookies, page):
    answer = web.client.request("GET", page, headers={"Cookie": cookies})
    assert answer.status_code == 200
    return answer.body.decode()


def test_usage_is_read_from_the_copy_and_a_request_where_it_was_written(
    alice, client, copy
):
    order = a_charged_order(alice.account, credits=6)
    cookies = session_of(client, alice)
    web = Web(DATABASE_REPLICA_URL=f"sqlite:///{copy}")
    with running_child(web):
        web.wait_until_up()
        assert order.pk not in shown(web, cookies, "/console/usage")
        assert order.pk in shown(web, cookies, f"/console/requests/{order.pk}")


def test_a_copy_that_is_away_is_done_without(alice, client, books_db, tmp_path):
    order = an_order(alice.account)
    cookies = session_of(client, alice)
    web = Web(DATABASE_REPLICA_URL=f"sqlite:///{tmp_path}/nowhere/copy.sqlite3")
    with running_child(web):
        web.wait_until_up()
        assert order.pk in shown(web, cookies, "/console/usage")
        assert "replica.away" in web.said
