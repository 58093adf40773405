"""What a model page must show to match the four products Easel stands beside.

One line for each thing: what it is, where on the page it stands, which test sees it.
"""

import re
from pathlib import Path

import pytest
from django.urls import reverse

from playground.generation.catalogue import catalogue
from tests.web.test_hub import PRO, page_of, part, words

HERE = Path(__file__).parent
HUB, ARENA, DOCS = "test_hub.py", "../arena/test_published.py", "../docs/test_guides.py"
OWN = "test_model_checklist.py"
CHECKLIST = [
    ("price table by tier", "prices", HUB, "test_a_page_shows_what_an_order_would_cost"),
    ("price by provider", "providers", OWN, "test_prices_are_told_in_money_by_provider"),
    ("credits and cash", "prices", OWN, "test_prices_are_told_in_credits_and_in_money"),
    ("savings against official", "prices", HUB, "test_a_page_shows_what_the_api_says"),
    ("no saving where none is", "prices", HUB, "test_no_saving_is_told_where_there_is_none"),
    ("group multipliers", "prices", HUB, "test_other_groups_are_shown_to_those_who_may_use_them"),
    ("canonical id, aliases", "facts", HUB, "test_every_model_has_a_whole_page"),
    ("tier variants", "prices", HUB, "test_every_name_leads_to_the_models_page"),
    ("endpoints: sync, async, Gemini", "facts", HUB, "test_a_page_shows_what_the_api_says"),
    ("required fields", "facts", OWN, "test_facts_name_what_must_be_sent"),
    ("returned fields", "facts", HUB, "test_what_is_said_to_be_returned_is_returned"),
    ("capabilities", "facts", OWN, "test_facts_name_what_must_be_sent"),
    ("sizes, ratio and tier", "sizes", HUB, "test_gemini_shows_its_own_sizes_beside_the_thirty"),
    ("matching, priority", "sizes", HUB, "test_gemini_shows_its_own_sizes_beside_the_thirty"),
    ("parameters with badges", "parameters", OWN, "test_badges_say_what_becomes_of_a_field"),
    ("extras of providers", "parameters", HUB, "test_every_model_has_a_whole_page"),
    ("provider ranking", "providers", HUB, "test_a_page_ranks_providers_by_what_was_measured"),
    ("uptime over time", "performance", HUB, "test_a_page_ranks_providers_by_what_was_measured"),
    ("rank, win rates", "arena", ARENA, "test_a_models_block_names_its_best_and_its_rivals"),
    ("head to heads", "arena", ARENA, "test_a_models_block_names_its_best_and_its_rivals"),
    ("gallery", "pictures", HUB, "test_pictures_are_shown_with_consent_only"),
    ("snippets", "code", OWN, "test_code_is_in_five_languages_and_both_dialects"),
    ("as Markdown", "", DOCS, "test_a_model_is_told_in_markdown_as_on_its_page"),
    ("questions", "questions", OWN, "test_questions_are_answered_from_the_catalogue"),
    ("quick start", "start", OWN, "test_a_start_takes_three_steps"),
    ("related models", "questions", OWN, "test_related_models_are_others_that_can_be_had"),
]  # fmt: skip
SOMETIMES = {"", "arena", "pictures"}


@pytest.fixture
def page(client, db, settings):
    settings.PACKS = {"usd": {"500": 250, "10000": 5120}}
    return page_of(client)


@pytest.mark.parametrize("item, place, file, test", CHECKLIST)
def test_the_checklist_is_whole(page, item, place, file, test):
    assert f"def {test}(" in (HERE / file).read_text(), item
    assert place in SOMETIMES or f'id="{place}"' in page.text, item


def test_prices_are_told_in_credits_and_in_money(page):
    shown = words(part(page, "prices"))
    assert "smallest pack's $0.02 a credit" in shown
    assert "× 1 8 $0.16 8 $0.16 16 $0.32" in shown


def test_prices_are_told_in_money_by_provider(page):
    shown = words(part(page, "providers"))
    assert "gemini gemini-3-pro-image $0.134 $0.134 $0.24" in shown
    assert re.search(r"fal fal-ai/\S+ fal-ai/\S+ \$0\.15 \$0\.15 \$0\.30", shown)
    assert "replicate google/nano-banana-pro $0.15 $0.15 $0.30" in shown


def test_facts_name_what_must_be_sent(page):
    shown = words(part(page, "facts"))
    assert "Required fields model prompt" in shown
    assert "text to picture, edit with up to 14 pictures" in shown
    for path in ("/v1/async/images/edits", f"/v1beta/models/{PRO}:generateContent"):
        assert f"POST {path}" in shown


def test_badges_say_what_becomes_of_a_field(page):
    shown = words(part(page, "parameters"))
    assert "n whole number emulated: gemini, vertex, replicate renamed: fal" in shown
    assert re.search(r"seed whole number converted: gemini, vertex .*no effect", shown)


def test_code_is_in_five_languages_and_both_dialects(page):
    languages = ("curl", "python", "javascript", "java", "swift")
    for block in ("paint", "gemini", "edit"):
        for language in languages:
            (code,) = re.findall(
                rf'<pre id="code-{block}-{language}".*?</pre>', page.text, re.S
            )
            assert PRO in words(code) and "http://testserver" in words(code)


def test_questions_are_answered_from_the_catalogue(page):
    shown = words(part(page, "questions"))
    assert "the next of gemini, vertex, fal, replicate" in shown
    assert "send up to 14 pictures" in shown
    assert "until 28 May 2027" in shown


def test_a_start_takes_three_steps(page):
    start = part(page, "start")
    for step in ("account_signup", "credits", "keys"):
        assert f'href="{reverse(step)}"' in start
    assert start.count("<li>") == 3 and PRO in start


def test_related_models_are_others_that_can_be_had(page):
    related = page.context["related"]
    assert related and PRO not in [one.id for one in related]
    assert not any(catalogue().find(one.id).is_retired for one in related)
    for one in related:
        assert f'href="{reverse("model", args=[one.id])}"' in page.text
