"""The console's batches, as a person without script uses them: priced, started, fetched."""

import asyncio
import html
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.roles import Role
from playground.batches.checking import check
from playground.batches.feeding import hand_out
from playground.batches.models import Batch, Line
from tests.batches.filing import a_line, as_file, work_through
from tests.cast import join

BATCHES = "/console/batches"


@pytest.fixture
def console(client, alice):
    client.force_login(alice.person)
    return client


def text(response):
    return html.unescape(response.content.decode())


def hand_in(browser, lines, **said):
    file = SimpleUploadedFile("foxes.jsonl", as_file(lines))
    words = {"endpoint": "/v1/images/generations", "most": ""}
    return browser.post(f"{BATCHES}/new", {"file": file, **words, **said})


def test_a_file_is_priced_before_it_is_started_and_its_results_are_fetched(
    console, alice
):
    there = hand_in(console, [a_line(1), a_line(2)]).headers["Location"]
    first = text(console.get(there))
    check(Batch.objects.get().pk)
    priced = text(console.get(there))
    assert "Being checked" in first
    assert "Start, for 2 credits at most" in priced
    assert (hand_out(), alice.credits()) == ([], 100)

    console.post(f"{there}/start")
    work_through(list(Line.objects.values_list("pk", "order_id")))

    page = text(console.get(there, headers={"HX-Request": "true"}))
    assert "<html" not in page and "hx-trigger" not in page
    fetched = console.get(f"{there}/output.jsonl")
    lines = whole(fetched).splitlines()
    assert [json.loads(line)["custom_id"] for line in lines] == ["fox-1", "fox-2"]
    assert console.get(f"{there}/errors.jsonl").status_code == 404
    assert "foxes.jsonl" in text(console.get(BATCHES))
    assert alice.credits() == 98


def whole(response):
    """Read what is streamed to its end."""

    async def pieces():
        return [piece async for piece in response.streaming_content]

    return b"".join(asyncio.run(pieces()))


def test_what_is_wrong_with_a_file_is_shown_by_its_line(console):
    there = hand_in(console, [a_line(1), a_line(2, n=99)]).headers["Location"]
    check(Batch.objects.get().pk)

    page = text(console.get(there))

    assert "Not accepted" in page and "body.n" in page


def test_a_batch_is_called_off_by_hand(console):
    there = hand_in(console, [a_line(1)]).headers["Location"]

    console.post(f"{there}/cancel")

    assert Batch.objects.get().state == "cancelled"


def test_an_empty_file_is_refused_beside_its_field(console):
    answer = hand_in(console, [])

    assert answer.status_code == 422
    assert "empty" in text(answer)


def test_a_role_sees_and_does_what_it_may(client, alice, bob, carol):
    join(alice.account, bob.person, Role.VIEWER)
    client.force_login(alice.person)
    there = hand_in(client, [a_line(1)]).headers["Location"]

    client.force_login(bob.person)
    client.post("/accounts/switch", {"account": alice.account.pk})
    assert client.get(there).status_code == 200
    assert hand_in(client, [a_line(1)]).status_code == 403
    assert client.post(f"{there}/cancel").status_code == 403
    client.force_login(carol.person)
    assert client.get(there).status_code == 404
    assert client.post(f"{there}/cancel").status_code == 404
