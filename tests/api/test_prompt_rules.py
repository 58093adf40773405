"""An operator's rules refuse a prompt before any money is held, whichever door it came by."""

import time
from dataclasses import replace

import pytest

from playground.generation import rules
from playground.generation.gates import PromptRule
from playground.generation.models import Generation
from playground.generation.providers.base import Piece, Turn
from tests.api.doors import DOORS, knock
from tests.web.browsers import generate
from tests.web.orders import A_FOX

pytestmark = pytest.mark.books


def a_rule(text, *, label="No nudity", **facts):
    rule = PromptRule.objects.create(label=label, text=text, **facts)
    rules.read_again()
    return rule


@pytest.mark.parametrize("door", DOORS)
def test_every_door_names_the_rule_and_nothing_is_charged(api, alice, door):
    rule = a_rule("naked\nnude*")

    refused = knock(door, api, alice, "a NUDES painting")

    assert refused.status in (400, 0)
    assert refused.code in ("content_policy_violation", "")
    assert "against a rule of this site: No nudity." in refused.sentence
    assert alice.credits() == 100 and not Generation.objects.exists()
    rule.refresh_from_db()
    assert rule.stopped == 1 and rule.last_stopped_at


def test_the_playground_names_it_too_and_keeps_the_prompt(client, alice, settings):
    settings.FREE_PICTURES_A_DAY = 0
    client.force_login(alice.person)
    a_rule("fox*")

    answer = generate(client, headers={})

    assert answer.status_code == 422
    assert "against a rule of this site: No nudity." in answer.text
    assert ">a fox in the snow</textarea>" in answer.text
    assert alice.credits() == 100


@pytest.mark.wires
def test_a_rule_reads_what_was_said_before_in_a_conversation():
    turns = (
        Turn("user", (Piece("a naked man"),)),
        Turn("model", (Piece("a statue"),)),
    )
    request = replace(A_FOX, turns=turns)

    assert rules.said_in(request) == "a naked man\na fox"


def test_what_is_to_be_avoided_is_no_wish(api, alice):
    a_rule("naked")
    wish = {"prompt": "a fox", "negative_prompt": "naked", "resolution": "0.5K"}

    answer = api.post("/v1/images/generations", as_=alice, **wish)

    assert answer.status_code == 200


def test_a_rule_is_for_its_groups_and_one_that_is_off_for_nobody(api, alice):
    a_rule("fox", label="gold", groups=["gold"])
    a_rule("fox", label="off", is_on=False)

    assert knock("openai", api, alice).status == 200


TEXT_AND_PROMPTS = [
    (
        "gun",
        ["a gun", "Gun!", "gun_metal", "a “gun”", "ｇｕｎ", "g\u200bun"],
        ["gunners"],
    ),
    ("gun*", ["gunners", "a gun"], ["begun"]),
    ("*gun", ["begun"], ["gunners"]),
    ("child soldier", ["a child-soldier", "CHILD  SOLDIER"], ["childs soldier"]),
    ("裸体", ["一个裸体的人"], ["一个人"]),
    ("straße", ["STRASSE"], ["strasbourg"]),
    ("c++ (dark)", ["in c++ (dark)"], ["c"]),
    ("\n\nknife\n", ["knife"], ["a", ""]),
]


@pytest.mark.wires
@pytest.mark.parametrize(("words", "stopped", "passed"), TEXT_AND_PROMPTS)
def test_words_are_whole_words_however_they_are_written(words, stopped, passed):
    rule = rules.rule_of(PromptRule(label="it", text=words))

    fits = [one for one in (*stopped, *passed) if rule.stops(rules.Read.of(one), "")]

    assert fits == stopped


@pytest.mark.wires
@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        ("words", " \n", "Write one word or phrase a line."),
        ("words", "gun\n**", "has no letter or number in it"),
        ("pattern", "(?=a)", "invalid perl operator"),
        ("pattern", "a*", "fits every prompt"),
    ],
)
def test_what_is_no_rule_is_told_why(kind, text, said):
    with pytest.raises(ValueError, match=said):
        rules.rule_of(PromptRule(label="it", kind=kind, text=text))


@pytest.mark.wires
@pytest.mark.parametrize("pattern", ["(x+x+)+y", "(a|a)*b", "(.*a){20}b"])
def test_no_prompt_makes_a_pattern_slow(pattern):
    rule = rules.rule_of(PromptRule(label="it", kind="pattern", text=pattern))
    prompt = "xa" * 16_000
    begun = time.perf_counter()

    rule.stops(rules.Read.of(prompt), "")

    assert time.perf_counter() - begun < 1
