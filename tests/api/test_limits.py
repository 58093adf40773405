"""What a key may ask for: refused before money is held, with the limit and its value."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.issuing import issue_key, limit_use
from accounts.limits import MANAGE_KEYS, Limits, WrongLimits, checked
from playground.generation.models import Generation, RateWindow

pytestmark = pytest.mark.books

IMAGES = "/v1/images/generations"
GEMINI = "/v1beta/models/sketch-1:generateContent"
SMALL = {"prompt": "a fox", "resolution": "0.5K"}


@pytest.fixture(autouse=True)
def nothing_is_held_for_what_is_refused(books_db):
    yield
    assert not Generation.objects.filter(state__in=Generation.LIVE).exists()


@pytest.fixture
def limited(alice):
    """Make alice a key with these limits, and return its text."""

    def make(*, is_test=False, **limits):
        facts = {"name": "limited", "is_test": is_test, "limits": Limits(**limits)}
        return issue_key(alice.account, **facts)[1]

    return make


@pytest.mark.parametrize(
    ("limits", "ask", "code", "named"),
    [
        (
            {"models": ("sketch-1",)},
            {"model": "nano-banana-pro"},
            "model_not_allowed",
            "sketch",
        ),
        ({"max_tier": "1K"}, {"resolution": "2K"}, "tier_not_allowed", "1K"),
        ({"max_tier": "1K"}, {"size": "2048x2048"}, "tier_not_allowed", "1K"),
        ({"max_n": 2}, {"n": 3}, "n_not_allowed", "2"),
        ({"pictures_per_minute": 2}, {"n": 3}, "n_not_allowed", "2"),
        ({"scopes": ("edit",)}, {}, "scope_not_allowed", "generate"),
        ({"scopes": (MANAGE_KEYS,)}, {}, "scope_not_allowed", "manage_keys"),
        ({"ip_ranges": ("203.0.113.0/24",)}, {}, "address_not_allowed", "203.0.113"),
    ],
)
def test_a_limit_is_named_with_its_value(api, alice, limited, limits, ask, code, named):
    answer = api.post(IMAGES, as_=limited(**limits), **{**SMALL, **ask})

    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (403, code)
    assert str(named) in error["message"]
    assert alice.credits() == 100


def test_what_the_limits_allow_is_painted(api, alice, limited):
    secret = limited(
        models=("sketch-1",),
        max_tier="1K",
        max_n=2,
        scopes=("generate",),
        ip_ranges=("127.0.0.0/8", "::1"),
        expires_at=timezone.now() + timedelta(days=1),
    )

    answer = api.post(IMAGES, as_=secret, **SMALL, n=2)

    assert answer.status_code == 200
    assert "x-ratelimit-limit-requests" not in answer.headers


def test_the_limits_hold_in_googles_words_too(api, alice, limited):
    body = {"contents": [{"parts": [{"text": "a fox"}]}]}

    answer = api.post(
        GEMINI, as_=limited(models=("gemini-3-pro-image-preview",)), **body
    )

    assert answer.status_code == 403
    assert alice.credits() == 100


def test_a_key_without_the_scope_cannot_read_the_balance(api, limited):
    may, may_not = limited(scopes=("read_usage",)), limited(scopes=("generate",))

    assert api.get("/v1/balance", as_=may).status_code == 200
    assert api.get("/v1/balance", as_=may_not).status_code == 403


def test_a_key_ends_when_it_expires_though_it_is_remembered(api, alice, settings):
    settings.KEY_CACHE_SECONDS = 60
    key, secret = issue_key(alice.account, name="short")
    before = api.get("/v1/models", as_=secret).status_code

    limit_use(key, Limits(expires_at=timezone.now() - timedelta(minutes=1)))
    answer = api.get("/v1/models", as_=secret)

    assert (before, answer.status_code) == (200, 401)
    assert answer.json()["error"]["code"] == "api_key_expired"


def test_a_remembered_key_is_not_good_beyond_its_end(api, limited, settings):
    settings.KEY_CACHE_SECONDS = 3600
    secret = limited(expires_at=timezone.now() + timedelta(seconds=0.5))
    statuses = {api.get("/v1/models", as_=secret).status_code}
    while statuses == {200}:
        statuses = {api.get("/v1/models", as_=secret).status_code}

    assert statuses == {401}


@pytest.mark.parametrize(
    ("proxy", "status"), [("127.0.0.1/32", 200), ("198.51.100.1/32", 403)]
)
def test_the_callers_own_address_counts_behind_a_proxy_of_ours(
    api, limited, settings, proxy, status
):
    settings.TRUSTED_PROXIES = [proxy]
    secret = limited(ip_ranges=("203.0.113.0/24",))

    answer = api.get("/v1/models", as_=secret, x_forwarded_for="203.0.113.7")

    assert answer.status_code == status


def test_requests_a_minute_are_counted_and_shown(api, limited):
    secret = limited(is_test=True, requests_per_minute=2)

    answers = [api.post(IMAGES, as_=secret, **SMALL) for _ in range(3)]

    assert [one.status_code for one in answers] == [200, 200, 429]
    left = [one.headers["x-ratelimit-remaining-requests"] for one in answers]
    assert left == ["1", "0", "0"]
    assert answers[2].headers["x-ratelimit-limit-requests"] == "2"
    assert 60 <= int(answers[2].headers["x-ratelimit-reset-requests"][:-1]) <= 120
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 120
    assert "2 requests a minute" in answers[2].json()["error"]["message"]


def test_pictures_a_minute_are_counted_and_a_refused_call_takes_none(api, limited):
    secret = limited(is_test=True, pictures_per_minute=3)

    statuses = [
        api.post(IMAGES, as_=secret, **SMALL, n=n).status_code for n in (2, 2, 1, 1)
    ]

    assert statuses == [200, 429, 200, 429]


def test_googles_clients_see_the_rate_limit_in_their_words(api, limited):
    secret = limited(is_test=True, requests_per_minute=1)
    body = {"contents": [{"parts": [{"text": "a fox"}]}]}

    answers = [api.post(GEMINI, as_=secret, **body) for _ in range(2)]

    assert [one.status_code for one in answers] == [200, 429]
    assert answers[1].json()["error"]["status"] == "RESOURCE_EXHAUSTED"
    assert "Retry-After" in answers[1].headers


def test_a_minute_later_there_is_room_again(api, limited):
    secret = limited(is_test=True, requests_per_minute=1)
    api.post(IMAGES, as_=secret, **SMALL)
    window = RateWindow.objects.get()
    window.started_ms -= 121_000
    window.save()

    assert api.post(IMAGES, as_=secret, **SMALL).status_code == 200


def test_the_last_minute_still_weighs_as_far_as_it_reaches_into_this_one(api, limited):
    secret = limited(is_test=True, requests_per_minute=4)
    [api.post(IMAGES, as_=secret, **SMALL) for _ in range(4)]
    window = RateWindow.objects.get()
    window.started_ms -= 90_000
    window.save()

    statuses = [api.post(IMAGES, as_=secret, **SMALL).status_code for _ in range(4)]

    assert statuses.count(200) in (2, 3)
    assert statuses[-1] == 429


def test_a_key_without_rates_touches_no_window(api, alice, limited):
    api.post(IMAGES, as_=alice, **SMALL)
    api.post(IMAGES, as_=limited(max_n=1), **SMALL)

    assert not RateWindow.objects.exists()


def test_an_answer_that_is_replayed_counts_once(api, limited):
    secret = limited(is_test=True, requests_per_minute=1)
    headers = {"Content-Type": "application/json", "Idempotency-Key": "a fox"}
    ask = {"as_": secret, "data": '{"prompt": "a fox"}', "headers": headers}

    statuses = [api.request("POST", IMAGES, **ask).status_code for _ in range(2)]

    assert statuses == [200, 200]


@pytest.mark.check
@pytest.mark.parametrize(
    "wrong",
    [
        {"scopes": ("everything",)},
        {"scopes": (MANAGE_KEYS, "generate")},
        {"max_n": 0},
        {"concurrency": -1},
        {"ip_ranges": ("203.0.113.7/8",)},
        {"ip_ranges": ("home",)},
    ],
)
def test_limits_that_make_no_sense_are_refused(wrong):
    with pytest.raises(WrongLimits):
        checked(Limits(**wrong))
