"""Whatever a body holds, the answer is a clear 400 and never a 500."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playground.generation.catalogue import catalogue
from playground.generation.errors import EaselError
from playground.generation.normalise import normalise
from playground.generation.request import Ask

pytestmark = pytest.mark.books

DOORS = ("/v1/images/generations", "/v1/images/edits")
FINE = {200, 400, 402, 404, 413, 415}
USUAL = settings(
    max_examples=60,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
FIELDS = (
    *("model", "n", "size", "aspect_ratio", "resolution", "fit", "quality", "seed"),
    *("negative_prompt", "response_format", "output_format", "output_compression"),
    *("stream", "user", "metadata", "retention", "images", "image", "mask", "extra"),
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=True)
    | st.text(max_size=20)
    | st.sampled_from(["\0", "\ud800", "0x0", "1e9x1e9", "99999999x1", "٣x٣", "-1"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


@pytest.fixture
def broke(api, bob):
    """Bob has no credits: a request that is right ends in 402, and paints nothing."""
    return lambda path, body, kind: api.request(
        "POST", path, as_=bob, data=body, headers={"Content-Type": kind}
    )


@pytest.mark.parametrize("path", DOORS)
def test_any_json_is_answered_clearly(broke, path):
    @USUAL
    @given(st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=5), VALUES)
    def sent(fields, prompt):
        body = json.dumps({"prompt": prompt, **fields}).encode()
        answer = broke(path, body, "application/json")
        assert answer.status_code in FINE, answer.text
        assert answer.status_code == 402 or answer.json()["error"]["message"]

    sent()


@pytest.mark.parametrize("path", DOORS)
def test_any_bytes_are_answered_clearly(broke, path):
    @USUAL
    @given(st.binary(max_size=200), st.sampled_from(["application/json", "text/plain"]))
    def sent(body, kind):
        answer = broke(path, body, kind)
        assert answer.status_code in FINE, answer.text

    sent()


NAMES = st.sampled_from(
    [*FIELDS, "image[]", "image[7]", "image[99999]", "images[][image_url]", "a[b]", ""]
)
HEADS = st.sampled_from(
    [
        "",
        '; filename="a.png"',
        "; filename*=UTF-8''%ff",
        '; filename="a\\"b"',
        "\r\nContent-Type: image/png",
        "\r\nContent-Transfer-Encoding: base64",
    ]
)
PARTS = st.lists(st.tuples(NAMES, HEADS, st.binary(max_size=40)), max_size=5)


def test_any_form_is_answered_clearly(broke):
    @USUAL
    @given(PARTS, st.booleans(), st.integers(0, 12))
    def sent(parts, is_whole, cut):
        body = b"".join(
            b'--cut\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
            % (name.encode(), head.encode(), data)
            for name, head, data in parts
        )
        body = body + b"--cut--\r\n" if is_whole else body[: len(body) - cut]
        answer = broke(DOORS[1], body, "multipart/form-data; boundary=cut")
        assert answer.status_code in FINE, answer.text

    sent()


@pytest.mark.parametrize("path", DOORS)
@pytest.mark.parametrize(
    "body",
    [
        b'{"prompt": "a fox", "n": true}',
        b'{"prompt": "a fox", "n": 1e400}',
        b'{"prompt": "a fox", "seed": 1' + b"0" * 5000 + b"}",
        b'{"prompt": "a \\ud800 fox"}',
        b'{"prompt": "a \\u0000 fox"}',
        b'{"prompt": "a \xff fox"}',
        b'{"prompt": ' + b"[" * 100_000,
        b'{"prompt": "a fox", "size": "1' + b"0" * 400 + b'x1"}',
        b'{"prompt": "a fox", "model": "\\u0000"}',
        b'{"prompt": "a fox", "user": "\\ud800"}',
        b'{"prompt": "a fox", "metadata": {"\\u0000": "x"}}',
        b'{"prompt": "a fox", "\\ud800": 1, "n": -1}',
    ],
    ids=range(12),
)
def test_a_trap_is_a_clear_400(broke, path, body):
    answer = broke(path, body, "application/json")

    assert answer.status_code in (400, 404), answer.text
    assert answer.json()["error"]["code"]


@pytest.mark.parametrize(
    "path",
    ["/v1/tasks/%00", "/v1/requests/%00", "/v1/models/%00", "/v1/models/%ff%fe"]
    + ["/v1/models/" + "a" * 4000, "/v1/requests/%F0%9F%A6%8A", "/v1/%00/x"]
    + ["/v1/models/%0Aa", "/v1/%0A", "/openai/v1/a%0D%0Ab", "/v1beta/%0A"],
)
def test_an_odd_path_is_a_clear_404(api, alice, path):
    answer = api.get(path, as_=alice)

    assert answer.status_code == 404
    assert answer.json()["error"]["message"]


@pytest.mark.check
@settings(USUAL, max_examples=300)
@given(
    size=st.text(max_size=12)
    | st.from_regex(r"[0-9]{1,25}[xX*:][0-9]{1,25}", fullmatch=True)
    | st.from_regex(r"\d{1,4}[xX×:]\d{1,4}", fullmatch=True),
    aspect_ratio=st.none() | st.text(max_size=9),
    resolution=st.none() | st.text(max_size=9),
)
def test_any_size_is_understood_or_named(size, aspect_ratio, resolution):
    ask = Ask(
        prompt="a fox", size=size, aspect_ratio=aspect_ratio, resolution=resolution
    )
    try:
        request = normalise(ask, catalogue(), "sketch-1")
    except EaselError as error:
        assert error.param in ("size", "aspect_ratio", "resolution")
        return
    assert request.width * request.height <= 64_000_000
