"""What an account asked for, found again; and its payloads taken away."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.storage import default_storage

from accounts.issuing import issue_key
from accounts.limits import Limits
from billing.ledger import credit
from playground.generation.links import thumbnail_path
from playground.generation.models import Generation, Picture
from playground.generation.thumbnails import all_files
from tests.api.test_terms import edit
from tests.services.site import Client
from tests.web.orders import an_order

pytestmark = pytest.mark.books

IMAGES, REQUESTS = "/v1/images/generations", "/v1/requests"
FOX = {"prompt": "a fox", "resolution": "0.5K"}


def ids(answer):
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.json()["data"]]


def listed(api, who, query=""):
    return ids(api.get(f"{REQUESTS}?{query}", as_=who))


def test_a_call_is_found_again_with_what_it_did_and_cost(api, alice):
    made = api.post(IMAGES, as_=alice, n=2, user="mia", metadata={"team": "red"}, **FOX)
    name = made.headers["x-request-id"]

    line = api.get(REQUESTS, as_=alice).json()["data"][0]
    whole = api.get(f"{REQUESTS}/{name}", as_=alice).json()

    assert (line["id"], line["status"], line["delivered"]) == (name, "succeeded", 2)
    assert (line["user"], line["metadata"]) == ("mia", {"team": "red"})
    assert line["cost"] == made.json()["metadata"]["cost"] == whole["cost"]
    assert line["key"]["name"] == "alice's key"
    assert whole["prompt"] == "a fox"
    assert whole["attempts"] == made.json()["metadata"]["attempts"]
    assert [one["id"] for one in whole["pictures"]] == [
        one["id"] for one in made.json()["data"]
    ]
    assert api.get(whole["pictures"][0]["url"]).status_code == 200


def test_a_list_holds_no_prompt(api, alice):
    api.post(IMAGES, as_=alice, **FOX)

    assert "a fox" not in api.get(REQUESTS, as_=alice).text


def test_anothers_request_looks_like_none(api, alice, carol):
    order = an_order(alice.account)

    theirs = api.get(f"{REQUESTS}/{order.pk}", as_=carol)
    nobodys = api.get(f"{REQUESTS}/img_0", as_=carol)
    purged = api.request("DELETE", f"{REQUESTS}/{order.pk}/payloads", as_=carol)

    assert listed(api, carol) == []
    assert theirs.status_code == nobodys.status_code == purged.status_code == 404
    assert theirs.json() == nobodys.json() == purged.json()


def test_pages_follow_each_other_whatever_arrives(api, alice):
    orders = [an_order(alice.account, days_ago=day).pk for day in range(5)]

    first = api.get(f"{REQUESTS}?limit=2", as_=alice).json()
    an_order(alice.account)
    second = api.get(
        f"{REQUESTS}?limit=2&after={first['next_after']}", as_=alice
    ).json()
    third = api.get(f"{REQUESTS}?limit=2&after={second['next_after']}", as_=alice)

    pages = [first["data"], second["data"], third.json()["data"]]
    assert [one["id"] for page in pages for one in page] == orders
    assert (second["has_more"], third.json()["has_more"]) == (True, False)


@pytest.fixture
def five(alice):
    """Orders that differ, oldest last."""
    key, _ = issue_key(alice.account, name="other")
    made = {
        "plain": an_order(alice.account, days_ago=0),
        "failed": an_order(alice.account, days_ago=1, state="failed", delivered=0),
        "labelled": an_order(
            alice.account, days_ago=2, metadata={"team": "red", "it's": 'a "b"'}
        ),
        "mias": an_order(alice.account, days_ago=3, user="mia", key=key),
        "other": an_order(alice.account, days_ago=4, model="studio-9"),
    }
    return {order.pk: name for name, order in made.items()} | {"key": key.pk}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("status=failed", ["failed"]),
        ("user=mia", ["mias"]),
        ("metadata%5Bteam%5D=red", ["labelled"]),
        ("metadata[team]=red&metadata[it's]=a%20%22b%22", ["labelled"]),
        ("metadata[team]=blue", []),
        ("metadata[team%22]=red", None),
        ("model=studio-9", ["other"]),
        ("model=SKETCH-1&status=succeeded&user=mia", ["mias"]),
        ("key={key}", ["mias"]),
    ],
)
def test_requests_are_filtered(api, alice, five, query, expected):
    answer = api.get(f"{REQUESTS}?{query.format(key=five['key'])}", as_=alice)

    found = [five[one["id"]] for one in answer.json().get("data", ())]
    assert answer.status_code == (200 if expected is not None else 400)
    assert found == (expected or [])


def test_requests_of_a_time_are_found(api, alice, five):
    today = datetime.now(UTC)
    days = {back: f"{today - timedelta(days=back):%Y-%m-%d}" for back in (2, 3)}
    seconds = int((today - timedelta(days=1, hours=1)).timestamp())
    moment = f"{today - timedelta(days=3, hours=1):%Y-%m-%dT%H:%M:%S+00:00}"

    of_days = listed(api, alice, f"from={days[3]}&to={days[2]}")
    newest = listed(api, alice, f"from={seconds}")
    oldest = listed(api, alice, f"to={moment}")

    assert [five[one] for one in of_days] == ["labelled", "mias"]
    assert [five[one] for one in newest] == ["plain", "failed"]
    assert [five[one] for one in oldest] == ["other"]


def test_rehearsals_are_marked_and_not_added_up(api, alice):
    _, rehearsal = issue_key(alice.account, name="rehearsal", is_test=True)
    api.post(IMAGES, as_=rehearsal, **FOX)
    api.post(IMAGES, as_=alice, n=2, **FOX)

    answer = api.get(f"{REQUESTS}?summary=true", as_=alice).json()

    assert [one["is_test"] for one in answer["data"]] == [False, True]
    summary = answer["summary"]
    assert (summary["requests"], summary["pictures"]) == (1, 2)
    assert summary["charged"]["credits"] == 2


def test_the_summary_adds_up_all_that_fits_and_not_the_page(api, alice):
    for state, delivered in (("succeeded", 1), ("succeeded", 1), ("running", 1)):
        an_order(alice.account, credits=3, state=state, delivered=delivered)
    an_order(alice.account, state="refused", delivered=0)

    answer = api.get(f"{REQUESTS}?summary=1&limit=1", as_=alice).json()

    assert len(answer["data"]) == 1
    assert answer["summary"]["requests"] == 4
    assert answer["summary"]["failed"] == 1
    assert answer["summary"]["charged"]["credits"] == 6


@pytest.mark.parametrize(
    "query",
    [
        "status=lost",
        "limit=0",
        "limit=1e9",
        "limit=%F0%9D%9F%97",
        "after=img_none",
        "after=%00",
        "from=yesterday",
        "from=9999-99-99",
        "from=9999-12-31T23:59:59-12:00",
        "to=0001-01-01T00:00:00%2B14:00",
        "to=99999999999999999999",
        "user=%00",
        "user=" + "a" * 600,
        "summary=maybe",
        "metadata=x",
        "metadata[a[b]]=x",
        "metadata[%00]=x",
        "metadata[-7]=x",
    ],
)
def test_a_filter_that_makes_no_sense_is_named(api, alice, query):
    answer = api.get(f"{REQUESTS}?{query}", as_=alice)

    assert answer.status_code == 400
    assert answer.json()["error"]["param"] in query


def purge(api: Client, who, name):
    return api.request("DELETE", f"{REQUESTS}/{name}/payloads", as_=who)


def test_payloads_are_removed_and_the_bill_stays(api, alice):
    made = api.post(IMAGES, as_=alice, n=2, negative_prompt="a cat", **FOX)
    name, pictures = made.headers["x-request-id"], Picture.objects.all()
    files = [file for picture in pictures for file in all_files(picture.file)]
    for picture in pictures:
        api.get(thumbnail_path(picture.pk, 320, None))
    size = sum(picture.bytes for picture in Picture.objects.all())

    removed = purge(api, alice, name).json()["removed"]
    again = purge(api, alice, name).json()["removed"]
    whole = api.get(f"{REQUESTS}/{name}", as_=alice)

    assert removed == {"prompt": True, "pictures": 2, "inputs": 0, "bytes": size}
    assert again == {"prompt": False, "pictures": 0, "inputs": 0, "bytes": 0}
    assert not any(map(default_storage.exists, files))
    assert api.get(made.json()["data"][0]["url"]).status_code == 404
    assert (whole.json()["prompt"], whole.json()["pictures"]) == (None, [])
    assert whole.json()["cost"]["credits"] == 2
    assert "fox" not in whole.text + str(Generation.objects.values().get())
    assert alice.credits() == 98


def test_what_was_sent_goes_unless_another_order_starts_from_it(api, alice):
    first = edit(api, alice, prompt="darker").headers["x-request-id"]
    second = edit(api, alice, prompt="darker").headers["x-request-id"]
    sent = Generation.objects.get(pk=first).request["references"][0]

    kept = purge(api, alice, first).json()["removed"]
    was_there = default_storage.exists(sent)
    gone = purge(api, alice, second).json()["removed"]

    assert (kept["inputs"], was_there) == (0, True)
    assert (gone["inputs"], default_storage.exists(sent)) == (1, False)


def test_what_is_being_painted_is_not_taken_away(api, alice):
    order = an_order(alice.account, state="running", finished_at=None)

    answer = purge(api, alice, order.pk)

    assert answer.status_code == 409
    assert answer.headers["x-should-retry"] == "false"
    assert Generation.objects.get().prompt == "a fox"


def test_an_answer_whose_pictures_were_removed_is_not_given_again(api, alice):
    headers = {"Content-Type": "application/json", "Idempotency-Key": "once"}

    def asked():
        body = '{"prompt": "a fox", "resolution": "0.5K"}'
        return api.request("POST", IMAGES, as_=alice, data=body, headers=headers)

    purge(api, alice, asked().headers["x-request-id"])
    again = asked()

    assert again.status_code == 400
    assert again.json()["error"]["code"] == "pictures_expired"


def test_every_change_of_the_balance_is_a_line_with_what_caused_it(api, alice):
    made = api.post(IMAGES, as_=alice, n=2, **FOX)
    credit(alice.account.pk, 5_000_000, kind="promo", key="spring", memo="Spring")

    lines = api.get("/v1/billing/transactions", as_=alice).json()["data"]

    assert [
        (one["kind"], one["amount"]["credits"], one["balance_after"]["credits"])
        for one in lines
    ] == [("promo", 5, 103), ("charge", -2, 98), ("grant", 100, 100)]
    assert [one["request_id"] for one in lines] == [
        None,
        made.headers["x-request-id"],
        None,
    ]
    assert lines[0]["memo"] == "Spring"


def test_transactions_come_in_pages_and_by_kind(api, alice, carol):
    for number in range(3):
        credit(alice.account.pk, 1, kind="promo", key=f"promo {number}")
    path = "/v1/billing/transactions"

    first = api.get(f"{path}?limit=2", as_=alice).json()
    rest = api.get(f"{path}?limit=2&after={first['next_after']}", as_=alice).json()
    promos = api.get(f"{path}?kind=promo", as_=alice).json()

    assert (len(first["data"]), len(rest["data"]), rest["has_more"]) == (2, 2, False)
    assert {one["kind"] for one in promos["data"]} == {"promo"}
    assert len(api.get(path, as_=carol).json()["data"]) == 1


@pytest.mark.parametrize("query", ["after=x", "after=" + "9" * 30, "kind=gift"])
def test_transactions_name_what_makes_no_sense(api, alice, query):
    answer = api.get(f"/v1/billing/transactions?{query}", as_=alice)

    assert answer.status_code == 400
    assert answer.json()["error"]["param"] in query


def test_a_key_that_only_paints_reads_no_usage(api, alice):
    _, painter = issue_key(
        alice.account, name="shop", limits=Limits(scopes=("generate",))
    )
    made = api.post(IMAGES, as_=painter, **FOX).headers["x-request-id"]

    paths = (REQUESTS, f"{REQUESTS}/{made}", "/v1/billing/transactions")
    refused = [api.get(path, as_=painter) for path in paths]

    assert [one.status_code for one in refused] == [403, 403, 403]
    assert "read_usage" in refused[0].json()["error"]["message"]
    assert purge(api, painter, made).status_code == 200
