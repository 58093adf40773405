"""What the adapter for Seedream promises, against a shop that speaks Ark's wire."""

from base64 import b64decode, b64encode

import openai
import pytest

from playground.generation.providers import ark
from playground.generation.providers.base import (
    Access,
    Broken,
    Busy,
    Late,
    Misconfigured,
    Refused,
)
from tests.generation.commissions import failing, painted
from tests.upstreams.ark import KEY
from tests.upstreams.shop import png

FOUR, FIVE = "seedream-4-0-250828", "seedream-5-0-260128"
OWN = {"size": "2048x2048", "watermark": False}


@pytest.fixture
def shop(street):
    return street.ark


async def paint(shop, fault="none", *, trade=ark.ARK, **said):
    provider = trade.open(Access(KEY, f"{shop.url}/api/v3", is_local=True))
    usual = {"upstream": FOUR, "parameters": OWN}
    return await painted(provider, fault, **{**usual, **said})


async def failed(shop, fault, **said):
    return await failing(paint(shop, fault, **said))


# What is sent.


async def test_what_the_offer_names_is_sent_and_no_number_of_pictures(shop):
    await paint(shop, prompt="a paper boat")
    [sent] = shop.asked
    assert sent.path == "/api/v3/images/generations"
    assert sent.headers["authorization"] == f"Bearer {KEY}"
    assert sent.body == {
        "model": FOUR,
        "prompt": "a paper boat",
        "response_format": "b64_json",
        **OWN,
    }


async def test_the_same_wire_is_spoken_abroad(street):
    answer = await paint(street.byteplus, trade=ark.BYTEPLUS)
    assert len(answer.pictures) == 1


@pytest.mark.parametrize("count", [1, 2])
async def test_pictures_to_edit_go_to_the_same_address(shop, count):
    await paint(shop, pictures=(png(64, 64, 1),) * count)
    [sent] = shop.asked
    uri = "data:image/png;base64," + b64encode(png(64, 64, 1)).decode()
    assert sent.path == "/api/v3/images/generations"
    assert sent.body["image"] == (uri if count == 1 else [uri, uri])


# Good answers.


async def test_the_size_is_the_one_asked_for(shop):
    own = {**OWN, "size": "2848x1600"}
    answer = await paint(shop, parameters=own)
    assert [one.data for one in answer.pictures] == [png(356, 200)]
    assert answer.tokens.out == 356 * 200 // 256


async def test_a_result_may_be_at_an_address(shop):
    own = {**OWN, "response_format": "url"}
    assert (await paint(shop, parameters=own)).pictures[0].data == png(256, 256)


async def test_a_sequence_is_one_call(shop):
    options = {"max_images": 3}
    own = {"sequential_image_generation": "auto"}
    own |= {"sequential_image_generation_options": options}
    answer = await paint(shop, parameters={**OWN, **own}, n=3)
    assert len(answer.pictures) == 3
    assert len(shop.asked) == 1


@pytest.mark.parametrize("fault", ["one-refused", "one-broken"])
async def test_good_pictures_survive_a_bad_one(shop, fault):
    own = {"sequential_image_generation": "auto"}
    own |= {"sequential_image_generation_options": {"max_images": 3}}
    answer = await paint(shop, fault, parameters={**OWN, **own}, n=3)
    assert len(answer.pictures) == 2


# Failures: which of the four, whether it ran, and the status.

WHAT_IT_SAYS = [
    ("400", Broken, "no", 400),
    ("400-missing", Broken, "no", 400),
    ("401", Misconfigured, "no", 401),
    ("403", Misconfigured, "no", 403),
    ("403-overdue", Busy, "no", 403),
    ("404", Misconfigured, "no", 404),
    ("404-closed", Misconfigured, "no", 404),
    ("429", Busy, "no", 429),
    ("429-wait", Busy, "no", 429),
    ("429-quota", Busy, "no", 429),
    ("429-limit", Busy, "no", 429),
    ("500", Broken, "unknown", 500),
    ("503", Broken, "no", 503),
    ("503-page", Broken, "no", 503),
    ("refusal-text", Refused, "no", 400),
    ("refusal-image", Refused, "no", 400),
    ("refusal-output", Refused, "no", 400),
    ("one-refused", Refused, "yes", None),
    ("one-broken", Broken, "yes", None),
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


async def test_an_expired_address_is_no_picture(shop):
    own = {**OWN, "response_format": "url"}
    failure = await failed(shop, "expired", parameters=own)
    assert (type(failure), failure.ran) == (Broken, "yes")


async def test_a_server_that_hangs_is_not_waited_for(shop):
    failure = await failed(shop, "hang", deadline_seconds=0.3)
    assert (type(failure), failure.ran) == (Late, "unknown")


async def test_it_says_when_to_come_back(shop):
    assert (await failed(shop, "429-wait")).retry_after_seconds == 7


@pytest.mark.parametrize(
    ("upstream", "wrong"),
    [
        (FOUR, {"n": 2}),
        (FOUR, {"output_format": "png"}),
        (FOUR, {"size": "512x512"}),
        (FIVE, {"size": "4K"}),
        (FIVE, {"seed": 7}),
    ],
)
async def test_what_a_model_does_not_take_is_for_the_next_offer(shop, upstream, wrong):
    parameters = {**OWN, **wrong}
    failure = await failed(shop, "none", upstream=upstream, parameters=parameters)
    assert (type(failure), failure.ran, failure.status) == (Broken, "no", 400)


# The shop is what it says: OpenAI's client, which Ark tells its customers to use, works.


@pytest.fixture
def client(shop):
    where = f"{shop.url}/api/v3"
    with openai.OpenAI(api_key=KEY, base_url=where, max_retries=0) as client:
        yield client


def test_openais_client_generates(client):
    own = {"watermark": False}
    words = {"prompt": "a boat", "size": "2048x2048", "response_format": "b64_json"}
    told = client.images.generate(model=FOUR, **words, extra_body=own)
    assert [b64decode(one.b64_json) for one in told.data] == [png(256, 256)]


@pytest.mark.parametrize(
    ("fault", "error", "code"),
    [
        ("refusal-text", openai.BadRequestError, "InputTextSensitiveContentDetected"),
        ("403-overdue", openai.PermissionDeniedError, "AccountOverdueError"),
        ("429", openai.RateLimitError, "RateLimitExceeded.EndpointRPMExceeded"),
        ("500", openai.InternalServerError, "InternalServiceError"),
    ],
)
def test_openais_client_reads_errors(client, fault, error, code):
    with pytest.raises(error) as caught:
        client.images.generate(model=FOUR, prompt=f"a boat [fault:{fault}]")
    assert caught.value.code == code
