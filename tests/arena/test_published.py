"""What programs read of the arena, what the audit says, and demo data that goes again."""

import re
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.models import Account
from playground.api.openapi.voted import Arena
from playground.arena import auditing, demo
from playground.arena.models import Challenge, Entry, Standing, Vote
from playground.arena.reckoning import recompute
from playground.arena.standings import blocks
from playground.generation.audit import audit
from playground.generation.models import Generation, Picture
from tests.arena.duels import MODELS, a_challenge, an_entry, entries_for, votes
from tests.web.test_hub import words


@pytest.fixture
def voted(alice):
    """Three models, of which the third has few votes."""
    best, second, new = entries_for(alice.account, a_challenge())
    votes(best, second, "left", 40)
    votes(second, best, "bad", 9)
    votes(new, second, "right", 12)
    recompute()


def test_programs_read_ratings_intervals_and_head_to_heads(voted, api):
    answer = api.get("/v1/metrics/arena")
    found = answer.json()
    Arena.model_validate(found)
    assert answer.headers["cache-control"] == "public, max-age=60"
    first, second = found["models"]
    assert (first["model"], first["rank"]) == (MODELS[0], 1)
    assert first["low"] < first["rating"] < first["high"]
    assert (first["votes"], first["wins"], first["ties"]) == (49, 40, 9)
    assert second["preliminary"] is True
    assert found["hidden"] == [{"model": MODELS[2], "votes": 12}]
    assert {"wins": [0, 40], "both_bad": 9}.items() <= found["head_to_head"][0].items()
    wrong = api.get("/v1/metrics/arena?category=likeness")
    assert wrong.status_code == 400 and wrong.json()["error"]["param"] == "category"
    assert api.get("/v1/metrics/arena?task=edits").json()["models"] == []


@pytest.mark.parametrize(("slug", "language"), [("night-market", "en"), ("boats", "")])
def test_a_challenges_words_are_in_their_own_language(client, alice, slug, language):
    an_entry(alice.account, a_challenge(slug), MODELS[0])
    page = client.get(f"/es/arena/challenges/{slug}").text
    assert f'<h1 lang="{language}">{slug.title()}</h1>' in page
    assert f'<p class="small" lang="{language}">“a paper boat”</p>' in page


def test_a_models_block_names_its_best_and_its_rivals(voted, alice, client):
    portrait = entries_for(alice.account, a_challenge("faces", category="portrait"))
    votes(portrait[0], portrait[1], "right", 60)
    recompute()
    (block,) = blocks(MODELS[0])
    assert (block.best.category, block.worst.category) == ("product", "portrait")
    assert [one.rival for one in block.rivals] == [MODELS[1]]
    assert (block.rivals[0].wins, block.rivals[0].losses) == (40, 60)
    assert blocks("nobody") == []
    page = client.get(f"/models/{MODELS[0]}").text
    shown = words(re.search(r'arena-block".*?</section>', page, re.S)[0])
    assert f"Rating {block.overall.rating:,.0f} between" in shown
    assert re.search(r"Rank 1 .*Best at Product [\d,]+ Worst at Portrait \d+", shown)
    assert "Against Won Lost Tied Score Votes FLUX.2 [pro] 40 60 9 40.8 % 109" in shown


def test_the_audit_command_is_content_or_names_what_is_wrong(voted):
    out = StringIO()
    call_command("arena_audit", stdout=out)
    assert "61 votes count" in out.getvalue()
    assert "Every published figure follows" in out.getvalue()
    Standing.objects.filter(category="", model=MODELS[0]).update(wins=41)
    with pytest.raises(CommandError, match="1 figures"):
        call_command("arena_audit", stdout=StringIO())


def test_demo_data_is_marked_audited_and_leaves_no_trace(voted):
    before = Vote.objects.count(), Picture.objects.count(), Generation.objects.count()
    assert demo.fill(challenges=1, side=48, voters=40) > 200
    assert demo.is_there()
    assert Entry.objects.filter(is_demo=True).count() == len(demo.MODELS)
    assert auditing.audit(True) == auditing.audit(False) == audit() == []
    assert {*Vote.objects.filter(is_demo=True).values_list("left__is_demo")} == {
        (True,)
    }
    assert demo.remove() > 200
    assert not Account.objects.filter(pk=demo.ARENA).exists()
    assert not Standing.objects.filter(is_demo=True).exists()
    assert Challenge.objects.count() == 1
    after = Vote.objects.count(), Picture.objects.count(), Generation.objects.count()
    assert after == before
