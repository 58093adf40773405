"""Every provider on every kind of bad day: what the customer gets, pays, and who paints.

Each fault is asked for twice at each provider: once where nobody else can paint, and once
where somebody can. The runs leave a table, `test-results/provider-faults.md`.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from billing.models import Transfer
from playground.generation.audit import audit
from playground.generation.catalogue import catalogue
from tests.upstreams.next_door import studio_next_door
from tests.upstreams.street import open_street

pytestmark = pytest.mark.wires
PRICE = 3
MODEL = """
id = "{provider}-{kind}"
price = {price}
[sizes]
default_shape = "1:1"
default_tier = "1K"
[sizes.native]
"1:1" = {{ "1K" = "1024x1024" }}
[[offers]]
provider = "{provider}"
upstream = "{upstream}"
passes = ["sync_mode"]
cost_usd = 0.02
{own}
"""
ANOTHER = """
[[offers]]
provider = "another"
upstream = "studio-1"
cost_usd = 0.5
"""
SIZE = "[offers.parameters]\nsize = {}"
UPSTREAMS = {
    "gemini": ("gemini-3.1-flash-image", ""),
    "vertex": ("gemini-3.1-flash-image", ""),
    "openai": ("gpt-image-2", SIZE),
    "fal": ("fal-ai/nano-banana-2", ""),
    "replicate": ("google/nano-banana-2", ""),
    "ark": ("seedream-4-0-250828", SIZE),
    "next-door": ("studio-1", ""),
}


@dataclass(frozen=True)
class Cell:
    """What comes of a fault: alone, and with another provider to fall back on."""

    status: int
    code: str | None = None
    credits: int = 0
    painter: str = "nobody"

    def __str__(self) -> str:
        word = {
            "itself": "paints",
            "another": "falls back",
            "nobody": "no fallback",
        }
        answer = f"{self.status} {self.code or ''}".strip()
        return f"{answer}, {self.credits} credits, {word[self.painter]}"


PAINTS = Cell(200, None, PRICE, "itself")
FAILS = Cell(502, "upstream_error", 0, "another")
IS_BUSY = Cell(429, "upstream_busy", 0, "another")
IS_LATE = Cell(504, "timeout", 0, "another")
REFUSES = Cell(400, "moderation_blocked", 0, "nobody")


@pytest.fixture(scope="module")
def _town():
    with (
        open_street() as street,
        studio_next_door() as next_door,
        studio_next_door() as another,
    ):
        another.fault = "none"  # whatever the prompt says
        yield street, next_door, another


@pytest.fixture
def town(_town, settings, tmp_path):
    """Every provider connected, with a model of its own, and with one that has another."""
    street, next_door, another = _town
    for provider, (upstream, own) in UPSTREAMS.items():
        words = {"provider": provider, "upstream": upstream, "own": own, "price": PRICE}
        alone = MODEL.format(kind="alone", **words)
        backed = MODEL.format(kind="backed", **words) + ANOTHER
        (tmp_path / f"{provider}-alone.toml").write_text(alone)
        (tmp_path / f"{provider}-backed.toml").write_text(backed)
    settings.CATALOGUE_DIR = str(tmp_path)
    settings.COMPATIBLE_SERVERS = {
        "next-door": {"base_url": next_door.url, "local": True},
        "another": {"base_url": another.url, "local": True},
    }
    catalogue.forget()
    yield street
    catalogue.forget()
    assert audit() == []


def way_to_fal(street, is_queued):
    """Its queue takes seconds, so it is asked directly unless the queue is the matter."""
    there = street.accesses["fal"]
    base_url = f"{there['base_url']}/run"
    direct = {**there, "base_url": base_url, "options": {"mode": "direct"}}
    return there if is_queued else direct


def everywhere(fault, **instead):
    """One fault at each provider, in that provider's own words; None is no such day."""
    named = {provider.replace("_", "-"): own for provider, own in instead.items()}
    found = {provider: named.get(provider, fault) for provider in UPSTREAMS}
    return {provider: own for provider, own in found.items() if own}


def only(**faults):
    return {provider.replace("_", "-"): fault for provider, fault in faults.items()}


@dataclass(frozen=True)
class Day:
    """What goes wrong at each provider, and what comes of it, for all or but a few."""

    faults: dict[str, str]
    usual: Cell
    others: dict[str, Cell] = field(default_factory=dict)
    is_queued: bool = False
    seconds: float = 180

    @property
    def expected(self) -> dict[str, Cell]:
        return {**dict.fromkeys(self.faults, self.usual), **self.others}


REFUSALS = {
    "gemini": "refusal-prompt",
    "vertex": "refusal-prompt",
    "openai": "refusal",
    "fal": "content_policy_violation",
    "replicate": "E005",
    "ark": "refusal-text",
    "next-door": "refusal",
}
REFUSALS_AS_200 = {
    "gemini": "refusal",
    "vertex": "refusal",
    "fal": "black",
    "replicate": "nsfw",
    "ark": "one-refused",
    "next-door": "refusal-200",
}
EXHAUSTED = {
    "openai": "billing-limit",
    "fal": "403",
    "replicate": "402",
    "ark": "403-overdue",
    "next-door": "402",
}
UNKNOWN_FIELDS = {
    "fal": "feature_not_supported",
    "replicate": "422-version",
    "next-door": "400-unknown",
}
TIMED_OUT = {
    "gemini": "504",
    "vertex": "504",
    "replicate": "504",
    "fal": "request_timeout",
}
BOTH = ("fal", "replicate")  # whose pictures have addresses, and whose work may wait

DAYS = {
    # Rejected: the work was not done.
    "bad request": Day(everywhere("400", fal="one_of", replicate="422"), FAILS),
    "unknown field": Day(UNKNOWN_FIELDS, FAILS),
    "wrong key": Day(everywhere("401", gemini="400-key"), FAILS),
    "no access": Day(everywhere("403"), FAILS),
    "account exhausted": Day(EXHAUSTED, IS_BUSY, dict.fromkeys(BOTH, FAILS)),
    "unknown model": Day(everywhere("404"), FAILS),
    "429": Day(everywhere("429"), IS_BUSY),
    "429 with Retry-After": Day(everywhere("429-wait"), IS_BUSY),
    "500": Day(everywhere("500", fal="internal_server_error"), FAILS),
    "503": Day(everywhere("503", fal="runner_disconnected", replicate="502"), FAILS),
    "504": Day(TIMED_OUT, FAILS, {"fal": IS_LATE}),
    "no capacity": Day(
        only(fal="runner_scheduling_failure", replicate="E003"), IS_BUSY
    ),
    # Refused: the model's answer.
    "refusal": Day(REFUSALS, REFUSES),
    "refusal as 200": Day(REFUSALS_AS_200, REFUSES),
    # A good status and no picture.
    "200 without a picture": Day(
        everywhere("no-image", next_door="empty-entry"), FAILS
    ),
    "text only": Day(everywhere("text-only", next_door="scalar"), FAILS),
    "thought images only": Day(
        only(gemini="thought-only", vertex="thought-only"), FAILS
    ),
    "empty data": Day(everywhere("empty", openai="no-image"), FAILS),
    # A picture, and something is wrong with it or around it.
    "wrong content type": Day(everywhere("wrong-type"), PAINTS),
    "truncated JSON": Day(everywhere("truncated-json"), FAILS),
    "broken base64": Day(everywhere("broken-base64", replicate=None), FAILS),
    "truncated PNG": Day(everywhere("truncated-png"), FAILS),
    "no picture but text": Day(everywhere("not-a-picture"), FAILS),
    "wrong pixel size": Day(everywhere("wrong-size"), PAINTS),
    "huge body": Day(everywhere("huge-by-its-word"), FAILS),
    "web page as 200": Day(everywhere("html-200"), FAILS),
    "web page as 503": Day(everywhere("503-page"), FAILS),
    "redirect": Day(everywhere("redirect"), FAILS),
    # The line.
    "slow first byte": Day(everywhere("slow"), PAINTS),
    "slow drip": Day(everywhere("drip"), PAINTS),
    "hang": Day(everywhere("hang"), IS_LATE, seconds=2),
    "reset before the head": Day(everywhere("reset"), FAILS),
    "reset before the body": Day(everywhere("reset-before-body"), FAILS),
    "reset in the body": Day(everywhere("cut"), FAILS),
    "reset after the body": Day(everywhere("reset-after-body"), PAINTS),
    # The picture's own address.
    "expired address": Day(
        only(fal="expired", replicate="expired", next_door="url-gone"), FAILS
    ),
    "redirect at the address": Day(
        dict.fromkeys((*BOTH, "next-door"), "url-redirect"), PAINTS
    ),
    "reset at the address": Day(dict.fromkeys(BOTH, "file-cut"), FAILS),
    "slow drip at the address": Day(dict.fromkeys(BOTH, "file-drip"), PAINTS),
    "huge at the address": Day(only(replicate="file-huge"), FAILS),
    # Work that waits.
    "queue that never ends": Day(
        dict.fromkeys(BOTH, "never"), IS_LATE, is_queued=True, seconds=2
    ),
    "work that never ends": Day(
        dict.fromkeys(BOTH, "never-ends"), IS_LATE, is_queued=True, seconds=2
    ),
    "COMPLETED with an error": Day(
        only(fal="error-with-200", replicate="cuda"), FAILS, is_queued=True
    ),
}


def asked(api, customer, provider, fault, kind):
    body = {"model": f"{provider}-{kind}", "prompt": f"a boat [fault:{fault}]"}
    body["provider"] = {"order": [provider]}
    if (provider, fault) == ("fal", "broken-base64"):
        body["sync_mode"] = True  # its pictures stand in the answer then
    return api.post("/v1/images/generations", as_=customer, **body)


def painter_of(answer, provider):
    name = answer.headers.get("x-easel-provider") or "nobody"
    return "itself" if name == provider else name


def cell_of(alone, backed, provider):
    error = alone.json().get("error", {})
    credits = int(alone.headers.get("x-easel-credits") or 0)
    return Cell(
        alone.status_code, error.get("code"), credits, painter_of(backed, provider)
    )


def cells(api, customer, faults):
    """Ask everybody at once, alone and with another, and return what came of it."""
    orders = [(name, kind) for name in faults for kind in ("alone", "backed")]

    def order(one):
        provider, kind = one
        return asked(api, customer, provider, faults[provider], kind)

    with ThreadPoolExecutor(len(orders)) as callers:
        answers = dict(zip(orders, callers.map(order, orders), strict=True))
    return {
        name: cell_of(answers[name, "alone"], answers[name, "backed"], name)
        for name in faults
    }


@pytest.mark.parametrize("name", DAYS)
def test_on_a_bad_day(api, alice, town, settings, name, record_property):
    day = DAYS[name]
    settings.PROVIDER_TIMEOUT_SECONDS = day.seconds
    settings.PROVIDERS = {**town.accesses, "fal": way_to_fal(town, day.is_queued)}

    found = cells(api, alice, day.faults)

    record_property("day", (list(DAYS).index(name), name))
    record_property("faults", {one: str(cell) for one, cell in found.items()})
    assert found == day.expected
    charged = Transfer.objects.filter(kind="charge").count()
    assert alice.credits() == 100 - charged * PRICE
    assert charged == sum(pictures(cell) for cell in found.values())


def pictures(cell):
    """How many of the two orders brought a picture that is paid for."""
    return (cell.status == 200) + (cell.painter != "nobody")


@pytest.mark.parametrize("name", ["refusal", "refusal as 200"])
def test_a_refusal_is_told_in_the_providers_words_and_no_others(
    api, alice, town, settings, name
):
    settings.PROVIDERS = {**town.accesses, "fal": way_to_fal(town, False)}
    faults = DAYS[name].faults

    said = {
        provider: asked(api, alice, provider, fault, "alone").json()["error"]["message"]
        for provider, fault in faults.items()
    }

    silent = (
        {"fal"} if name == "refusal as 200" else set()
    )  # it only blanks the picture
    assert {one for one, words in said.items() if "The provider says" not in words} == (
        silent
    )
    assert [
        words for words in said.values() if "fault:" in words or "http" in words
    ] == []
