"""How a caller may steer an order: what is understood, and what is said of the rest."""

import pytest

from playground.generation.errors import BadRequest
from playground.generation.request import ImageRequest, Instead, Wishes
from playground.generation.terms import Said, terms_of
from playground.generation.wishes import provider_wishes, seconds_in
from tests.generation.test_wording import REQUEST


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ({"only": ["Gemini", " fal "]}, Wishes(only=("gemini", "fal"))),
        ({"order": "gemini"}, Wishes(order=("gemini",))),
        ({"sort": "fastest"}, Wishes(sort="fastest")),
        ({"max_price": 7.5}, Wishes(max_price="7.5")),
        ({"allow_fallbacks": False}, Wishes(allow_fallbacks=False)),
        ({"ignore": None}, Wishes()),
        ("gemini", Wishes(only=("gemini",))),
        ('{"ignore": ["fal"]}', Wishes(ignore=("fal",))),
        (None, Wishes()),
    ],
)
def test_what_is_said_of_providers_is_understood(said, meant):
    assert provider_wishes(said) == meant


@pytest.mark.parametrize(
    ("said", "param", "words"),
    [
        ({"onyl": ["a"]}, "provider", "“onyl” is not known"),
        ({"only": [1]}, "provider.only", "list"),
        ({"only": ["a"] * 21}, "provider.only", "at most 20"),
        ({"sort": "quickest"}, "provider.sort", "fastest"),
        ({"max_price": "free"}, "provider.max_price", "credits"),
        ({"max_price": -1}, "provider.max_price", "credits"),
        ({"max_price": True}, "provider.max_price", "credits"),
        ({"allow_fallbacks": "no"}, "provider.allow_fallbacks", "true or false"),
        ("{only: a}", "provider", "JSON"),
    ],
)
def test_what_is_wrong_is_named(said, param, words):
    with pytest.raises(BadRequest) as error:
        provider_wishes(said)

    assert error.value.param == param
    assert words in error.value.message


@pytest.mark.parametrize("said", ["0", "3601", "soon", "-5", "1e3", "NaN"])
def test_a_deadline_is_a_sensible_number_of_seconds(said):
    with pytest.raises(BadRequest):
        seconds_in(said)


def test_a_deadline_may_have_a_fraction():
    assert seconds_in("2.5") == 2.5


def test_wishes_survive_in_an_orders_row():
    said = Said(provider={"only": ["a"], "max_price": 3}, models=("b",), deadline="9")
    wishes = terms_of(said).wishes
    other = ImageRequest.from_json(REQUEST.to_json())
    request = ImageRequest.from_json(
        {**REQUEST.to_json(), "wishes": {**vars_of(wishes)}}
    )
    asked = Instead(other, 5)

    assert request.wishes == wishes
    assert Instead.from_json(asked.to_json()) == asked


def vars_of(wishes):
    """Return the fields as JSON would give them back."""
    values = {name: getattr(wishes, name) for name in Wishes.__slots__}
    return {k: list(v) if isinstance(v, tuple) else v for k, v in values.items()}
