"""Which pair somebody sees next: where a vote teaches most, and never twice."""

import random
from collections import Counter

from playground.arena import dealing
from playground.arena.dealing import Known, teaches
from playground.arena.models import Encounter, Entry, Standing
from playground.arena.voters import of_browser
from tests.arena.duels import a_challenge, an_entry, entries_for


def test_close_uncertain_and_seldom_met_models_teach_most():
    sure, unsure = Known(1000, 20), Known(1000, 200)
    assert teaches(sure, unsure, 0) > 10 * teaches(sure, sure, 0)
    assert teaches(sure, sure, 0) > 2 * teaches(sure, Known(1400, 20), 0)
    assert teaches(sure, sure, 0) > 5 * teaches(sure, sure, 9)


def test_newcomers_come_first_sides_are_by_lot_and_every_entry_has_its_turn(alice):
    challenge = a_challenge()
    entries_for(alice.account, challenge, ("old-a", "old-b", "new"))
    again = an_entry(alice.account, challenge, "new")
    for model in ("old-a", "old-b"):
        Standing.objects.create(
            is_demo=False, is_edit=False, category="", model=model, rank=1,
            rating=1000, low=980, high=1020, votes=900, wins=1, losses=1, ties=1,
        )  # fmt: skip
    Encounter.objects.create(
        is_demo=False, is_edit=False, challenge=challenge, first="old-a",
        second="old-b", first_wins=400, second_wins=400, ties=0, bad=0,
    )  # fmt: skip
    luck, voter = random.Random(3), of_browser("somebody", "n")
    dealt = [dealing.deal(voter, luck=luck) for _ in range(80)]
    models = dict(Entry.objects.values_list("pk", "model"))
    with_new = [b for b in dealt if "new" in (models[b.left], models[b.right])]
    assert len(with_new) > 76
    sides = Counter(models[ballot.left] == "new" for ballot in with_new)
    assert 22 < sides[True] < 58
    assert 22 < sum(again.pk in (b.left, b.right) for b in with_new) < 58
    assert all(models[ballot.left] != models[ballot.right] for ballot in dealt)
