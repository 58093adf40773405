"""What the adapter for OpenAI promises, against a shop that OpenAI's own client knows."""

from base64 import b64decode

import openai
import pytest

from playground.generation.providers.base import (
    Access,
    Broken,
    Busy,
    Late,
    Misconfigured,
    Refused,
)
from playground.generation.providers.openai import TRADE
from tests.generation.commissions import failing, painted
from tests.upstreams.openai_shop import KEY
from tests.upstreams.shop import png

MODEL = "gpt-image-1.5"
OWN = {"size": "1024x1024", "quality": "high", "n": 1}


@pytest.fixture
def shop(street):
    return street.openai


async def paint(shop, fault="none", **said):
    provider = TRADE.open(Access(KEY, f"{shop.url}/v1", is_local=True))
    usual = {"upstream": MODEL, "parameters": OWN}
    return await painted(provider, fault, **{**usual, **said})


async def failed(shop, fault, **said):
    return await failing(paint(shop, fault, **said))


# What is sent.


async def test_what_the_offer_names_is_sent_and_no_response_format(shop):
    await paint(shop, prompt="a paper boat")
    [sent] = shop.asked
    assert sent.path == "/v1/images/generations"
    assert sent.headers["authorization"] == f"Bearer {KEY}"
    assert sent.body == {"model": MODEL, "prompt": "a paper boat", **OWN}


async def test_pictures_to_edit_and_a_mask_go_as_files(shop):
    pictures, mask = (png(64, 64, 1), png(64, 64, 2)), png(64, 64, 3)
    await paint(shop, pictures=pictures, mask=mask)
    [sent] = shop.asked
    assert sent.path == "/v1/images/edits"
    assert [(name, data) for name, _, _, data in sent.body["files"]] == [
        ("image[]", pictures[0]),
        ("image[]", pictures[1]),
        ("mask", mask),
    ]


# Good answers.


async def test_pictures_tokens_and_the_id_come_back(shop):
    answer = await paint(shop, parameters={**OWN, "n": 2}, n=2)
    assert [one.data for one in answer.pictures] == [png(128, 128), png(128, 128, 1)]
    assert answer.upstream_request_id == "req_1"
    tokens = answer.tokens
    assert (tokens.text_in, tokens.pictures_in, tokens.out) == (11, 200, 1120)


@pytest.mark.parametrize("pictures", [(), (png(64, 64, 1),)])
async def test_previews_are_shown_to_whoever_watches(shop, pictures):
    shown = []
    watched = {"previews": 2, "show": shown.append, "pictures": pictures}
    answer = await paint(shop, **watched)
    assert [one.data for one in shown] == [png(16, 16, 0), png(16, 16, 1)]
    assert [one.data for one in answer.pictures] == [png(128, 128)]
    assert answer.tokens.out == 1120


@pytest.mark.parametrize("way", ["slow", "drip", "wrong-type"])
async def test_an_odd_line_does_not_lose_a_picture(shop, way):
    assert (await paint(shop, way)).pictures


# Failures: which of the four, whether it ran, and the status.

WHAT_IT_SAYS = [
    ("400", Broken, "no", 400),
    ("401", Misconfigured, "no", 401),
    ("403", Misconfigured, "no", 403),
    ("404", Misconfigured, "no", 404),
    ("429", Busy, "no", 429),
    ("429-wait", Busy, "no", 429),
    ("429-quota", Busy, "no", 429),
    ("billing-limit", Busy, "no", 400),
    ("refusal", Refused, "no", 400),
    ("refusal-old", Refused, "no", 400),
    ("500", Broken, "unknown", 500),
    ("503", Broken, "no", 503),
    ("503-page", Broken, "no", 503),
    ("no-image", Broken, "yes", 200),
    ("not-a-picture", Broken, "yes", None),
    ("broken-base64", Broken, "yes", None),
    ("truncated-json", Broken, "unknown", 200),
    ("html-200", Misconfigured, "no", 200),
    ("redirect", Misconfigured, "no", 307),
    ("reset", Broken, "unknown", None),
    ("cut", Broken, "unknown", None),
    ("huge", Broken, "yes", None),
]


@pytest.mark.parametrize(("fault", "kind", "ran", "status"), WHAT_IT_SAYS)
async def test_each_failure_says_what_to_do(shop, fault, kind, ran, status):
    failure = await failed(shop, fault)
    assert (type(failure), failure.ran, failure.status) == (kind, ran, status)
    assert KEY not in failure.reason and "paper boat" not in failure.reason


async def test_a_refusal_in_the_middle_of_a_stream_is_one(shop):
    shown = []
    watched = {"previews": 1, "show": shown.append}
    failure = await failed(shop, "stream-refusal", **watched)
    assert isinstance(failure, Refused)
    assert len(shown) == 1


async def test_it_says_when_to_come_back(shop):
    assert (await failed(shop, "429-wait")).retry_after_seconds == 7


async def test_a_server_that_hangs_is_not_waited_for(shop):
    failure = await failed(shop, "hang", deadline_seconds=0.3)
    assert (type(failure), failure.ran) == (Late, "unknown")


@pytest.mark.parametrize(
    "wrong", [{"response_format": "b64_json"}, {"seed": 7}, {"negative_prompt": "rain"}]
)
async def test_a_field_it_does_not_know_is_the_operators_to_mend(shop, wrong):
    failure = await failed(shop, "none", parameters={**OWN, **wrong})
    assert type(failure) is Misconfigured


async def test_a_size_the_model_does_not_have_is_for_the_next_offer(shop):
    failure = await failed(shop, "none", parameters={**OWN, "size": "512x512"})
    assert (type(failure), failure.ran, failure.status) == (Broken, "no", 400)


# The shop is what it says: OpenAI's own client works with it.


@pytest.fixture
def client(shop):
    with openai.OpenAI(api_key=KEY, base_url=f"{shop.url}/v1", max_retries=0) as client:
        yield client


def test_openais_client_generates(client):
    told = client.images.generate(model=MODEL, prompt="a boat", n=2, size="1536x1024")
    assert [b64decode(one.b64_json) for one in told.data] == [
        png(192, 128),
        png(192, 128, 1),
    ]
    assert told.usage.input_tokens_details.image_tokens == 200


def test_openais_client_edits(client):
    image = ("boat.png", png(64, 64, 1), "image/png")
    mask = ("mask.png", png(64, 64, 2), "image/png")
    told = client.images.edit(model=MODEL, prompt="a boat", image=[image], mask=mask)
    assert b64decode(told.data[0].b64_json) == png(128, 128)


def test_openais_client_watches(client):
    stream = client.images.generate(
        model=MODEL, prompt="a boat", stream=True, partial_images=2
    )
    assert [event.type for event in stream] == [
        "image_generation.partial_image",
        "image_generation.partial_image",
        "image_generation.completed",
    ]


@pytest.mark.parametrize(
    ("fault", "error", "code"),
    [
        ("refusal", openai.BadRequestError, "moderation_blocked"),
        ("404", openai.NotFoundError, "model_not_found"),
        ("429", openai.RateLimitError, "rate_limit_exceeded"),
        ("500", openai.InternalServerError, None),
    ],
)
def test_openais_client_reads_errors(client, fault, error, code):
    with pytest.raises(error) as caught:
        client.images.generate(model=MODEL, prompt=f"a boat [fault:{fault}]")
    assert caught.value.code == code


def test_openais_client_is_told_of_a_field_that_is_not_known(client):
    with pytest.raises(openai.BadRequestError, match="Unknown parameter: 'seed'"):
        client.images.generate(model=MODEL, prompt="a boat", extra_body={"seed": 7})
