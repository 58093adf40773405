"""How a way is set back, tried again, and well again; for all processes, and after a restart."""

import asyncio

import pytest

from playground.generation.health import Blow, Board, Setback, Standing, set_back
from playground.generation.providers.base import (
    Broken,
    Busy,
    Late,
    Misconfigured,
    Refused,
)
from playground.generation.ways import Health

WAY = ("gemini", "banana")
NOW = 1_800_000_000.0
BROKE = Broken("it broke", ran="unknown")


class Clock:
    now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def board(books_db, clock):
    return Board(clock)


def fails(board, failure=BROKE, began_at=None):
    began = board._clock() if began_at is None else began_at
    asyncio.run(board.failed(WAY, failure, began))


def standing(board):
    return board.standing(WAY)[0]


# Pure.


@pytest.mark.parametrize(
    ("known", "blow", "seconds"),
    [
        pytest.param(None, Blow(NOW, 2), 2, id="the first time a little"),
        pytest.param(Setback(1, 0, NOW), Blow(NOW, 2), 6, id="then longer"),
        pytest.param(Setback(3, 0, NOW), Blow(NOW, 2), 54, id="and longer"),
        pytest.param(Setback(30, 0, NOW), Blow(NOW, 2), 900, id="but not for ever"),
        pytest.param(None, Blow(NOW, 2, at_least=70), 70, id="as long as it says"),
        pytest.param(
            Setback(9, 0, NOW - 4000), Blow(NOW, 2), 2, id="what is long ago is over"
        ),
    ],
)
def test_each_failure_sets_back_for_longer(known, blow, seconds):
    assert set_back(known, blow, NOW, luck=0.5).until - NOW == pytest.approx(seconds)


def test_chance_keeps_everybody_from_coming_back_at_once():
    waits = [set_back(None, Blow(NOW, 10), NOW, luck).until - NOW for luck in (0, 1)]

    assert waits == pytest.approx([8, 12])


def test_what_was_under_way_already_is_the_same_bad_news():
    known = Setback(1, NOW, NOW + 2)

    assert set_back(known, Blow(NOW - 1, 2), NOW + 1, 0.5) == known


# With rows.


@pytest.mark.parametrize(
    ("failure", "least", "most"),
    [
        (BROKE, 1, 3),
        (Busy("busy"), 1, 3),
        (Busy("busy", retry_after_seconds=60), 60, 60),
        (Busy("come tomorrow", retry_after_seconds=86_400), 3600, 3600),
        (Late("late", ran="unknown"), 24, 36),
        (Misconfigured("wrong key"), 12, 18),
    ],
)
def test_how_long_depends_on_what_went_wrong(board, failure, least, most):
    fails(board, failure)

    assert least <= board.standing(WAY)[1] - NOW <= most


def test_a_refusal_is_no_failure(board):
    fails(board, Refused("no"))

    assert standing(board) is Standing.WELL
    assert not Health.objects.exists()


def test_nothing_is_written_of_a_way_that_is_well(board, django_assert_num_queries):
    board.standing(WAY)
    with django_assert_num_queries(0):
        asyncio.run(board.succeeded(WAY, NOW))

    assert not Health.objects.exists()


def test_another_process_knows_and_so_does_one_that_starts(board, clock):
    fails(board)

    assert standing(Board(clock)) is Standing.SET_BACK


def test_what_two_processes_see_adds_up(board, clock):
    other = Board(clock)
    assert standing(other) is Standing.WELL
    fails(board)
    clock.now += 1

    fails(other)

    assert Health.objects.get().failures == 2


def test_a_hundred_calls_that_fail_together_count_once(board, clock):
    for _ in range(100):
        fails(board, began_at=NOW - 5)

    assert Health.objects.get().failures == 1


def test_one_of_two_processes_tries_it_when_it_is_due(board, clock):
    fails(board)
    other = Board(clock)
    other.standing(WAY)
    clock.now += 10
    assert standing(board) is standing(other) is Standing.DUE

    turns = [asyncio.run(one.may_try(WAY)) for one in (board, other, board)]

    assert turns == [True, False, False]


def test_a_picture_makes_it_well_again(board, clock):
    fails(board)
    clock.now += 10

    asyncio.run(board.succeeded(WAY, clock.now))

    assert standing(board) is Standing.WELL
    assert not Health.objects.exists()


def test_a_picture_that_was_asked_for_before_says_nothing(board, clock):
    fails(board)

    asyncio.run(board.succeeded(WAY, NOW - 1))

    assert standing(board) is Standing.SET_BACK


def test_an_outage_of_an_hour_is_tried_a_few_times(board, clock):
    tries = 0
    while clock.now < NOW + 3600:
        tries += asyncio.run(board.may_try(WAY))
        fails(board)
        clock.now = board.standing(WAY)[1] + 0.01

    assert tries <= 11


def test_only_some_answers_without_a_picture_in_a_row_count(board):
    empty = Broken("no picture", ran="yes")
    fails(board, empty)
    fails(board, empty)
    assert standing(board) is Standing.WELL

    fails(board, empty)

    assert standing(board) is Standing.SET_BACK
