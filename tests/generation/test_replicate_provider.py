"""What the adapter for Replicate promises, against a shop that speaks Replicate's wire."""

import asyncio
from base64 import b64encode

import pytest

from playground.generation.providers.base import (
    Access,
    Broken,
    Busy,
    Late,
    Misconfigured,
    PictureFields,
    Refused,
)
from playground.generation.providers.replicate import ReplicateProvider
from playground.generation.providers.waiting import Pace
from tests.generation.commissions import commission, failing, painted, until
from tests.upstreams.replicate import TOKEN, VERSION
from tests.upstreams.shop import png

BRISK = Pace(first_seconds=0.01, growth=1.0, longest_seconds=0.01)
NANO, FLUX = "google/nano-banana-2", "black-forest-labs/flux-schnell"


@pytest.fixture
def shop(street):
    return street.replicate


def access(shop, **said):
    usual = {"secret": TOKEN, "base_url": shop.url, "is_local": True}
    return Access(**{**usual, **said})


async def paint(shop, fault="none", *, let_in=None, pace=BRISK, **said):
    provider = ReplicateProvider(let_in or access(shop), pace)
    return await painted(provider, fault, **{"upstream": NANO, **said})


async def failed(shop, fault, **said):
    return await failing(paint(shop, fault, **said))


def paths(shop, method):
    return [one.path for one in shop.seen if one.method == method]


def looks(shop):
    return [path for path in paths(shop, "GET") if path.startswith("/v1/predictions/")]


def cancels(shop):
    return [path for path in paths(shop, "POST") if path.endswith("/cancel")]


# What is sent.


async def test_a_model_is_asked_at_its_own_address(shop):
    own = {"aspect_ratio": "16:9", "resolution": "2K", "output_format": "png"}
    await paint(shop, prompt="a paper boat", parameters=own)
    [sent] = shop.asked
    assert sent.path == f"/v1/models/{NANO}/predictions"
    assert sent.body == {"input": {"prompt": "a paper boat", **own}}
    assert sent.headers["authorization"] == f"Bearer {TOKEN}"
    assert sent.headers["prefer"] == "wait=9"
    assert sent.headers["cancel-after"] == "19s"


async def test_it_is_held_for_a_part_of_the_time_only(shop):
    await paint(shop, deadline_seconds=180.0)
    assert shop.asked[0].headers["prefer"] == "wait=20"
    assert shop.asked[0].headers["cancel-after"] == "171s"


async def test_a_version_is_named_in_the_body(shop):
    await paint(shop, upstream=f"google/nano-banana:{VERSION}")
    [sent] = shop.asked
    assert sent.path == "/v1/predictions"
    assert sent.body["version"] == f"google/nano-banana:{VERSION}"


async def test_the_base_may_end_in_its_version(shop):
    assert await paint(shop, let_in=access(shop, base_url=f"{shop.url}/v1/"))


async def test_pictures_go_under_the_offers_name(shop):
    pictures = (png(64, 64, 1), png(64, 64, 2))
    await paint(shop, pictures=pictures, fields=PictureFields("image_input"))
    assert shop.asked[0].body["input"]["image_input"] == [as_uri(p) for p in pictures]


async def test_a_picture_goes_alone_where_the_offer_takes_one(shop):
    fields = PictureFields("input_image", is_list=False)
    kontext = {"upstream": "black-forest-labs/flux-kontext-pro", "fields": fields}
    await paint(shop, pictures=(png(64, 64, 1),), **kontext)
    assert shop.asked[0].body["input"]["input_image"] == as_uri(png(64, 64, 1))


def as_uri(picture):
    return "data:image/png;base64," + b64encode(picture).decode()


# Good answers.


async def test_one_address_or_a_list_of_them_are_pictures(shop):
    assert (await paint(shop)).pictures[0].data == png(128, 128)
    own = {"num_outputs": 2}
    answer = await paint(shop, upstream=FLUX, parameters=own, n=2)
    assert [one.data for one in answer.pictures] == [png(128, 128), png(128, 128, 1)]
    assert answer.upstream_request_id in shop.predictions
    assert looks(shop) == []


async def test_what_is_not_done_in_time_is_looked_for(shop):
    answer = await paint(shop, "held-too-long")
    assert len(answer.pictures) == 1
    assert len(looks(shop)) == 2
    assert cancels(shop) == []


async def test_an_output_before_the_end_is_looked_at_again_at_once(shop):
    assert (await paint(shop, "half-told", pace=Pace(first_seconds=60.0))).pictures
    assert len(looks(shop)) == 1


async def test_words_are_no_address(shop):
    failure = await failed(shop, "text-only")
    assert "held no picture" in failure.reason


@pytest.mark.parametrize(
    "way",
    [
        "slow",
        "wrong-type",
        "drip",
        "url-redirect",
        "data-uri",
        "look-reset",
        "look-cut",
        "look-503-page",
        "look-429",
    ],
)
async def test_a_bad_line_does_not_lose_a_picture(shop, way):
    [picture] = (await paint(shop, way)).pictures
    assert picture.data == png(128, 128)


async def test_more_pictures_than_asked_are_left_out(shop):
    own = {"max_images": 3, "sequential_image_generation": "auto"}
    answer = await paint(shop, upstream="bytedance/seedream-4", parameters=own)
    assert len(answer.pictures) == 1


@pytest.mark.parametrize("fault", ["wrong-size", "truncated-png"])
async def test_a_spoiled_picture_is_left_to_whoever_opens_it(shop, fault):
    assert (await paint(shop, fault)).pictures


# Failures: which of the four, whether it ran, and the status.

WHAT_IT_SAYS = [
    ("400", Broken, "no", 400),
    ("401", Misconfigured, "no", 401),
    ("402", Misconfigured, "no", 402),
    ("403", Misconfigured, "no", 403),
    ("404", Misconfigured, "no", 404),
    ("422", Broken, "no", 422),
    ("422-version", Misconfigured, "no", 422),
    ("429", Busy, "no", 429),
    ("429-wait", Busy, "no", 429),
    ("429-words", Busy, "no", 429),
    ("500", Broken, "unknown", 500),
    ("502", Broken, "unknown", 502),
    ("504", Broken, "unknown", 504),
    ("503-page", Broken, "no", 503),
    ("redirect", Misconfigured, "no", 307),
    ("E005", Refused, "yes", 200),
    ("E005-alone", Refused, "yes", 200),
    ("flagged", Refused, "yes", 200),
    ("nsfw", Refused, "yes", 200),
    ("content-policy", Refused, "yes", 200),
    ("safety", Refused, "yes", 200),
    ("E004", Busy, "no", 200),
    ("E003", Busy, "no", 200),
    ("cuda", Broken, "yes", 200),
    ("interrupted", Broken, "yes", 200),
    ("canceled", Late, "yes", 200),
    ("aborted", Late, "no", 200),
    ("no-image", Broken, "yes", None),
    ("empty", Broken, "yes", None),
    ("text-only", Broken, "yes", None),
    ("removed", Broken, "yes", None),
    ("expired", Broken, "yes", None),
    ("not-a-picture", Broken, "yes", None),
    ("reset", Broken, "unknown", None),
    ("cut", Broken, "unknown", None),
    ("truncated-json", Broken, "unknown", 200),
    ("html-200", Broken, "unknown", 200),
    ("look-redirect", Misconfigured, "unknown", 307),
    ("look-truncated-json", Broken, "unknown", 200),
    ("look-lost", Broken, "unknown", None),
]


@pytest.mark.parametrize(("fault", "kind", "ran", "status"), WHAT_IT_SAYS)
async def test_each_failure_says_what_to_do(shop, fault, kind, ran, status):
    failure = await failed(shop, fault)
    assert (type(failure), failure.ran, failure.status) == (kind, ran, status)
    assert TOKEN not in failure.reason and "paper boat" not in failure.reason


async def test_a_field_the_model_does_not_know_is_the_operators_to_mend(shop):
    failure = await failed(shop, "none", parameters={"size": "1024x1024"})
    assert (type(failure), failure.status) == (Misconfigured, 422)
    assert "size" in failure.reason


async def test_a_value_it_does_not_take_is_for_the_next_offer(shop):
    failure = await failed(shop, "none", parameters={"output_format": "jpeg"})
    assert (type(failure), failure.ran, failure.status) == (Broken, "no", 422)


@pytest.mark.parametrize(
    ("fault", "seconds"), [("429", None), ("429-wait", 7), ("429-words", 4)]
)
async def test_it_says_when_to_come_back(shop, fault, seconds):
    assert (await failed(shop, fault)).retry_after_seconds == seconds


async def test_a_wrong_token_is_ours_to_mend(shop):
    stranger = access(shop, secret="r8_of_somebody_else")
    failure = await failed(shop, "none", let_in=stranger)
    assert type(failure) is Misconfigured
    assert stranger.secret not in failure.reason


async def test_an_answer_without_end_is_not_read_to_its_end(shop):
    assert "larger than" in (await failed(shop, "huge")).reason


# Leaving.


async def test_what_has_not_begun_is_given_up_and_did_not_run(shop):
    failure = await failed(shop, "never", deadline_seconds=0.3)
    assert (type(failure), failure.ran) == (Late, "no")
    assert len(cancels(shop)) == 1


async def test_what_runs_too_long_is_given_up_and_may_cost(shop):
    failure = await failed(shop, "never-ends", deadline_seconds=0.3)
    assert (type(failure), failure.ran) == (Late, "unknown")
    assert len(cancels(shop)) == 1


async def test_work_nobody_wants_any_more_is_called_off(shop):
    provider = ReplicateProvider(access(shop), BRISK)
    work = asyncio.create_task(provider.paint(commission("never", upstream=NANO)))
    await until(lambda: looks(shop))
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    await provider.close()
    [one] = list(shop.predictions.values())[-1:]
    assert one.status == "canceled"


async def test_a_server_that_hangs_is_not_waited_for(shop):
    failure = await failed(shop, "hang", deadline_seconds=0.3)
    assert (type(failure), failure.ran) == (Late, "unknown")


# Our token.


async def test_our_token_goes_nowhere_else(shop):
    failure = await failed(shop, "held-too-long-elsewhere")
    assert (type(failure), failure.ran) == (Misconfigured, "unknown")
    assert "localhost" in failure.reason


async def test_results_are_fetched_without_our_token(shop):
    await paint(shop)
    [fetched] = [one for one in shop.seen if one.path.startswith("/files/")]
    assert "authorization" not in fetched.headers


async def test_a_result_on_a_private_network_is_not_fetched(shop):
    failure = await failed(shop, "none", let_in=access(shop, is_local=False))
    assert (type(failure), failure.ran) == (Misconfigured, "yes")
