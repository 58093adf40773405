"""What the adapter for fal.ai promises, against a shop that speaks fal's wire."""

import asyncio
from base64 import b64encode

import pytest
from yarl import URL

from playground.generation.providers.base import (
    Access,
    Broken,
    Busy,
    Late,
    Misconfigured,
    PictureFields,
    ProviderFailure,
    Refused,
)
from playground.generation.providers.fal import HOSTS, FalProvider
from playground.generation.providers.waiting import Counter, Pace
from playground.generation.providers.wire import Wire
from tests.generation.commissions import commission, failing, painted, until
from tests.upstreams.fal import KEY, LOCKED, SEED
from tests.upstreams.shop import png

BRISK = Pace(first_seconds=0.01, growth=1.0, longest_seconds=0.01)
NANO = "fal-ai/nano-banana-2"


@pytest.fixture
def shop(street):
    return street.fal


def access(shop, mode="queue", **said):
    url = shop.url if mode == "queue" else f"{shop.url}/run"
    usual = {"secret": KEY, "base_url": url, "is_local": True}
    return Access(**{**usual, "options": {"mode": mode}, **said})


async def paint(shop, fault="none", *, mode="queue", let_in=None, **said):
    provider = FalProvider(let_in or access(shop, mode), BRISK)
    return await painted(provider, fault, **{"upstream": NANO, **said})


async def failed(shop, fault, **said):
    return await failing(paint(shop, fault, **said))


def paths(shop, method):
    return [one.path for one in shop.seen if one.method == method]


# What is sent.


async def test_the_body_is_the_models_input(shop):
    own = {"aspect_ratio": "16:9", "resolution": "2K", "safety_tolerance": "4"}
    await paint(shop, prompt="a paper boat", parameters=own)
    [sent] = shop.asked
    assert sent.path == f"/{NANO}"
    assert sent.body == {"prompt": "a paper boat", **own}
    assert sent.headers["authorization"] == f"Key {KEY}"
    assert sent.headers["x-fal-request-timeout"] == "18"
    assert sent.headers["x-fal-no-retry"] == "1"


async def test_an_operator_may_have_it_asked_directly(shop):
    answer = await paint(shop, mode="direct")
    assert paths(shop, "POST") == [f"/run/{NANO}"]
    assert answer.upstream_request_id == "req-of-fal"
    assert answer.first_byte_seconds > 0


def test_another_mode_is_no_mode(shop):
    with pytest.raises(ValueError, match='"mode" must be queue or direct'):
        FalProvider(access(shop, options={"mode": "fast"}))


async def test_a_dotted_name_is_a_place_in_the_body(shop):
    own = {"image_size.width": 1024, "image_size.height": 2048}
    upstream = "fal-ai/bytedance/seedream/v4/text-to-image"
    await paint(shop, upstream=upstream, parameters=own)
    assert shop.asked[0].body["image_size"] == {"width": 1024, "height": 2048}


async def test_pictures_and_mask_go_under_the_offers_names(shop):
    pictures, mask = (png(64, 64, 1), png(64, 64, 2)), png(64, 64, 3)
    fields = PictureFields("image_urls", mask="mask_image_url")
    edited = {"pictures": pictures, "mask": mask, "fields": fields}
    await paint(shop, upstream="fal-ai/gpt-image-1.5/edit", **edited)
    body = shop.asked[0].body
    assert body["image_urls"] == [as_uri(one) for one in pictures]
    assert body["mask_image_url"] == as_uri(mask)


async def test_a_picture_goes_alone_where_the_offer_takes_one(shop):
    fields = PictureFields("image_url", is_list=False)
    one = {"upstream": "fal-ai/flux-pro/kontext", "fields": fields}
    await paint(shop, pictures=(png(64, 64, 1),), **one)
    assert shop.asked[0].body["image_url"] == as_uri(png(64, 64, 1))


async def test_two_pictures_are_not_sent_where_the_offer_takes_one(shop):
    fields = PictureFields("image_url", is_list=False)
    failure = await failed(shop, "none", pictures=(png(8, 8),) * 2, fields=fields)
    assert (type(failure), failure.ran) == (Misconfigured, "no")
    assert shop.seen == []


def as_uri(picture):
    return "data:image/png;base64," + b64encode(picture).decode()


# Good answers.


async def test_the_queue_is_waited_for(shop):
    answer = await paint(shop, parameters={"num_images": 2}, n=2)
    assert [one.data for one in answer.pictures] == [png(128, 128), png(128, 128, 1)]
    assert answer.upstream_request_id in shop.jobs
    assert answer.first_byte_seconds is None


async def test_status_and_result_lie_beside_the_app_and_not_below_its_path(shop):
    await paint(shop, upstream="fal-ai/bytedance/seedream/v4/text-to-image")
    looks = [path for path in paths(shop, "GET") if "/requests/" in path]
    assert all(path.startswith("/fal-ai/bytedance/requests/") for path in looks)
    assert [path for path in looks if not path.endswith("/status")]


@pytest.mark.parametrize(
    "way",
    [
        "slow",
        "wrong-type",
        "drip",
        "url-redirect",
        "status-reset",
        "status-503-page",
        "status-cut",
        "status-slow",
        "result-reset",
        "result-cut",
        "result-503-page",
    ],
)
async def test_a_bad_line_does_not_lose_a_picture(shop, way):
    answer = await paint(shop, way)
    assert len(answer.pictures) == 1


async def test_a_picture_may_stand_in_the_answer(shop):
    own = {"sync_mode": True}
    [picture] = (await paint(shop, parameters=own)).pictures
    assert picture.data == png(128, 128)
    assert bytes(picture.base64) == b64encode(png(128, 128))


async def test_the_seed_is_that_of_the_first_picture(shop):
    answer = await paint(shop, parameters={"num_images": 2}, n=2)
    assert [one.seed for one in answer.pictures] == [SEED, None]


async def test_a_better_prompt_is_told(shop):
    assert (await paint(shop)).pictures[0].revised_prompt == ""
    revised = (await paint(shop, "revised")).pictures[0]
    assert revised.revised_prompt == "a better prompt"


async def test_more_pictures_than_asked_are_left_out(shop):
    own = {"num_images": 1, "max_images": 3}
    upstream = "fal-ai/bytedance/seedream/v4/text-to-image"
    answer = await paint(shop, upstream=upstream, parameters=own)
    assert len(answer.pictures) == 1


async def test_a_blanked_picture_is_left_out(shop):
    own, upstream = {"num_images": 2}, "fal-ai/flux/dev"
    answer = await paint(shop, "black-one", upstream=upstream, parameters=own, n=2)
    assert [one.data for one in answer.pictures] == [png(128, 128, 1)]


@pytest.mark.parametrize("fault", ["wrong-size", "truncated-png"])
async def test_a_spoiled_picture_is_left_to_whoever_opens_it(shop, fault):
    assert (await paint(shop, fault)).pictures


# Failures: which of the four, whether it ran, and the status.

WHAT_IT_SAYS = [
    ("401", Misconfigured, "no", 401),
    ("403", Misconfigured, "no", 403),
    ("404", Misconfigured, "no", 404),
    ("429", Busy, "no", 429),
    ("429-wait", Busy, "no", 429),
    ("500-plain", Broken, "no", 500),
    ("content_policy_violation", Refused, "unknown", 422),
    ("black", Refused, "yes", 200),
    ("no_media_generated", Broken, "yes", 422),
    ("image_too_small", Broken, "no", 422),
    ("image_too_large", Broken, "no", 422),
    ("image_load_error", Broken, "no", 422),
    ("file_download_error", Broken, "no", 422),
    ("file_too_large", Broken, "no", 422),
    ("face_detection_error", Broken, "no", 422),
    ("unsupported_image_format", Broken, "no", 422),
    ("greater_than", Broken, "no", 422),
    ("less_than_equal", Broken, "no", 422),
    ("multiple_of", Broken, "no", 422),
    ("sequence_too_short", Broken, "no", 422),
    ("one_of", Broken, "no", 422),
    ("value_error", Broken, "no", 422),
    ("missing", Misconfigured, "no", 422),
    ("feature_not_supported", Misconfigured, "no", 422),
    ("internal_server_error", Broken, "no", 500),
    ("generation_timeout", Late, "no", 504),
    ("downstream_service_error", Broken, "unknown", 400),
    ("downstream_service_unavailable", Broken, "no", 500),
    ("request_timeout", Late, "no", 504),
    ("startup_timeout", Late, "no", 504),
    ("runner_scheduling_failure", Busy, "no", 503),
    ("runner_connection_timeout", Broken, "no", 503),
    ("runner_disconnected", Broken, "no", 503),
    ("runner_connection_refused", Broken, "no", 503),
    ("runner_connection_error", Broken, "no", 503),
    ("runner_incomplete_response", Broken, "no", 502),
    ("runner_server_error", Broken, "no", 500),
    ("internal_error", Broken, "no", 500),
    ("client_disconnected", Broken, "unknown", 499),
    ("client_cancelled", Broken, "unknown", 499),
    ("bad_request", Broken, "no", 400),
    ("503-page", Broken, "no", 503),
    ("redirect", Misconfigured, "no", 307),
    ("no-image", Broken, "yes", None),
    ("text-only", Broken, "yes", None),
    ("empty", Broken, "yes", None),
    ("null", Broken, "yes", None),
    ("expired", Broken, "yes", None),
    ("not-a-picture", Broken, "yes", None),
    ("reset", Broken, "unknown", None),
    ("cut", Broken, "unknown", None),
]


@pytest.mark.parametrize("mode", ["queue", "direct"])
@pytest.mark.parametrize(("fault", "kind", "ran", "status"), WHAT_IT_SAYS)
async def test_each_failure_says_what_to_do(shop, mode, fault, kind, ran, status):
    failure = await failed(shop, fault, mode=mode)
    assert (type(failure), failure.ran, failure.status) == (kind, ran, status)
    assert KEY not in failure.reason and "paper boat" not in failure.reason


@pytest.mark.parametrize(
    ("fault", "mode", "ran"),
    [
        ("truncated-json", "queue", "unknown"),  # perhaps it has a place in the queue
        ("truncated-json", "direct", "yes"),
        ("html-200", "queue", "unknown"),
        ("html-200", "direct", "yes"),
        ("result-truncated-json", "queue", "yes"),
        ("error-with-200", "queue", "unknown"),
        ("status-redirect", "queue", "unknown"),
        ("status-lost", "queue", "unknown"),
    ],
)
async def test_nonsense_is_no_picture(shop, fault, mode, ran):
    failure = await failed(shop, fault, mode=mode)
    assert isinstance(failure, Broken | Misconfigured)
    assert failure.ran == ran


async def test_base64_that_cannot_be_read_is_no_picture(shop):
    failure = await failed(shop, "broken-base64", parameters={"sync_mode": True})
    assert (type(failure), failure.ran) == (Broken, "yes")


@pytest.mark.parametrize(
    ("fault", "mode"), [("huge", "direct"), ("huge", "queue"), ("result-huge", "queue")]
)
async def test_an_answer_without_end_is_not_read_to_its_end(shop, fault, mode):
    failure = await failed(shop, fault, mode=mode)
    assert "larger than" in failure.reason


async def test_a_queue_that_asks_for_patience_gets_it(shop):
    failure = await failed(shop, "status-busy")
    assert (type(failure), failure.ran) == (Late, "unknown")
    assert len(paths(shop, "GET")) == 1


async def test_a_field_the_app_does_not_know_is_the_operators_to_mend(shop):
    failure = await failed(shop, "none", parameters={"size": "1024x1024"})
    assert type(failure) is Misconfigured
    assert "extra_forbidden" in failure.reason


async def test_a_value_it_does_not_take_is_for_the_next_offer(shop):
    failure = await failed(shop, "none", parameters={"safety_tolerance": 4})
    assert (type(failure), failure.ran, failure.status) == (Broken, "no", 422)


async def test_it_says_when_to_come_back(shop):
    assert (await failed(shop, "429-wait")).retry_after_seconds == 7
    assert (await failed(shop, "429")).retry_after_seconds is None


async def test_a_locked_account_is_said_to_be_locked(shop):
    assert LOCKED in (await failed(shop, "403")).reason


async def test_a_wrong_key_is_ours_to_mend(shop):
    stranger = access(shop, secret="fal-id-of:another")
    failure = await failed(shop, "none", let_in=stranger)
    assert type(failure) is Misconfigured
    assert stranger.secret not in failure.reason


# Leaving.


async def test_what_is_still_in_the_queue_is_given_up_and_did_not_run(shop):
    failure = await failed(shop, "never", deadline_seconds=0.3)
    [job] = list(shop.jobs.values())[-1:]
    assert (type(failure), failure.ran) == (Late, "no")
    assert job.is_cancelled


async def test_what_runs_too_long_is_given_up_and_may_cost(shop):
    failure = await failed(shop, "never-ends", deadline_seconds=0.3)
    assert (type(failure), failure.ran) == (Late, "unknown")
    assert len(paths(shop, "PUT")) == 1


async def test_work_nobody_wants_any_more_is_called_off(shop):
    provider = FalProvider(access(shop), BRISK)
    work = asyncio.create_task(provider.paint(commission("never", upstream=NANO)))
    await until(lambda: any(path.endswith("/status") for path in paths(shop, "GET")))
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    await provider.close()
    assert len(paths(shop, "PUT")) == 1


async def test_finished_work_is_not_called_off(shop):
    await failed(shop, "content_policy_violation")
    assert paths(shop, "PUT") == []


async def test_a_server_that_hangs_is_not_waited_for(shop):
    failure = await failed(shop, "hang", deadline_seconds=0.3)
    assert (type(failure), failure.ran) == (Late, "unknown")


# Our key.


async def test_our_key_goes_nowhere_else(shop):
    failure = await failed(shop, "elsewhere")
    assert (type(failure), failure.ran) == (Misconfigured, "unknown")
    assert "localhost" in failure.reason
    assert paths(shop, "GET") == []


def counter():
    headers = {"Authorization": f"Key {KEY}"}
    return Counter(Wire(), URL("https://queue.fal.run"), HOSTS, headers)


@pytest.mark.parametrize("host", ["queue.fal.run", "queue.falrun.com"])
def test_fals_own_addresses_are_followed(host):
    address = f"https://{host}/x/y/requests/1"
    assert str(counter().own(address)) == address


@pytest.mark.parametrize(
    "address",
    [
        "http://queue.fal.run/x/y/requests/1",
        "https://queue.fal.run:8443/x/y/requests/1",
        "https://queue.fal.run.example/x",
        "https://queue.fal.run@example.com/x",
        "//queue.fal.run/x",
        "ftp://queue.fal.run/x",
        None,
    ],
)
def test_no_other_address_is_followed(address):
    with pytest.raises(ProviderFailure) as caught:
        counter().own(address)
    assert caught.value.ran == "unknown"


async def test_results_are_fetched_without_our_key(shop):
    await paint(shop)
    [fetched] = [one for one in shop.seen if one.path.startswith("/files/")]
    assert "authorization" not in fetched.headers


async def test_a_result_on_a_private_network_is_not_fetched(shop):
    failure = await failed(shop, "none", let_in=access(shop, is_local=False))
    assert (type(failure), failure.ran) == (Misconfigured, "yes")
    assert [path for path in paths(shop, "GET") if path.startswith("/files/")] == []
