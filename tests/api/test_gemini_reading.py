"""Whatever is sent in Google's way is read or refused, and never breaks anything."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ninja.errors import ValidationError

from playground.api.gemini.asking import ask_for, hear
from playground.api.gemini.counting import counted
from playground.api.gemini.predicting import PredictIn, prediction_asked
from playground.api.gemini.reading import body_in
from playground.generation.errors import EaselError

NAMES = (
    "contents role parts text inlineData inline_data data mimeType mime_type fileData"
    " file_uri thought thoughtSignature generationConfig generation_config imageConfig"
    " image_config aspectRatio imageSize candidateCount seed responseModalities"
    " responseFormat image delivery imageOutputOptions compressionQuality labels user"
    " instances prompt parameters sampleCount generateContentRequest"
).split()
WORDS = ["user", "model", "16:9", "2K", "IMAGE", "iVBORw0KGgo=", "-_-_", "x" * 70_000]
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False)
    | st.text(max_size=20)
    | st.sampled_from(WORDS)
)
TREES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(NAMES) | st.text(max_size=5), inner, max_size=6
        )
    ),
    max_leaves=30,
)
PARTS = st.lists(
    st.fixed_dictionaries({}, optional={n: TREES for n in NAMES}), max_size=3
)
BODIES = TREES | st.fixed_dictionaries(
    {"contents": st.lists(st.fixed_dictionaries({"parts": PARTS | TREES}), max_size=3)},
    optional={"generationConfig": TREES, "instances": TREES},
)
READERS = {
    "generateContent": lambda body: ask_for(
        hear(body, follows=True).look("acc"), "sketch-1"
    ),
    "countTokens": counted,
    "predict": lambda body: prediction_asked(body.checked(PredictIn), "sketch-1"),
}


USUAL = settings(deadline=None, suppress_health_check=list(HealthCheck))
HOW_OFTEN = [
    pytest.param(40, id="a few"),
    pytest.param(500, id="many", marks=pytest.mark.proof),
]


@pytest.mark.parametrize("how_often", HOW_OFTEN)
@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_any_json_is_read_or_refused(reader, how_often):
    @settings(USUAL, max_examples=how_often)
    @given(tree=BODIES)
    def sent(tree):
        try:
            reader(body_in(json.dumps(tree).encode()))
        except (EaselError, ValidationError):
            pass

    sent()


@settings(USUAL, max_examples=150)
@given(data=st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data):
    try:
        READERS["generateContent"](body_in(data))
    except (EaselError, ValidationError):
        pass
