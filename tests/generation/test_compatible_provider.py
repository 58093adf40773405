"""What the adapter for OpenAI-compatible servers promises, over real sockets."""

import asyncio
import io
import socket
from base64 import b64encode

import orjson
import pytest
from PIL import Image

from playground.generation.providers.base import (
    Broken,
    Busy,
    Commission,
    Misconfigured,
    ProviderFailure,
    Refused,
)
from playground.generation.providers.compatible import (
    CompatibleProvider,
    servers_from,
)
from tests.upstreams.next_door import png, studio_next_door

KEY = "sk-next-door-0123456789"


@pytest.fixture(scope="module")
def open_studio():
    with studio_next_door() as upstream:
        yield upstream


@pytest.fixture
def upstream(open_studio):
    open_studio.forget()
    return open_studio


def server(upstream, **said):
    said = {"base_url": upstream.url, "api_key": KEY, "local": True, **said}
    return servers_from({"next-door": said})["next-door"]


def commission(fault="none", **said):
    usual = {
        "upstream": "studio-1",
        "prompt": f"a paper boat [fault:{fault}]",
        "n": 1,
        "shape": "1:1",
        "tier": "1K",
        "width": 64,
        "height": 64,
        "deadline_seconds": 10.0,
    }
    return Commission(**{**usual, **said})


async def paint(upstream, fault="none", *, profile=None, **said):
    provider = CompatibleProvider(server(upstream, **(profile or {})))
    try:
        return await provider.paint(commission(fault, **said))
    finally:
        await provider.close()


async def failed(upstream, fault, **said) -> ProviderFailure:
    with pytest.raises(ProviderFailure) as caught:
        await paint(upstream, fault, **said)
    return caught.value


# What is sent.


async def test_a_plain_request_is_what_openai_documents(upstream):
    await paint(upstream, prompt="a paper boat", n=2)
    sent = upstream.asked[0]
    assert sent.path == "/v1/images/generations"
    assert sent.headers["authorization"] == f"Bearer {KEY}"
    assert sent.headers["content-type"] == "application/json"
    assert "cookie" not in sent.headers
    assert sent.body == {
        "model": "studio-1",
        "prompt": "a paper boat",
        "n": 2,
        "size": "64x64",
        "response_format": "b64_json",
    }


async def test_what_the_customer_chose_is_passed_on(upstream):
    await paint(upstream, seed=7, negative_prompt="rain", quality="high")
    sent = upstream.asked[0].body
    assert (sent["seed"], sent["negative_prompt"]) == (7, "rain")
    assert sent["quality"] == "high"


async def test_a_field_the_server_does_not_know_is_not_sent(upstream):
    profile = {"fields": ["n"], "response_format": None}
    await paint(upstream, profile=profile, seed=7, output_format="webp")
    assert set(upstream.asked[0].body) == {"model", "prompt", "n"}


async def test_the_offers_own_parameters_win_and_can_take_a_field_away(upstream):
    own = {"watermark": False, "size": "128x128", "n": None}
    [picture] = (await paint(upstream, parameters=own)).pictures
    sent = upstream.asked[0].body
    assert (sent["watermark"], sent["size"]) == (False, "128x128")
    assert "n" not in sent
    assert Image.open(io.BytesIO(picture.data)).size == (128, 128)


@pytest.mark.parametrize(
    ("size_format", "sent"),
    [
        ("1024x1024", {"size": "64x32"}),
        ("1024*1024", {"size": "64*32"}),
        ("2K", {"size": "1K"}),
        ("16:9", {"size": "2:1"}),
        ("auto", {"size": "auto"}),
        ("object", {"size": {"width": 64, "height": 32}}),
        ("width+height", {"width": 64, "height": 32}),
    ],
)
async def test_the_size_is_written_as_the_server_reads_it(upstream, size_format, sent):
    profile = {"size_format": size_format}
    await paint(upstream, profile=profile, shape="2:1", width=64, height=32)
    assert sent.items() <= upstream.asked[0].body.items()


async def test_a_key_can_go_in_a_header_of_its_own(upstream):
    await paint(upstream, profile={"auth_header": "api-key"})
    assert upstream.asked[0].headers["api-key"] == KEY
    assert "authorization" not in upstream.asked[0].headers


async def test_a_server_without_a_key_gets_none(upstream):
    await paint(upstream, profile={"api_key": ""})
    assert "authorization" not in upstream.asked[0].headers


async def test_a_proxy_in_the_environment_is_not_used(upstream, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert (await paint(upstream)).pictures


# What is sent to be edited.

MASK = png(64, 64, 5)


@pytest.mark.parametrize("field", ["image", "image[]"])
async def test_pictures_to_edit_go_as_files_of_a_form(upstream, field):
    pictures = (png(64, 64, 1), png(64, 64, 2))
    profile = {"edits": f"form:{field}", "response_format": None}
    answer = await paint(upstream, profile=profile, pictures=pictures, mask=MASK, n=2)
    sent = upstream.asked[0]
    assert len(answer.pictures) == 2
    assert sent.path == "/v1/images/edits"
    assert sent.body["n"] == "2"
    assert [(one.field, one.name, one.kind) for one in sent.files] == [
        (field, "0.png", "image/png"),
        (field, "1.png", "image/png"),
        ("mask", "2.png", "image/png"),
    ]
    assert [one.data for one in sent.files] == [*pictures, MASK]


@pytest.mark.parametrize(
    ("edits", "count", "sent"),
    [
        ("json:image", 1, {"image": "A"}),
        ("json:image", 2, {"image": ["A", "A"]}),
        ("json:image_urls", 1, {"image_urls": ["A"]}),
        ("json:images", 1, {"images": [{"image_url": "A"}]}),
    ],
)
async def test_pictures_to_edit_go_in_json_where_a_server_wants_that(
    upstream, edits, count, sent
):
    picture = png(64, 64, 1)
    await paint(upstream, profile={"edits": edits}, pictures=(picture,) * count)
    uri = "data:image/png;base64," + b64encode(picture).decode()
    body = orjson.loads(
        orjson.dumps(upstream.asked[0].body).replace(uri.encode(), b"A")
    )
    assert upstream.asked[0].path == "/v1/images/edits"
    assert sent.items() <= body.items()


async def test_edits_can_have_the_address_of_generations(upstream):
    profile = {"edits": "json:image", "edits_endpoint": "/images/generations"}
    await paint(upstream, profile=profile, pictures=(png(64, 64, 1),))
    assert upstream.asked[0].path == "/v1/images/generations"


# Good answers, however they are spelled.


async def test_the_bytes_are_the_servers_own(upstream):
    answer = await paint(upstream, n=2)
    assert [one.data for one in answer.pictures] == [png(64, 64, 0), png(64, 64, 1)]
    assert answer.upstream_request_id.startswith("req_")
    assert answer.first_byte_seconds > 0


@pytest.mark.parametrize(
    "spelling",
    [
        "wrong-type",
        "no-created",
        "in-lines",
        "urlsafe",
        "prefixed",
        "b64",
        "image",
        "image-url",
        "data-uri",
        "url",
        "url-relative",
        "url-redirect",
    ],
)
async def test_a_picture_is_found_wherever_it_stands(upstream, spelling):
    answer = await paint(upstream, spelling)
    assert [one.data for one in answer.pictures] == [png(64, 64, 0)]


@pytest.mark.parametrize("spelling", ["large", "large-escaped"])
async def test_large_pictures_come_through_whole(upstream, spelling):
    answer = await paint(upstream, spelling, n=2)
    expected = [png(64, 64, number) + bytes(200_000) for number in range(2)]
    assert [one.data for one in answer.pictures] == expected


async def test_what_the_entry_says_of_the_picture_is_kept(upstream):
    [picture] = (await paint(upstream, "revised")).pictures
    assert picture.revised_prompt == 'the words "b64_json": "AAAA" \\" in a prompt'
    assert picture.seed == 7


async def test_fewer_pictures_than_asked_are_fine(upstream):
    assert len((await paint(upstream, "fewer", n=3)).pictures) == 1
    assert len(upstream.asked) == 1


async def test_more_pictures_than_asked_are_left_out(upstream):
    assert len((await paint(upstream, "more", n=2)).pictures) == 2


@pytest.mark.parametrize("fault", ["partial", "partial-broken"])
async def test_good_pictures_survive_a_bad_one(upstream, fault):
    answer = await paint(upstream, fault, n=3)
    expected = [png(64, 64, 1), png(64, 64, 2)]
    assert [one.data for one in answer.pictures] == expected


async def test_a_truncated_picture_is_left_to_whoever_opens_it(upstream):
    [picture] = (await paint(upstream, "truncated")).pictures
    assert picture.data == png(64, 64, 0)[: len(png(64, 64, 0)) // 2]


async def test_a_slow_answer_within_the_time_is_fine(upstream):
    assert len((await paint(upstream, "slow")).pictures) == 1


async def test_twenty_can_wait_side_by_side(upstream):
    provider = CompatibleProvider(server(upstream))
    calls = [provider.paint(commission("slow")) for _ in range(20)]
    answers = await asyncio.gather(*calls)
    await provider.close()
    assert len({one.upstream_request_id for one in answers}) == 20


def test_one_adapter_serves_several_event_loops(upstream):
    provider = CompatibleProvider(server(upstream))

    async def painted_and_closed():
        answer = await provider.paint(commission())
        await provider.close()
        return answer

    answers = [asyncio.run(painted_and_closed()) for _ in range(2)]
    assert [len(one.pictures) for one in answers] == [1, 1]


async def test_one_connection_serves_one_call_after_another(upstream):
    provider = CompatibleProvider(server(upstream))
    await provider.paint(commission())
    await provider.paint(commission())
    await provider.close()
    assert len({one.connection for one in upstream.asked}) == 1


async def test_a_closed_adapter_opens_again_when_it_is_asked(upstream):
    provider = CompatibleProvider(server(upstream))
    await provider.paint(commission())
    await provider.close()
    assert len((await provider.paint(commission())).pictures) == 1
    await provider.close()


# Failures: who can mend them.


@pytest.mark.parametrize(
    ("fault", "kind", "status", "ran"),
    [
        ("400", Broken, 400, "no"),
        ("400-unknown", Misconfigured, 400, "no"),
        ("401", Misconfigured, 401, "no"),
        ("402", Busy, 402, "no"),
        ("403", Misconfigured, 403, "no"),
        ("403-overdue", Busy, 403, "no"),
        ("403-balance", Busy, 403, "no"),
        ("404", Misconfigured, 404, "no"),
        ("429", Busy, 429, "no"),
        ("500", Broken, 500, "unknown"),
        ("503", Broken, 503, "no"),
        ("redirect", Misconfigured, 307, "no"),
        ("refusal", Refused, 400, "no"),
        ("500-refusal", Refused, 500, "no"),
        ("refusal-200", Refused, 200, "unknown"),
        ("refusal-empty", Refused, 200, "unknown"),
        ("refusal-entry", Refused, None, "yes"),
        ("refusal-second", Refused, None, "yes"),
        ("exhausted-words", Busy, 400, "no"),
        ("exhausted", Busy, 400, "no"),
        ("error-200", Broken, 200, "unknown"),
        ("error-200-429", Busy, 429, "no"),
        ("code-200", Broken, 200, "unknown"),
        ("html-200", Misconfigured, 200, "no"),
        ("task", Misconfigured, 202, "yes"),
        ("empty", Broken, 200, "yes"),
        ("null", Broken, 200, "yes"),
        ("scalar", Broken, 200, "yes"),
        ("empty-entry", Broken, None, "yes"),
        ("broken-base64", Broken, None, "yes"),
        ("not-a-picture", Broken, None, "yes"),
        ("reset", Broken, None, "unknown"),
        ("cut", Broken, None, "unknown"),
    ],
)
async def test_a_failure_is_given_to_whoever_can_mend_it(
    upstream, fault, kind, status, ran
):
    failure = await failed(upstream, fault)
    assert type(failure) is kind, failure.reason
    assert (failure.status, failure.ran) == (status, ran)
    assert failure.reason


@pytest.mark.parametrize(
    ("fault", "seconds"),
    [("429", None), ("429-wait", 7), ("429-wait-ms", 1.5), ("429-nonsense", None)],
)
async def test_a_busy_server_says_when_to_come_back(upstream, fault, seconds):
    assert (await failed(upstream, fault)).retry_after_seconds == seconds


async def test_a_busy_server_may_name_a_date(upstream):
    assert 0 < (await failed(upstream, "429-date")).retry_after_seconds <= 300


async def test_a_server_that_asks_for_patience_is_busy_not_broken(upstream):
    failure = await failed(upstream, "503-wait")
    assert isinstance(failure, Busy)
    assert failure.retry_after_seconds == 3


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("words-error", "error as text"),
        ("words-message", "message on top"),
        ("words-detail", "detail as text"),
        ("words-detail-list", "detail in a list"),
        ("words-errors", "first of errors"),
        ("words-body", "just a body xxx"),
    ],
)
async def test_the_servers_own_words_are_kept_for_the_log(upstream, fault, words):
    assert f"0: {words}" in (await failed(upstream, fault)).reason


async def test_the_log_sees_no_key_no_prompt_and_no_picture(upstream):
    reason = (await failed(upstream, "echo")).reason
    assert "cannot paint" in reason
    assert KEY not in reason
    assert "paper boat" not in reason
    assert "iVBOR" not in reason


async def test_a_wrong_address_is_shown_as_it_was_asked(upstream):
    failure = await failed(upstream, "404")
    assert f"{upstream.url}/images/generations" in failure.reason
    assert "req_" in failure.reason


async def test_a_redirected_post_is_not_sent_anywhere_else(upstream):
    await failed(upstream, "redirect")
    assert [one.path for one in upstream.seen] == ["/v1/images/generations"]


async def test_a_server_that_is_not_there_has_done_nothing(upstream):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    profile = {"base_url": f"http://127.0.0.1:{port}/v1"}
    failure = await failed(upstream, "none", profile=profile)
    assert isinstance(failure, Broken)
    assert failure.ran == "no"


async def test_a_server_that_never_answers_may_have_done_the_work(upstream):
    failure = await failed(upstream, "hang", deadline_seconds=0.3)
    assert isinstance(failure, Broken)
    assert (failure.ran, failure.reason) == ("unknown", "no answer in time")


async def test_the_servers_own_time_limit_counts_too(upstream):
    failure = await failed(upstream, "hang", profile={"timeout_seconds": 0.3})
    assert failure.reason == "no answer in time"


@pytest.mark.parametrize("fault", ["huge", "huge-and-says-so"])
async def test_an_endless_answer_is_not_read_to_its_end(upstream, fault):
    failure = await failed(upstream, fault, profile={"max_picture_megabytes": 1})
    assert isinstance(failure, Broken)
    assert "larger than" in failure.reason


# Pictures at an address.


async def test_a_signed_address_is_asked_for_to_the_letter(upstream):
    await paint(upstream, "url-signed")
    assert upstream.fetched[0].path == "/files/there.png?sig=a%2Fb%7E%2B%3D&x=1+2"


async def test_the_server_itself_gets_our_key_with_the_fetch(upstream):
    await paint(upstream, "url-relative")
    assert upstream.fetched[0].headers["authorization"] == f"Bearer {KEY}"


async def test_another_host_does_not_get_our_key(upstream):
    await paint(upstream, "url-next-door")
    assert upstream.fetched[0].headers["host"].startswith("localhost")
    assert "authorization" not in upstream.fetched[0].headers


@pytest.mark.parametrize("auth_header", ["Authorization", "api-key"])
async def test_another_host_does_not_get_it_by_a_redirect(upstream, auth_header):
    profile = {"auth_header": auth_header}
    await paint(upstream, "url-redirect-away", profile=profile)
    at_home, away = upstream.fetched
    assert auth_header.lower() in at_home.headers
    assert auth_header.lower() not in away.headers


@pytest.mark.parametrize("fault", ["url", "url-relative", "url-next-door"])
async def test_a_private_network_is_not_visited_on_a_strangers_word(upstream, fault):
    failure = await failed(upstream, fault, profile={"local": False})
    assert isinstance(failure, Misconfigured)
    assert "private network" in failure.reason
    assert failure.ran == "yes"
    assert upstream.fetched == []


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("url-gone", "answered 404"),
        ("url-page", "no picture"),
        ("url-huge", "larger than"),
        ("url-round", "without end"),
        ("url-file", "not a web address"),
        ("url-nonsense", "not a URL"),
        ("url-nobody", "no connection"),
    ],
)
async def test_a_result_that_cannot_be_collected_is_broken(upstream, fault, words):
    profile = {"max_picture_megabytes": 1}
    failure = await failed(upstream, fault, profile=profile)
    assert isinstance(failure, Broken)
    assert failure.ran == "yes"
    assert words in failure.reason
