"""What the adapter for Gemini models promises, at both of Google's gates."""

import asyncio
from json import dumps
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from playground.generation.providers import gemini, vertex
from playground.generation.providers.base import (
    Access,
    Broken,
    Busy,
    Commission,
    Late,
    Misconfigured,
    Piece,
    ProviderFailure,
    Refused,
    Turn,
)
from tests.upstreams.gemini import KEY, TOKEN
from tests.upstreams.shop import png
from tests.upstreams.street import open_street

USUAL = {
    "generationConfig.responseModalities": ["IMAGE"],
    "generationConfig.imageConfig.aspectRatio": "16:9",
    "generationConfig.imageConfig.imageSize": "2K",
}


@pytest.fixture(scope="module")
def whole_street():
    with open_street() as street:
        yield street


@pytest.fixture
def street(whole_street):
    whole_street.forget()
    return whole_street


@pytest.fixture(scope="module")
def private_key():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem.decode()


def commission(fault="none", **said):
    usual = {
        "upstream": "gemini-3-pro-image",
        "prompt": f"a paper boat [fault:{fault}]",
        "n": 1,
        "shape": "16:9",
        "tier": "2K",
        "width": 256,
        "height": 144,
        "deadline_seconds": 10.0,
        "parameters": USUAL,
    }
    return Commission(**{**usual, **said})


def opened(street, secret=KEY):
    return gemini.TRADE.open(Access(secret, street.gemini.url + "/v1beta"))


async def paint(provider, fault="none", **said):
    try:
        return await provider.paint(commission(fault, **said))
    finally:
        await provider.close()


async def failed(provider, fault, **said) -> ProviderFailure:
    with pytest.raises(ProviderFailure) as caught:
        await paint(provider, fault, **said)
    return caught.value


# What is sent, and what comes back.


async def test_what_the_offer_names_goes_where_google_reads_it(street):
    await paint(opened(street))
    [sent] = street.gemini.asked
    assert sent.path == "/v1beta/models/gemini-3-pro-image:generateContent"
    assert sent.headers["x-goog-api-key"] == KEY
    assert sent.body["generationConfig"] == {
        "responseModalities": ["IMAGE"],
        "imageConfig": {"aspectRatio": "16:9", "imageSize": "2K"},
    }


async def test_the_finished_picture_comes_back_and_no_sketch(street):
    answer = await paint(opened(street))
    [picture] = answer.pictures
    assert picture.data == png(256, 144)
    assert picture.signature == "c2lnbmVk/+o="
    assert answer.upstream_request_id == "resp_1"
    assert answer.tokens.text_in == 12
    assert answer.tokens.pictures_in == 258
    assert answer.tokens.out == 1120


async def test_pictures_to_edit_stand_before_the_words(street):
    await paint(opened(street), pictures=(png(8, 8, 1), png(8, 8, 2)))
    [turn] = street.gemini.asked[0].body["contents"]
    kinds = [next(iter(part)) for part in turn["parts"]]
    assert kinds == ["inlineData", "inlineData", "text"]
    assert turn["parts"][0]["inlineData"]["mimeType"] == "image/png"


async def test_a_conversation_goes_back_with_its_signatures(street):
    turns = (
        Turn("user", (Piece(text="a fox"),)),
        Turn("model", (Piece(picture=0, signature="AA-_+/=="),)),
        Turn("user", (Piece(text="in the snow"),)),
    )
    await paint(opened(street), turns=turns, pictures=(png(8, 8),))
    said = street.gemini.asked[0].body["contents"]
    assert [turn["role"] for turn in said] == ["user", "model", "user"]
    assert said[1]["parts"][0]["thoughtSignature"] == "AA-_+/=="
    assert "inlineData" in said[1]["parts"][0]


# What goes wrong.


@pytest.mark.parametrize(
    ("fault", "kind", "ran"),
    [
        ("400", Broken, "no"),
        ("400-key", Misconfigured, "no"),
        ("401", Misconfigured, "no"),
        ("403", Misconfigured, "no"),
        ("404", Misconfigured, "no"),
        ("429", Busy, "no"),
        ("500", Broken, "unknown"),
        ("503", Broken, "no"),
        ("503-page", Broken, "no"),
        ("504", Broken, "unknown"),
        ("refusal", Refused, "yes"),
        ("refusal-prohibited", Refused, "yes"),
        ("refusal-prompt", Refused, "no"),
        ("no-image", Broken, "yes"),
        ("text-only", Broken, "yes"),
        ("thought-only", Broken, "yes"),
        ("empty", Broken, "yes"),
        ("broken-base64", Broken, "yes"),
        ("not-a-picture", Broken, "yes"),
        ("truncated-json", Broken, "yes"),
        ("html-200", Broken, "yes"),
        ("redirect", Misconfigured, "no"),
        ("reset", Broken, "unknown"),
        ("cut", Broken, "unknown"),
        ("huge", Broken, "yes"),
    ],
)
async def test_each_failure_is_one_of_four(street, fault, kind, ran):
    failure = await failed(opened(street), fault)
    assert (type(failure), failure.ran) == (kind, ran)


async def test_googles_own_words_for_waiting_are_read(street):
    assert (await failed(opened(street), "429-wait")).retry_after_seconds == 3


async def test_who_never_answers_is_given_up(street):
    failure = await failed(opened(street), "hang", deadline_seconds=0.3)
    assert (type(failure), failure.ran) == (Late, "unknown")


@pytest.mark.parametrize("fault", ["none", "slow", "drip", "wrong-type", "wrong-size"])
async def test_a_picture_that_comes_late_or_odd_is_still_one(street, fault):
    assert (await paint(opened(street), fault)).pictures


async def test_neither_key_nor_prompt_stands_in_a_reason(street):
    failure = await failed(opened(street, "goog-wrong-key"), "none")
    assert isinstance(failure, Misconfigured)
    assert "goog-wrong-key" not in failure.reason
    assert "paper boat" not in failure.reason


# Vertex AI.


def account(street, private_key):
    return {
        "type": "service_account",
        "project_id": "p-1",
        "client_email": "easel@p-1.example",
        "private_key": private_key,
        "token_uri": f"{street.vertex.url}/token",
    }


def opened_vertex(street, secret, **options):
    return vertex.TRADE.open(Access(secret, street.vertex.url, options=options))


async def test_a_service_account_signs_in_once_for_many_calls(street, private_key):
    secret = dumps(account(street, private_key))
    provider = opened_vertex(street, secret, location="europe-west4")
    await asyncio.gather(*[provider.paint(commission()) for _ in range(4)])
    await provider.close()
    signed_in = [one for one in street.vertex.asked if one.path == "/token"]
    painted = [one for one in street.vertex.asked if one.path != "/token"]
    assert (len(signed_in), len(painted)) == (1, 4)
    assert painted[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert painted[0].path == (
        "/v1/projects/p-1/locations/europe-west4/publishers/google/models/"
        "gemini-3-pro-image:generateContent"
    )


async def test_express_mode_needs_a_key_and_no_project(street):
    provider = opened_vertex(street, KEY)
    assert (await paint(provider)).pictures
    path = "/v1/publishers/google/models/gemini-3-pro-image:generateContent"
    assert street.vertex.asked[0].path == path


async def test_who_cannot_sign_in_is_misconfigured(street, private_key):
    wrong = account(street, private_key) | {"token_uri": f"{street.gemini.url}/nowhere"}
    failure = await failed(opened_vertex(street, dumps(wrong)), "none")
    assert isinstance(failure, Misconfigured)
    assert "PRIVATE KEY" not in failure.reason


@pytest.mark.parametrize("lacking", ["client_email", "private_key", "project_id"])
def test_a_service_account_that_lacks_something_is_refused_at_once(
    street, private_key, lacking
):
    known = {k: v for k, v in account(street, private_key).items() if k != lacking}
    with pytest.raises(ValueError, match=lacking):
        opened_vertex(street, dumps(known))


def test_no_adapter_knows_django():
    for module in (gemini, vertex):
        assert "django" not in Path(module.__file__).read_text()
