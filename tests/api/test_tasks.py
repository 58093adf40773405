"""An order by its id, for whoever lost its answer."""

import pytest

from accounts.issuing import issue_key
from accounts.limits import Limits

pytestmark = pytest.mark.books

IMAGES = "/v1/images/generations"


@pytest.fixture
def painted(api, alice):
    return api.post(IMAGES, as_=alice, prompt="a fox", resolution="0.5K")


def test_a_finished_order_has_its_pictures(api, alice, painted):
    task = api.get(f"/v1/tasks/{painted.headers['x-request-id']}", as_=alice).json()

    assert task["status"] == "succeeded"
    assert task["result"]["data"][0]["id"] == painted.json()["data"][0]["id"]
    assert task["charged"]["credits"] == 1
    assert alice.credits() == 99


def test_bytes_come_again_when_they_were_asked_for(api, alice):
    asked = {"prompt": "a fox", "resolution": "0.5K", "response_format": "b64_json"}
    first = api.post(IMAGES, as_=alice, **asked)

    task = api.get(f"/v1/tasks/{first.headers['x-request-id']}", as_=alice).json()

    assert task["result"]["data"] == first.json()["data"]


def test_anothers_order_looks_like_none(api, carol, painted):
    theirs = api.get(f"/v1/tasks/{painted.headers['x-request-id']}", as_=carol)
    nobodys = api.get("/v1/tasks/img_0", as_=carol)

    assert theirs.status_code == nobodys.status_code == 404
    assert theirs.json() == nobodys.json()


@pytest.mark.parametrize(
    "scope, status", [("read_usage", 200), ("edit", 200), ("manage_webhooks", 403)]
)
def test_a_key_that_only_manages_webhooks_sees_no_pictures(
    api, alice, painted, scope, status
):
    _, secret = issue_key(alice.account, name=scope, limits=Limits(scopes=(scope,)))

    answer = api.get(f"/v1/tasks/{painted.headers['x-request-id']}", as_=secret)

    assert answer.status_code == status
