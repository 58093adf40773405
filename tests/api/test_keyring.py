"""Keys made, limited, rotated and ended by a program that cannot paint."""

import json
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.issuing import issue_key, rotate_key
from accounts.limits import MANAGE_KEYS, Limits
from accounts.models import AccessGroup, Activity, ApiKey, RetiredSecret
from billing.ledger import MICRO, limit_account

pytestmark = pytest.mark.books

IMAGES = "/v1/images/generations"
SMALL = {"prompt": "a fox", "resolution": "0.5K"}
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def manager(alice):
    """The text of alice's key that manages keys."""
    limits = Limits(scopes=(MANAGE_KEYS,))
    facts = {"name": "manager", "person": alice.person, "limits": limits}
    return issue_key(alice.account, **facts)[1]


@pytest.fixture(autouse=True)
def keys_are_remembered(settings):
    """What changes here shows at once all the same."""
    settings.KEY_CACHE_SECONDS = 60


@pytest.fixture
def patch(api, manager):

    def send(key_id, **body):
        path, data = f"/v1/keys/{key_id}", json.dumps(body)
        return api.request("PATCH", path, as_=manager, data=data, headers=JSON)

    return send


def paint(api, secret, **ask):
    return api.post(IMAGES, as_=secret, **{**SMALL, **ask}).status_code


def made(api, manager, **body):
    answer = api.post("/v1/keys", as_=manager, **{"name": "handed out", **body})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_key_is_made_with_its_limits_and_keeps_to_them(api, alice, manager):
    key = made(
        api,
        manager,
        scopes=["generate"],
        models=["sketch-1", "nano-banana-pro"],
        max_tier="1K",
        max_n=2,
        requests_per_minute=100,
        spend_caps={"day": 1.5, "total": 50},
        ip_ranges=["127.0.0.0/8"],
        expires_at="2100-01-01T00:00:00Z",
    )

    statuses = [paint(api, key["secret"], **ask) for ask in ({"n": 3}, {}, {})]

    assert statuses == [403, 200, 402]
    assert key["models"] == ["sketch-1", "gemini-3-pro-image-preview"]
    assert key["spend_caps"]["day"]["limit"] == {
        "credits": 1.5,
        "microcredits": 1_500_000,
    }
    assert ApiKey.objects.get(pk=key["id"]).made_by == alice.person


def test_the_text_of_a_key_is_shown_once(api, manager):
    key = made(api, manager)

    shown = api.get(f"/v1/keys/{key['id']}", as_=manager)
    listed = api.get("/v1/keys", as_=manager)

    assert key["secret"].startswith("esl_live_")
    assert "secret" not in shown.json()
    assert key["secret"] not in shown.text + listed.text


def test_a_test_key_can_be_made(api, bob):
    limits = Limits(scopes=(MANAGE_KEYS,))
    _, manager = issue_key(bob.account, name="manager", limits=limits)

    key = made(api, manager, test=True)

    assert key["secret"].startswith("esl_test_")
    assert paint(api, key["secret"]) == 200


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({}, "name"),
        ({"name": " "}, "name"),
        ({"name": "a", "models": ["no-such-model"]}, "models"),
        ({"name": "a", "scopes": ["manage_keys"]}, "scopes.0"),
        ({"name": "a", "max_n": 0}, "max_n"),
        ({"name": "a", "max_tier": "8K"}, "max_tier"),
        ({"name": "a", "ip_ranges": ["home"]}, None),
        ({"name": "a", "expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"name": "a", "expires_at": "9999-12-31T23:59:59-12:00"}, "expires_at"),
        ({"name": "a", "spend_caps": {"day": -1}}, "spend_caps.day"),
        ({"name": "a", "spend_caps": {"year": 1}}, "spend_caps.year"),
        ({"name": "a", "group": "partners"}, "group"),
        ({"name": "a", "colour": "red"}, "colour"),
    ],
)
def test_what_is_wrong_is_named_and_makes_no_key(api, alice, manager, body, param):
    AccessGroup.objects.create(slug="partners", name="Partners")
    before = alice.account.keys.count()

    answer = api.post("/v1/keys", as_=manager, **body)

    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)
    assert alice.account.keys.count() == before


def test_a_change_shows_at_once_and_leaves_the_rest(api, manager, patch):
    key = made(api, manager, max_n=1, models=["sketch-1"])
    before = paint(api, key["secret"], n=2)

    changed = patch(key["id"], max_n=None, name="renamed").json()

    assert (before, paint(api, key["secret"], n=2)) == (403, 200)
    assert (changed["name"], changed["models"]) == ("renamed", ["sketch-1"])


def test_spend_caps_are_changed_one_by_one_and_lifted(api, manager, patch):
    key = made(api, manager, spend_caps={"day": 0, "month": 5})

    before = paint(api, key["secret"])
    caps = patch(key["id"], spend_caps={"day": None}).json()["spend_caps"]
    after = paint(api, key["secret"])

    assert (before, after, list(caps)) == (402, 200, ["month"])
    assert patch(key["id"], spend_caps=None).json()["spend_caps"] is None


def test_an_ended_key_fails_at_once_and_is_still_listed(api, manager):
    key = made(api, manager)
    before = paint(api, key["secret"])

    ended = api.request("DELETE", f"/v1/keys/{key['id']}", as_=manager)

    assert (before, ended.status_code, paint(api, key["secret"])) == (200, 200, 401)
    listed = api.get("/v1/keys", as_=manager).json()["data"]
    assert [one["status"] for one in listed if one["id"] == key["id"]] == ["revoked"]


@pytest.mark.parametrize(("hours", "old_works"), [(0, 401), (1, 200), (24, 200)])
def test_a_rotated_key_has_a_new_text_and_the_old_one_works_for_the_overlap(
    api, manager, hours, old_works
):
    key = made(api, manager)
    paint(api, key["secret"])

    turned = api.post(f"/v1/keys/{key['id']}/rotate", as_=manager, overlap_hours=hours)

    new = turned.json()
    assert (paint(api, new["secret"]), paint(api, key["secret"])) == (200, old_works)
    lasts = (new["old_secret_works_until"] or time.time()) - time.time()
    assert round(lasts / 3600) == hours


def test_the_old_text_stops_when_the_overlap_ends(api, alice):
    key, old = issue_key(alice.account, name="turned")
    rotate_key(key, timedelta(hours=1))
    RetiredSecret.objects.update(works_until=timezone.now())

    assert paint(api, old) == 401


def test_an_ended_key_ends_with_all_its_texts(api, manager):
    key = made(api, manager)
    api.post(f"/v1/keys/{key['id']}/rotate", as_=manager)

    api.request("DELETE", f"/v1/keys/{key['id']}", as_=manager)

    assert paint(api, key["secret"]) == 401


def test_the_keys_are_listed_a_page_at_a_time(api, alice, manager):
    [made(api, manager, name=f"key {number}") for number in range(3)]

    first = api.get("/v1/keys?limit=3", as_=manager).json()
    rest = api.get(f"/v1/keys?limit=3&after={first['next_after']}", as_=manager).json()

    names = [one["name"] for one in first["data"] + rest["data"]]
    assert names == ["key 2", "key 1", "key 0", "manager", "alice's key"]
    assert (first["has_more"], rest["has_more"]) == (True, False)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/keys"),
        ("POST", "/v1/keys"),
        ("GET", "/v1/keys/{id}"),
        ("PATCH", "/v1/keys/{id}"),
        ("DELETE", "/v1/keys/{id}"),
        ("POST", "/v1/keys/{id}/rotate"),
    ],
)
def test_only_a_key_that_manages_keys_may(api, alice, carol, method, path):
    key = alice.account.keys.get()
    limits = Limits(scopes=(MANAGE_KEYS,))
    _, of_carol = issue_key(carol.account, name="manager", limits=limits)
    call = {"data": '{"name": "mine"}', "headers": JSON}

    own = api.request(method, path.format(id=key.pk), as_=alice, **call)
    foreign = api.request(method, path.format(id=key.pk), as_=of_carol, **call)

    assert own.status_code == 403
    assert foreign.status_code in ((200,) if path == "/v1/keys" else (400, 404))
    assert key.pk not in foreign.text
    assert ApiKey.objects.get(pk=key.pk).revoked_at is None


def test_a_key_that_manages_keys_leaves_its_like_alone(api, alice, manager, patch):
    limits = Limits(scopes=(MANAGE_KEYS,))
    other, _ = issue_key(alice.account, name="other", limits=limits)
    own = alice.account.keys.get(name="manager")

    assert patch(other.pk, name="mine").status_code == 403
    assert patch(own.pk, scopes=["generate"]).status_code == 400
    assert patch(own.pk, name="still me").status_code == 200


def test_a_key_says_what_is_left_of_its_limits(api, alice, manager):
    limit_account(alice.account.pk, 30 * MICRO)
    caps = {"spend_caps": {"day": 5}, "pictures_per_minute": 9, "concurrency": 2}
    key = made(api, manager, **caps)
    paint(api, key["secret"], n=2)

    own = api.get("/v1/key", as_=key["secret"]).json()

    day = own["spend_caps"]["day"]
    assert (day["spent"]["credits"], day["remaining"]["credits"]) == (2, 3)
    assert day["resets_at"] > time.time()
    rate = own["rates_per_minute"]["pictures"]
    assert (rate["limit"], rate["remaining"]) == (9, 7)
    assert 60 <= rate["resets_in_seconds"] <= 120
    assert own["account_monthly"]["remaining"]["credits"] == 28
    assert (own["concurrency"], own["under_way"]) == (2, 0)


def test_a_key_without_limits_says_so(api, alice):
    own = api.get("/v1/key", as_=alice).json()

    assert (own["spend_caps"], own["rates_per_minute"], own["models"]) == (None,) * 3
    assert own["scopes"] == ["generate", "edit", "read_usage", "manage_webhooks"]


def test_a_cap_that_a_program_changed_is_written_down(manager, patch, alice):
    key, _ = issue_key(alice.account, name="app")
    patch(key.pk, spend_caps={"month": 500})
    patch(key.pk, spend_caps={"month": 500})
    [line] = Activity.objects.filter(kind="limit.changed")
    assert (line.key.name, line.subject) == ("manager", f"app {key.prefix}")
    assert line.detail == "Monthly budget: none → 500"
