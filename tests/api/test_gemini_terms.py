"""What is said beside the picture at Google's door: dry runs, quotes, labels, retention."""

import pytest

from playground.generation.audit import audit
from playground.generation.models import Generation, Picture
from tests.api.test_gemini import MODEL, SMALL, problem, said, send


@pytest.fixture(autouse=True)
def books_that_balance(books_db):
    yield
    assert audit() == []


VERBS = ["generateContent", "streamGenerateContent"]


def order_at(api, who, verb, **more):
    """Ask one of Google's verbs, the address and the body as they are given."""
    query = more.pop("query", "")
    words = {"instances": [{"prompt": "a fox"}]} if verb == "predict" else {}
    body = {"contents": [said("a fox")], "generationConfig": SMALL}
    return send(api, who, (words or body) | more, f"{MODEL}:{verb}{query}")


@pytest.mark.parametrize("verb", [*VERBS, "predict"])
@pytest.mark.parametrize(
    "more",
    [
        {"query": "?dry_run=true"},
        {"query": "?dryRun=1"},
        {"query": "?dry_run"},
        {"dryRun": True},
        {"dry_run": True},
    ],
)
def test_a_dry_run_may_be_said_in_address_or_body(api, alice, verb, more):
    answer = order_at(api, alice, verb, **more)

    assert (answer.status_code, answer.json()["object"]) == (200, "quote")
    assert not Generation.objects.exists()


@pytest.mark.parametrize("verb", [*VERBS, "predict"])
def test_terms_are_kept_whichever_verb_says_them(api, alice, verb):
    quote = order_at(api, alice, verb, dryRun=True).json()

    answer = order_at(
        api,
        alice,
        verb,
        quoteId=quote["quote_id"],
        user="mo",
        labels={"team": "red"},
        metadata={"a": "b"},
        retention="7d",
    )

    order = Generation.objects.get()
    kept = order.pictures.get().expires_at - order.created_at
    assert answer.status_code == 200, answer.text
    assert (order.user, order.metadata) == ("mo", {"team": "red", "a": "b"})
    assert round(kept.total_seconds() / 3600) == 7 * 24


@pytest.mark.parametrize("verb", VERBS)
def test_the_address_may_name_retention_and_quote_and_the_body_goes_first(
    api, alice, verb
):
    quote = order_at(api, alice, verb, query="?dry_run=true").json()["quote_id"]
    query = f"?retention=1h&quote_id={quote}"

    order_at(api, alice, verb, query=query)
    order_at(api, alice, verb, query=query, retention="30d")

    hours = [
        round((one.expires_at - one.generation.created_at).total_seconds() / 3600)
        for one in Picture.objects.order_by("pk")
    ]
    assert hours == [1, 720]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"query": "?dry_run=perhaps"}, "dry_run"),
        ({"query": "?retention=soon"}, "retention"),
        ({"retention": "soon"}, "retention"),
        ({"quoteId": "quo_forged"}, "quoteId"),
        ({"user": "m" * 300}, "user"),
        ({"labels": {str(n): "x" for n in range(17)}}, "metadata"),
        ({"labels": {"n": 1}}, "labels.n"),
        ({"dryRun": "perhaps"}, "dryRun"),
    ],
)
def test_terms_that_cannot_be_are_refused_by_name(api, alice, more, field):
    answer = order_at(api, alice, "generateContent", **more)

    assert answer.status_code == 400
    assert problem(answer)["details"][1]["fieldViolations"][0]["field"] == field
