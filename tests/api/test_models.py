"""GET /v1/models: what there is, what it can do, and what it costs this caller."""

import pytest

from playground.generation.catalogue import catalogue

SHELF = """
id = "{id}"
{more}
price = {price}

[lifecycle]
{life}

[[offers]]
provider = "sketch"
upstream = "sketch-1"
"""


@pytest.fixture
def shelf(tmp_path, settings):
    """An operator's own models, beside ours."""

    def put(id, *, life="", price="2", more=""):
        text = SHELF.format(id=id, life=life, price=price, more=more)
        (tmp_path / f"{id.replace('/', '-')}.toml").write_text(text)
        settings.CATALOGUE_DIR = str(tmp_path)
        catalogue.forget()

    yield put
    catalogue.forget()


def ids(answer):
    return [model["id"] for model in answer.json()["data"]]


def test_a_model_says_what_it_does_and_costs(api, alice):
    sketch = api.get("/v1/models/sketch-1", as_=alice).json()

    assert sketch["modes"] == ["generate", "edit", "mask"]
    assert sketch["endpoints"] == [
        "/v1/images/generations",
        "/v1/async/images/generations",
        "/v1/images/edits",
        "/v1/async/images/edits",
        "/v1beta/models/sketch-1:generateContent",
    ]
    assert sketch["capabilities"]["references"] == 14
    assert {one["tier"]: one["credits"] for one in sketch["prices"]} == {
        "0.5K": 1,
        "1K": 1,
        "2K": 1,
        "4K": 2,
    }
    assert sketch["is_connected"] is True


def test_a_price_is_told_for_each_quality(api, alice, shelf):
    shelf(
        "fine-1",
        more='quality = { values = ["low", "high"] }',
        price="{ qualities = { low = { any = 1 }, high = { any = 4 } } }",
    )

    model = api.get("/v1/models/fine-1", as_=alice).json()

    assert [(one["quality"], one["credits"]) for one in model["prices"]] == [
        ("low", 1),
        ("high", 4),
    ]


def test_the_price_is_the_callers_own(api, alice):
    alice.account.group.multiplier = 2
    alice.account.group.save()

    sketch = api.get("/v1/models/sketch-1", as_=alice).json()

    assert sketch["prices"][0]["credits"] == 2


PRO = "/v1/models/gemini-3-pro-image-preview"


def test_the_vendors_price_stands_beside_ours(api, alice):
    for_1k, _, for_4k = api.get(PRO, as_=alice).json()["prices"]

    assert (for_1k["credits"], for_1k["official_usd"]) == (8, 0.134)
    assert (for_4k["credits"], for_4k["official_usd"]) == (16, 0.24)


@pytest.mark.parametrize(
    ("multiplier", "saved"),
    [("1", None), ("0.81", None), ("0.8", None), ("0.79", 1), ("0.5", 37)],
)
def test_a_saving_is_the_callers_own_or_is_not_told(api, alice, multiplier, saved):
    alice.account.group.multiplier = multiplier
    alice.account.group.save()

    price = api.get(PRO, as_=alice).json()["prices"][0]

    assert price.get("saving_percent") == saved
    assert ("saving_percent" in price) == (saved is not None)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("mode=mask&vendor=easel", {"sketch-1"}),
        ("tier=0.5k&provider=sketch", {"sketch-1"}),
        ("vendor=google&tier=4K&mode=edit", None),
    ],
)
def test_models_are_filtered(api, alice, query, expected):
    found = set(ids(api.get(f"/v1/models?{query}", as_=alice)))

    assert found == expected or (expected is None and "sketch-1" not in found and found)


@pytest.mark.parametrize("name", ["mode", "tier", "provider", "status"])
def test_a_filter_nothing_fits_says_what_would(api, alice, name):
    answer = api.get(f"/v1/models?{name}=b%00rbaz", as_=alice)

    error = answer.json()["error"]
    assert (answer.status_code, error["param"]) == (400, name)
    assert "there is " in error["message"]


def test_an_id_with_a_slash_is_found_however_it_is_written(api, alice, shelf):
    shelf("atelier/fine-1")

    plain = api.get("/v1/models/atelier/fine-1", as_=alice)
    escaped = api.get("/v1/models/atelier%2Ffine-1", as_=alice)

    assert plain.json()["id"] == escaped.json()["id"] == "atelier/fine-1"


def test_a_retired_model_names_its_successor_and_is_not_listed(api, alice, shelf):
    shelf("old-1", life='status = "retired"\nsuccessor = "sketch-1"')

    shown = api.get("/v1/models/old-1", as_=alice)
    asked = api.post("/v1/images/generations", as_=alice, prompt="a fox", model="old-1")

    assert "old-1" not in ids(api.get("/v1/models", as_=alice))
    assert (shown.status_code, asked.status_code) == (404, 404)
    assert shown.json()["error"]["code"] == asked.json()["error"]["code"]
    assert "use sketch-1 instead" in shown.json()["error"]["message"]


def test_a_model_that_ends_says_when(api, alice, shelf):
    shelf("late-1", life="status = 'deprecated'\nshutdown = 2027-01-31")

    model = api.get("/v1/models/late-1", as_=alice).json()

    assert (model["status"], model["shutdown_date"]) == ("deprecated", "2027-01-31")


def test_a_mistyped_model_is_told_its_neighbour(api, alice):
    answer = api.get("/v1/models/nano-banana-por", as_=alice)

    assert answer.status_code == 404
    assert "did you mean nano-banana-pro?" in answer.json()["error"]["message"]


def test_base64_is_what_a_model_answers_when_its_file_says_so(api, alice, shelf):
    shelf("like-gpt", more='response_format = "b64_json"')
    asked = {"prompt": "a fox", "size": "64x64", "fit": "cover"}

    spelled = api.post("/v1/images/generations", as_=alice, model="like-gpt", **asked)
    usual = api.post("/v1/images/generations", as_=alice, model="sketch-1", **asked)

    assert "b64_json" in spelled.json()["data"][0]
    assert "url" in usual.json()["data"][0]


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("images/variations", {}, "/v1/images/edits"),
        ("chat/completions", {"model": "sketch-1"}, "sketch-1 is an image model"),
        ("chat/completions", {"model": "gpt-9"}, "pictures only"),
        ("responses", {"model": ["sketch-1"]}, "pictures only"),
        ("embeddings/", {}, "pictures only"),
        ("audio/speech", {"model": "nano-banana-pro"}, "nano-banana-pro is an image"),
    ],
)
def test_an_endpoint_of_others_names_the_right_one(api, alice, path, body, said):
    answer = api.post(f"/v1/{path}", as_=alice, **body)

    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "endpoint_not_offered"
    assert said in answer.json()["error"]["message"]


@pytest.mark.parametrize("path", ["/v1/models", "/v1/nothing", "/v1/images/edits"])
def test_a_question_for_the_headers_alone_is_answered_like_the_whole(api, alice, path):
    whole = api.get(path, as_=alice)
    alone = api.request("HEAD", path, as_=alice)

    assert (alone.status_code, alone.body) == (whole.status_code, b"")
    assert abs(int(alone.headers["Content-Length"]) - len(whole.body)) < 5
