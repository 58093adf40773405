"""Voting at the door: what counts, what is refused, and what is published of it."""

import re
import time

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from accounts.staff import StaffRole
from accounts.staffing import appoint
from playground.arena import auditing, dealing
from playground.arena.models import Challenge, Doubt, Encounter, Ranking, Standing, Vote
from playground.arena.reckoning import publish, recompute
from tests.arena.duels import MODELS, a_challenge, an_entry, entries_for, votes

HTMX = {"HX-Request": "true"}


@pytest.fixture
def boats(alice):
    """Three models have painted a paper boat."""
    return entries_for(alice.account, a_challenge())


def ballot_in(answer):
    return re.search(r'name="ballot" value="([^"]+)"', answer.text)[1]


def look_and_vote(browser, choice="left", **facts):
    """Look at a pair for as long as people do, and vote."""
    ballot = dealing.Ballot.opened(ballot_in(browser.get("/arena", **facts)))
    seen = dealing.Ballot(ballot.left, ballot.right, ballot.voter, ballot.shown_at - 5)
    said = {"ballot": seen.sealed(), "choice": choice}
    return browser.post("/arena/votes", said, headers=HTMX, **facts)


def test_a_guest_votes_blind_and_is_told_afterwards(client, boats):
    page = client.get("/arena")
    assert "a paper boat" in page.text
    assert not any(model in page.text for model in ("GPT Image", "FLUX", "Qwen"))
    votes(boats[0], boats[1], "left", 3)
    votes(boats[0], boats[2], "left", 3)
    votes(boats[1], boats[2], "left", 3)
    began = time.monotonic()
    told = look_and_vote(client)
    waited_ms = 1000 * (time.monotonic() - began)
    assert told.status_code == 200
    vote = Vote.objects.latest("pk")
    assert (vote.choice, vote.is_guest) == ("left", True)
    assert 5000 <= vote.took_ms < 6000 + waited_ms
    assert "3 other votes" in told.text
    agree = 3 if vote.left_id < vote.right_id else 0
    assert re.search(rf"{agree} say the same", re.sub(r"\s+", " ", told.text))
    assert told.text.count('<b class="strong">') == 2


def test_without_script_the_answer_is_a_page_of_ones_own(client, boats):
    ballot = ballot_in(client.get("/arena"))
    answer = client.post("/arena/votes", {"ballot": ballot, "choice": "tie"})
    assert "You called it a tie" in client.get(answer["Location"]).text or (
        "quicker than anybody" in client.get(answer["Location"]).text
    )
    assert Client().get(answer["Location"]).status_code == 404


def test_a_pair_is_voted_on_once_by_a_browser_and_a_network(client, boats):
    ballot = ballot_in(client.get("/arena"))
    said = {"ballot": ballot, "choice": "left"}
    assert client.post("/arena/votes", said, headers=HTMX).status_code == 200
    again = client.post("/arena/votes", said, headers=HTMX)
    assert again.status_code == 422
    assert "voted on this pair already" in again.text
    neighbour = Client()  # no cookie, the same network
    for _ in range(2):
        assert look_and_vote(neighbour).status_code == 200
    assert "You have seen every pair" in neighbour.get("/arena").text
    assert Vote.objects.count() == len(set(Vote.objects.values_list("pair"))) == 3
    assert ballot_in(Client().get("/arena", REMOTE_ADDR="192.0.2.7"))


def test_somebody_signed_in_votes_whatever_their_network_did(client, boats, bob):
    for _ in range(3):
        look_and_vote(client)
    signed_in = Client()
    signed_in.force_login(bob.person)
    assert look_and_vote(signed_in).status_code == 200
    assert Vote.objects.filter(is_guest=False).count() == 1


@pytest.mark.parametrize("capped", ["ARENA_VOTES_A_DAY", "ARENA_NETWORK_VOTES_A_DAY"])
def test_a_day_has_so_many_votes(client, boats, settings, capped):
    setattr(settings, capped, 1)
    assert look_and_vote(client).status_code == 200
    refused = look_and_vote(client)
    assert refused.status_code == 429
    assert "enough for today" in refused.text
    assert Vote.objects.count() == 1


@pytest.mark.parametrize(
    ("said", "words"),
    [
        pytest.param({"ballot": "forged", "choice": "left"}, "dealt too long ago"),
        pytest.param({"choice": "up"}, "Choose left, right"),
    ],
)
def test_what_is_no_vote_is_answered_with_another_pair(client, boats, said, words):
    known = {"ballot": ballot_in(client.get("/arena")), "choice": "left"}
    refused = client.post("/arena/votes", known | said, headers=HTMX)
    assert refused.status_code == 422
    assert words in refused.text and ballot_in(refused)
    stranger = Client().post("/arena/votes", known, headers=HTMX)
    assert "somebody else" in stranger.text
    assert not Vote.objects.exists()


def test_votes_are_never_edited_or_deleted(boats):
    (vote,) = votes(boats[0], boats[1], "left", 1)
    with pytest.raises(DatabaseError), transaction.atomic():
        Vote.objects.filter(pk=vote.pk).update(choice="right")
    with pytest.raises(DatabaseError), transaction.atomic():
        Vote.objects.filter(pk=vote.pk).delete()


def test_what_is_published_follows_from_the_votes(client, boats):
    best, middle, last = boats
    votes(best, middle, "left", 40)
    votes(middle, best, "left", 15)
    votes(best, last, "tie", 10)
    votes(last, middle, "right", 20)
    votes(last, middle, "bad", 5)
    votes(middle, last, "right", 30, took_ms=300)
    assert recompute()
    assert not recompute()  # nothing new
    ranking = Ranking.objects.get()
    assert (ranking.counted, ranking.doubted) == (90, 30)
    assert {*Doubt.objects.values_list("reason", flat=True)} == {"quick"}
    found = {one.model: one for one in Standing.objects.filter(category="")}
    first, second, third = (found[model] for model in MODELS)
    assert first.rating > second.rating > third.rating
    assert (first.votes, first.wins, first.losses, first.ties) == (65, 40, 15, 10)
    assert (third.votes, third.rank) == (35, 3)
    assert {*Standing.objects.values_list("category", flat=True)} == {"", "product"}
    page = client.get("/arena/ratings")
    assert page.text.count("preliminary</span>") == 3
    assert "30 votes were set aside" in page.text
    assert auditing.audit(False) == []


def test_under_thirty_votes_a_model_is_not_shown(client, boats):
    votes(boats[0], boats[1], "left", 29)
    recompute()
    page = client.get("/arena/ratings").text
    assert "No model has enough votes" in page
    assert "GPT Image 2 (29)" in page


@pytest.mark.parametrize(
    "forge",
    [
        lambda: Standing.objects.filter(category="").update(rating=1300.0),
        lambda: Standing.objects.filter(model=MODELS[0]).update(votes=9000),
        lambda: Encounter.objects.update(first_wins=77),
        lambda: Encounter.objects.all().delete(),
        lambda: Doubt.objects.all().delete(),
        lambda: Ranking.objects.update(counted=1),
    ],
)
def test_the_audit_finds_whatever_was_not_counted_so(boats, forge):
    votes(boats[0], boats[1], "left", 40)
    votes(boats[0], boats[2], "right", 40)
    votes(boats[1], boats[2], "tie", 3, took_ms=10)
    publish(False)
    assert auditing.audit(False) == []
    forge()
    assert auditing.audit(False)


def test_an_empty_arena_says_how_it_is_filled(client, alice, books_db):
    page = client.get("/arena").text
    assert "No pictures to compare yet" in page
    assert "manage.py arena" in page
    appoint(alice.person, StaffRole.ADMIN)
    client.force_login(alice.person)
    assert "/operator/arena" in client.get("/arena").text


def test_demo_pictures_make_way_for_real_ones_and_never_meet_them(client, alice):
    demo = a_challenge("made-up", is_demo=True)
    pair = [an_entry(alice.account, demo, model, is_demo=True) for model in MODELS[:2]]
    votes(*pair, "left", 40, is_demo=True)
    recompute()
    page = client.get("/arena").text
    assert "Demo data" in page and "GPT Image 2" in page
    entries_for(alice.account, a_challenge())
    page = client.get("/arena").text
    assert "Demo data" not in page and "GPT Image 2" not in page
    assert client.get("/arena/challenges/made-up").status_code == 404
    assert not Standing.objects.filter(is_demo=False).exists()
    assert Challenge.objects.count() == 2
