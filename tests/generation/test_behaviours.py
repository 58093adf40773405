"""One table says what becomes of each field at each provider of a model."""

import pytest

from playground.generation.behaviours import behaviours
from playground.generation.catalogue import load

OURS = load()
GOOGLE = "gemini-3-pro-image-preview"


@pytest.mark.parametrize(
    ("model", "provider", "field", "becomes"),
    [
        ("sketch-1", "sketch", "prompt", "passthrough"),
        ("sketch-1", "sketch", "size", "converted"),
        ("sketch-1", "sketch", "n", "emulated"),
        ("sketch-1", "sketch", "mask", "passthrough"),
        ("sketch-1", "sketch", "quality", None),
        ("sketch-1", "sketch", "negative_prompt", None),
        (GOOGLE, "gemini", "aspect_ratio", "renamed"),
        (GOOGLE, "gemini", "seed", "converted"),
        (GOOGLE, "gemini", "n", "emulated"),
        (GOOGLE, "gemini", "output_format", "emulated"),
        (GOOGLE, "gemini", "mask", None),
    ],
)
def test_a_field_becomes_what_the_table_says(model, provider, field, becomes):
    table = behaviours(OURS.find(model))

    assert table[provider][field] == becomes


def test_the_api_shows_the_same_table(api, alice):
    shown = api.get(f"/v1/models/{GOOGLE}", as_=alice).json()["providers"]

    known = behaviours(OURS.find(GOOGLE))
    assert {one["name"]: one["parameters"] for one in shown} == known
