"""Whoever has no account anywhere can still try every provider."""

import shlex
from concurrent.futures import ThreadPoolExecutor

import pytest

from playground.generation.catalogue import catalogue
from tests.cast import customer
from tests.services.commands import run, settings_read
from tests.services.instance import running
from tests.services.ports import free_port
from tests.upstreams.__main__ import KEYS, NEXT_DOOR

pytestmark = pytest.mark.wires
OPEN = r"(?s)(.*)# Every provider is simulated at"


@pytest.fixture(scope="module")
def printed():
    """The settings that the command prints, and the shops open meanwhile."""
    with running("manage.py", "simulate", "--port", str(free_port())) as shops:
        words = shlex.split(shops.wait_for(OPEN)[1])
        yield dict(one.split("=", 1) for one in words if one != "export")


@pytest.fixture
def connected(printed, settings, tmp_path):
    """Easel's settings as it reads them when it is told what was printed."""
    names = ("PROVIDERS", "COMPATIBLE_SERVERS", "CATALOGUE_DIR")
    told = settings_read(*names, EASEL_DATA_DIR=str(tmp_path), **printed)
    for name, value in told.items():
        setattr(settings, name, value)
    catalogue.forget()
    yield
    catalogue.forget()


@pytest.fixture
def dora(books_db):
    """Dora wants to try everything."""
    return customer("dora", credits=2000)


def test_every_offer_of_the_catalogue_paints(api, connected, dora):
    offers = [
        (f"{offer.provider}/{model.id}", (*offer.tiers, model.default_tier)[0])
        for model in catalogue().models
        for offer in model.offers
        if not model.is_retired and model.capabilities.generate
    ]

    def status(offer):
        asked = {"prompt": "a fox", "model": offer[0], "resolution": offer[1]}
        answer = api.post("/v1/images/generations", as_=dora, **asked)
        return offer, answer.status_code

    with ThreadPoolExecutor(24) as callers:
        answers = list(callers.map(status, offers))

    asked = {name.split("/")[0] for (name, _), _ in answers}
    assert asked == {*KEYS, *NEXT_DOOR, "sketch"}
    assert [one for one in answers if one[1] != 200] == []


def test_a_fault_is_asked_for_in_the_prompt(api, connected, dora):
    asked = {"model": "gemini/nano-banana", "prompt": "a fox [fault:refusal]"}

    answer = api.post("/v1/images/generations", as_=dora, **asked)

    assert answer.json()["error"]["code"] == "moderation_blocked"
    assert "refusal" in run("manage.py", "simulate", "--faults").stdout
