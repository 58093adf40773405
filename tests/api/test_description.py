"""The API against its own description: what it says of itself is so, whatever is sent.

A few dozen requests of every kind here, hundreds in `make proof`, made up by
schemathesis from /v1/openapi.json: right ones, wrong ones and the examples.
"""

from collections import Counter, defaultdict
from functools import cache

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS

from billing.ledger import MICRO, credit
from playground.api.gemini.routes import api as googles
from playground.api.openai import api as dialect
from playground.api.openapi.document import ANSWERS as OPENAIS
from playground.api.openapi.google import GOOGLES, GoogleError, described_in_both
from playground.generation.catalogue import catalogue
from tests.api.test_over_the_wire import STUDIO_1
from tests.upstreams.next_door import studio_next_door

NAMES = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
)
CHECKED = [check for check in CHECKS.get_all() if check.__name__ in NAMES]
LEAKS = ("Traceback", "site-packages", "/playground/", "django", "psycopg")
ANSWERS = {**OPENAIS, **GOOGLES}
DESCRIBED = described_in_both(dialect, googles)
PATHS = [
    (method, path)
    for path, operations in DESCRIBED["paths"].items()
    for method in operations
]
HOW_OFTEN = [
    pytest.param(8, id="a few"),
    pytest.param(250, id="many", marks=[pytest.mark.proof, pytest.mark.timeout(900)]),
]


@pytest.fixture
def attacked(api, settings, tmp_path, alice):
    """The site, with a quick model of another server as the usual one."""
    (tmp_path / "studio-1.toml").write_text(STUDIO_1)
    credit(alice.account.pk, 10**6 * MICRO, kind="grant", key="a fortune")
    with studio_next_door() as upstream:
        server = {"base_url": upstream.url, "api_key": "sk", "local": True}
        settings.CATALOGUE_DIR = str(tmp_path)
        settings.COMPATIBLE_SERVERS = {"next-door": server}
        settings.DEFAULT_MODEL = "studio-1"
        catalogue.forget()
        api.post("/v1/images/generations", as_=alice, prompt="a fox")
        yield api
    catalogue.forget()


@cache
def described_at(address):
    return schemathesis.openapi.from_url(f"{address}/v1/openapi.json")


@pytest.fixture(scope="module")
def tally():
    """What came back, by endpoint; told at the end."""
    counts: dict[str, Counter] = defaultdict(Counter)
    yield counts
    print(f"\n{'endpoint':46}{'requests':>9}  answers")
    for endpoint, statuses in counts.items():
        shown = ", ".join(f"{n} × {status}" for status, n in sorted(statuses.items()))
        print(f"{endpoint:46}{statuses.total():>9}  {shown}")
    answers = sum(counts.values(), Counter())
    broken = sum(n for status, n in answers.items() if status >= 500)
    print(f"{answers.total()} requests, {broken} × 5xx")


@pytest.mark.parametrize("how_often", HOW_OFTEN)
@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize(("method", "path"), PATHS)
def test_it_answers_as_it_says_it_does(
    attacked, alice, tally, method, path, mode, how_often
):
    operation = described_at(attacked.base_url)[path][method.upper()]
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {alice.secret}"

    @settings(
        max_examples=how_often,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def sent(case):
        answer = case.call(base_url=attacked.base_url, session=session, timeout=60)
        tally[f"{method.upper()} {path}"][answer.status_code] += 1
        case.validate_response(answer, checks=CHECKED)
        assert [leak for leak in (*LEAKS, alice.secret) if leak in answer.text] == []

    sent()


def examples_of(part):
    """Return every example that stands in a part of the description."""
    if isinstance(part, list):
        return [one for inner in part for one in examples_of(inner)]
    if not isinstance(part, dict):
        return []
    own = [part[name] for name in ("example", "examples") if name in part]
    return own + [one for inner in part.values() for one in examples_of(inner)]


@pytest.mark.check
@pytest.mark.parametrize(("method", "path"), PATHS)
def test_every_endpoint_is_described_with_an_example_and_its_errors(method, path):
    operation = DESCRIBED["paths"][path][method]

    assert (method, path) in ANSWERS
    assert operation["summary"] and operation["description"]
    assert examples_of(operation)
    assert {"400", "401", "404", "429", "500", "503"} < set(operation["responses"])


@pytest.mark.check
@pytest.mark.parametrize("described_as", ANSWERS.values(), ids=lambda one: one.shape)
def test_an_example_has_the_shape_it_is_an_example_of(described_as):
    described_as.shape.model_validate(described_as.example, strict=True)


@pytest.mark.parametrize(
    "path", [path for (_, path), one in ANSWERS.items() if one.asked]
)
def test_an_example_that_is_sent_is_taken(api, alice, path):
    asked = ANSWERS["post", path].asked

    filled = path.format(model="sketch-1")
    assert api.post(filled, as_=alice, **asked).status_code in (200, 202)


REAL = [
    ("get", "/v1/models", {}),
    ("get", "/v1/models/{name}", {"name": "sketch-1"}),
    ("get", "/v1/requests", {}),
    ("get", "/v1/requests/{request_id}", {}),
    ("get", "/v1/tasks/{task_id}", {}),
    ("get", "/v1beta/models", {}),
    ("get", "/v1beta/models/{model}", {"model": "sketch-1"}),
    ("get", "/v1/balance", {}),
    ("get", "/v1/billing/transactions", {}),
    ("delete", "/v1/requests/{request_id}/payloads", {}),
]


@pytest.mark.parametrize(("method", "path", "words"), REAL)
def test_a_real_answer_has_the_shape_it_is_described_by(
    api, alice, method, path, words
):
    asked = {"prompt": "a fox", "resolution": "0.5K", "metadata": {"team": "red"}}
    made = api.post("/v1/images/generations", as_=alice, **asked)
    name = made.headers["x-request-id"]

    filled = path.format(**{"request_id": name, "task_id": name, **words})
    answer = api.request(method.upper(), filled, as_=alice)

    shape = ANSWERS[method, path].shape
    assert answer.status_code == 200
    shape.model_validate(answer.json(), strict=True)
    ANSWERS["post", "/v1/images/generations"].shape.model_validate(made.json())


def test_the_description_needs_no_key_and_says_where_it_is(api, books_db):
    answer = api.get("/v1/openapi.json")

    assert answer.status_code == 200
    assert answer.json()["servers"] == [{"url": api.base_url}]


PAINTERS = ["generateContent", "streamGenerateContent", "predict", "countTokens"]


@pytest.mark.parametrize("verb", PAINTERS)
@pytest.mark.parametrize("version", ["v1", "v1beta"])
def test_googles_verbs_answer_in_the_shapes_they_are_described_by(
    api, alice, verb, version
):
    described = ANSWERS["post", f"/v1beta/models/{{model}}:{verb}"]
    path = f"/{version}/models/sketch-1:{verb}"

    answer = api.post(path, as_=alice, **described.asked)
    wrong = api.post(path, as_=alice, contents=7, instances=7)

    chunks = answer.json() if verb.startswith("stream") else [answer.json()]
    assert (answer.status_code, wrong.status_code) == (200, 400)
    described.shape.model_validate(chunks[0])
    GoogleError.model_validate(wrong.json(), strict=True)


STREAMS = [
    ("/v1/images/generations", {"stream": True}),
    ("/v1/images/edits", {"stream": True}),
    ("/v1beta/models/{model}:streamGenerateContent", {}),
]


@pytest.mark.parametrize(("path", "more"), STREAMS)
def test_an_answer_in_events_is_described_where_it_is_given(api, alice, path, more):
    described = DESCRIBED["paths"][path]["post"]["responses"]["200"]["content"]
    asked = ANSWERS["post", path].asked | more
    query = "" if more else "?alt=sse"

    answer = api.post(path.format(model="sketch-1") + query, as_=alice, **asked)

    kind = answer.headers["Content-Type"].partition(";")[0]
    assert answer.status_code == 200
    assert kind == "text/event-stream"
    assert kind in described
