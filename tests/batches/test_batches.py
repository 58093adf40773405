"""Batches: what is said of a file, what it costs, and what comes out in the end."""

import base64
import json
from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone
from PIL import Image

from accounts.issuing import issue_key, revoke_key
from accounts.models import AccessGroup
from billing.ledger import MICRO, credit
from playground.batches.buying import buyer_of
from playground.batches.carrying import carry, ordered, take
from playground.batches.checking import Findings, check, keep, parts_of, taken
from playground.batches.checking import checked as checked_part
from playground.batches.feeding import fairly, hand_out
from playground.batches.models import Batch, Line
from playground.batches.tasks import look_around
from playground.generation.audit import audit
from playground.generation.models import Generation
from playground.generation.studio import in_studio
from playground.generation.tasks import sweep_here
from playground.webhooks.models import Delivery
from playground.webhooks.tasks import deliver
from tests.batches.filing import (
    EDITS,
    a_line,
    carry_here,
    hand_in,
    lines_in,
    seen,
    send_file,
    work_through,
)
from tests.generation.files_of_strangers import saved
from tests.upstreams.receiver import receiver

pytestmark = pytest.mark.books


@pytest.fixture(autouse=True)
def books_that_balance(books_db):
    yield
    assert audit() == []


def checked(api, who, lines, **said):
    """Hand a batch in and have it checked, as a worker would."""
    answer = hand_in(api, who, lines, **said)
    assert answer.status_code == 200, answer.text
    check(answer.json()["id"])
    return seen(api, who, answer.json())


def test_a_file_of_calls_becomes_pictures_each_with_its_own_hold(api, alice):
    batch = checked(
        api, alice, [a_line(1), a_line(2, n=2), a_line(3)], metadata={"team": "red"}
    )
    assert batch["status"] == "in_progress"
    assert (batch["cost"]["at_most"]["credits"], alice.credits()) == (4, 100)
    work_through()

    done = seen(api, alice, batch)
    assert done["status"] == "completed"
    assert done["request_counts"] == {"total": 3, "completed": 3, "failed": 0}
    assert (done["cost"]["charged"]["credits"], alice.credits()) == (4, 96)
    assert done["metadata"] == {"team": "red"}
    assert done["error_file_id"] is None
    results = lines_in(api, alice, done["output_file_id"])
    assert [one["custom_id"] for one in results] == ["fox-1", "fox-2", "fox-3"]
    answer = results[1]["response"]
    assert (answer["status_code"], len(answer["body"]["data"])) == (200, 2)
    assert api.get(answer["body"]["data"][0]["url"]).status_code == 200
    order = Generation.objects.get(pk=answer["request_id"])
    assert (order.lane, order.state) == ("batch", "succeeded")
    assert not Line.objects.exclude(body={}).exists()


def test_an_edit_is_a_line_too_and_its_picture_may_come_back_as_base64(
    api, alice, carol
):
    red = saved(Image.new("RGB", (64, 64), "red"))
    drawing = f"data:image/png;base64,{base64.b64encode(red).decode()}"
    before = {"file_id": send_file(api, alice, red, purpose="vision").json()["id"]}
    stolen = api.post(EDITS, as_=carol, prompt="a fox", images=[before])
    assert stolen.json()["error"]["code"] == "file_not_found"
    pictures = [{"image_url": drawing}, before]
    line = a_line(1, EDITS, images=pictures, response_format="b64_json")
    batch = checked(api, alice, [line], endpoint=EDITS)
    assert "data:image" not in json.dumps(Line.objects.get().body)
    work_through()

    done = seen(api, alice, batch)
    (result,) = lines_in(api, alice, done["output_file_id"])
    file = api.get(f"/v1/files/{done['output_file_id']}", as_=alice).json()
    assert result["response"]["body"]["data"][0]["b64_json"]
    written = api.get(f"/v1/files/{file['id']}/content", as_=alice).body
    assert abs(file["bytes"] - len(written)) < 100


WRONG = [
    ("no json", "bad_json", None),
    ("[]", "bad_json", None),
    ({**a_line(11), "custom_id": ""}, "invalid_value", "custom_id"),
    ({**a_line(12), "custom_id": "fox-1"}, "invalid_value", "custom_id"),
    ({**a_line(13), "method": "GET"}, "invalid_value", "method"),
    (a_line(14, EDITS), "invalid_value", "url"),
    ({**a_line(15), "body": None}, "missing_required_parameter", "body"),
    (a_line(16, n="two"), "invalid_value", "body.n"),
    (a_line(17, n=99), "invalid_value", "body.n"),
    (a_line(18, model="no-such-model"), "model_not_found", "body.model"),
    (a_line(19, stream=True), "invalid_value", "body.stream"),
    (a_line(20, metadata={"a": "b" * 600}), "invalid_value", "body.metadata"),
]


def test_what_is_wrong_is_named_by_its_line_and_nothing_is_begun(api, alice):
    wrong = [line for line, *_ in WRONG]
    lines = [a_line(1), "", *wrong, a_line("last")]

    batch = checked(api, alice, lines)

    assert batch["status"] == "failed"
    found = [
        (one["line"], one["code"], one["param"]) for one in batch["errors"]["data"]
    ]
    assert found == [
        (number, code, param) for number, (_, code, param) in enumerate(WRONG, 3)
    ]
    assert hand_out() == []
    assert not Line.objects.exists()
    assert alice.credits() == 100


@pytest.mark.parametrize(
    ("lines", "said", "code"),
    [
        (["", ""], {}, "invalid_value"),
        ([a_line(1), a_line(2, n=2)], {"max_credits": 2.5}, "over_max_credits"),
        ([a_line(1), a_line(2), a_line(3), a_line(4)], {}, "invalid_value"),
    ],
)
def test_a_whole_file_can_be_wrong(api, alice, settings, lines, said, code):
    settings.BATCH_LINES = 3

    batch = checked(api, alice, lines, **said)

    (error,) = batch["errors"]["data"]
    assert (batch["status"], error["code"], error["line"]) == ("failed", code, None)


def test_a_dry_run_says_the_total_and_waits_for_a_word(api, alice):
    batch = checked(api, alice, [a_line(1), a_line(2)], dry_run=True)
    assert (batch["status"], batch["cost"]["at_most"]["credits"]) == ("quoted", 2)
    assert (hand_out(), alice.credits()) == ([], 100)

    started = api.post(f"/v1/batches/{batch['id']}/start", as_=alice)
    again = api.post(f"/v1/batches/{batch['id']}/start", as_=alice)
    work_through(lines_with_workers())

    assert started.json()["status"] == again.json()["status"] == "in_progress"
    assert seen(api, alice, batch)["status"] == "completed"
    late = api.post(f"/v1/batches/{batch['id']}/start", as_=alice)
    assert late.json()["error"]["code"] == "batch_not_quoted"


def lines_with_workers():
    """What was handed out already: its messages lie with the broker."""
    return list(Line.objects.filter(state="sent").values_list("pk", "order_id"))


def test_whoever_is_stopped_midway_leaves_nothing_painted_or_paid_twice(
    api, alice, settings
):
    """A worker dies with a message, with an order it has begun, and with one painted."""
    settings.RESEND_SECONDS = 0
    batch = checked(api, alice, [a_line(1), a_line(2), a_line(3)])
    lost, begun, painted = hand_out()
    in_studio(ordered(take(*begun)))
    in_studio(carry(take(*painted)))
    Generation.objects.filter(pk=begun[1]).update(deadline=timezone.now())
    in_studio(sweep_here())

    look_around()
    assert lines_with_workers() == [lost]
    carry_here(*lost)
    assert take(*lost) is take(*painted) is None
    Line.objects.filter(state="waiting").update(not_before=None)
    work_through()

    done = seen(api, alice, batch)
    assert (done["status"], done["request_counts"]["completed"]) == ("completed", 3)
    by_end = Counter(Generation.objects.values_list("state", flat=True))
    assert by_end == {"succeeded": 3, "failed": 1}
    assert Generation.objects.get(pk=begun[1]).state == "failed"
    assert alice.credits() == 97


def test_a_line_that_dies_with_its_workers_is_begun_as_often_as_it_takes(
    api, alice, settings
):
    batch = checked(api, alice, [a_line(1)])
    for _ in range(settings.BATCH_TRIES + 1):
        [(line_id, order_id)] = hand_out()
        in_studio(ordered(take(line_id, order_id)))
        Generation.objects.filter(pk=order_id).update(deadline=timezone.now())
        in_studio(sweep_here())
        look_around()
        line = Line.objects.get()
        assert (line.state, line.tries) == ("waiting", 0)
        Line.objects.update(not_before=None)
    assert line.not_before - timezone.now() > timedelta(minutes=10)
    work_through()

    done = seen(api, alice, batch)
    assert (done["status"], done["request_counts"]["completed"]) == ("completed", 1)
    assert alice.credits() == 99


def test_a_check_that_died_is_done_again_from_the_start(api, alice):
    batch = hand_in(api, alice, [a_line(1), a_line(2)]).json()
    half = taken(batch["id"])
    keep(half, [one for part in parts_of(half) for one in rows_of(part, half)])
    check(batch["id"])
    assert seen(api, alice, batch)["status"] == "validating"

    Batch.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    check(batch["id"])

    assert not keep(half, [])
    assert seen(api, alice, batch)["request_counts"]["total"] == 2
    assert Line.objects.count() == 2


def rows_of(part, batch):
    return checked_part(part, batch, buyer_of(batch), Findings())


def test_what_fails_is_tried_again_and_what_is_refused_is_not(api, alice):
    _, rehearsing = issue_key(alice.account, name="test", is_test=True)
    refused = a_line(1, prompt="easel:refuse")
    broken = a_line(2, prompt="easel:fail")
    batch = checked(api, rehearsing, [refused, broken, a_line(3)])
    for _ in range(3):
        work_through()
        Line.objects.filter(state="waiting").update(not_before=None)

    done = seen(api, rehearsing, batch)
    assert (done["status"], done["is_test"]) == ("completed", True)
    assert done["request_counts"] == {"total": 3, "completed": 1, "failed": 2}
    errors = lines_in(api, rehearsing, done["error_file_id"])
    said = [
        (one["custom_id"], one["response"]["status_code"], code_of(one["response"]))
        for one in errors
    ]
    assert said == [
        ("fox-1", 400, "moderation_blocked"),
        ("fox-2", 502, "upstream_error"),
    ]
    assert Generation.objects.count() == 1 + 3 + 1
    assert (done["cost"]["charged"]["credits"], alice.credits()) == (0, 100)


def code_of(response):
    return response["body"]["error"]["code"]


def test_without_credits_a_batch_waits_and_goes_on_once_there_are_some(api, bob):
    batch = checked(api, bob, [a_line(1), a_line(2)])
    work_through()
    waiting = seen(api, bob, batch)
    assert (waiting["status"], waiting["waiting_for"]["code"]) == (
        "in_progress",
        "insufficient_quota",
    )

    credit(bob.account.pk, 5 * MICRO, kind="grant", key="grant:later")
    Batch.objects.update(paused_until=None)
    work_through()

    done = seen(api, bob, batch)
    assert (done["status"], done["waiting_for"]) == ("completed", None)
    assert bob.credits() == 3


def test_a_cancelled_batch_ends_what_it_has_begun_and_begins_nothing_more(
    api, alice, settings
):
    settings.BATCH_LINES_AT_ONCE = 1
    batch = checked(api, alice, [a_line(1), a_line(2), a_line(3)])
    (begun,) = hand_out()

    answer = api.post(f"/v1/batches/{batch['id']}/cancel", as_=alice).json()
    assert (answer["status"], hand_out()) == ("cancelling", [])
    carry_here(*begun)

    done = seen(api, alice, batch)
    assert done["status"] == "cancelled" and done["cancelled_at"]
    assert done["request_counts"] == {"total": 3, "completed": 1, "failed": 2}
    assert [
        one["custom_id"] for one in lines_in(api, alice, done["output_file_id"])
    ] == ["fox-1"]
    unstarted = lines_in(api, alice, done["error_file_id"])[0]
    assert (unstarted["response"], unstarted["error"]["code"]) == (
        None,
        "batch_cancelled",
    )
    assert api.post(f"/v1/batches/{batch['id']}/cancel", as_=alice).json() == done
    assert alice.credits() == 99


def test_a_line_that_comes_back_to_a_cancelled_batch_is_over_too(api, bob):
    batch = checked(api, bob, [a_line(1)])
    (begun,) = hand_out()
    api.post(f"/v1/batches/{batch['id']}/cancel", as_=bob)
    carry_here(*begun)

    look_around()

    assert seen(api, bob, batch)["status"] == "cancelled"


def test_when_its_day_is_over_the_rest_of_a_batch_is_too(api, alice, settings):
    settings.BATCH_LINES_AT_ONCE = 1
    batch = checked(api, alice, [a_line(1), a_line(2)])
    quoted = checked(api, alice, [a_line(1)], dry_run=True)
    (begun,) = hand_out()
    Batch.objects.update(expires_at=timezone.now())

    look_around()
    carry_here(*begun)

    done = seen(api, alice, batch)
    assert done["status"] == seen(api, alice, quoted)["status"] == "expired"
    assert done["request_counts"] == {"total": 2, "completed": 1, "failed": 1}
    (late,) = lines_in(api, alice, done["error_file_id"])
    assert late["error"]["code"] == "batch_expired"


def test_a_price_that_was_told_stays(api, alice):
    batch = checked(api, alice, [a_line(1)])
    AccessGroup.objects.update(multiplier=3)
    work_through()

    assert seen(api, alice, batch)["cost"]["charged"]["credits"] == 1
    assert alice.credits() == 99


def test_a_key_that_was_revoked_paints_nothing_more(api, alice):
    key, secret = issue_key(alice.account, name="old")
    batch = checked(api, secret, [a_line(1)])
    revoke_key(key)
    work_through()

    done = seen(api, alice, batch)
    (error,) = lines_in(api, alice, done["error_file_id"])
    assert error["response"]["status_code"] == 401
    assert alice.credits() == 100


FAIR = [
    # waiting; in hand; room; who is chosen
    ({"a": "aaaa", "b": "b"}, {}, 3, "aba"),
    ({"a": "aaaa", "b": "b"}, {"a": 5}, 2, "ba"),
    ({"a": "aaaa", "b": "bbbb"}, {"a": 2}, 4, "bbab"),
    ({"a": "", "b": "b"}, {}, 9, "b"),
    ({"a": "aaaa"}, {"b": 1}, 0, ""),
]


@pytest.mark.parametrize(("waiting", "held", "room", "chosen"), FAIR)
def test_whoever_has_the_fewest_in_hand_is_next(waiting, held, room, chosen):
    each = {name: iter(lines) for name, lines in waiting.items()}

    assert "".join(fairly(each, held, room)) == chosen


def test_one_line_waits_for_a_picture_not_for_anothers_thousands(
    api, alice, carol, settings
):
    settings.BATCH_LINES_AT_ONCE = 3
    checked(api, alice, [a_line(number) for number in range(20)])
    first = hand_out()
    checked(api, carol, [a_line(1)])
    carry_here(*first[0])

    ((line_id, _),) = hand_out()

    assert Line.objects.get(pk=line_id).batch.account_id == carol.account.pk


def test_lines_make_way_for_what_somebody_waits_for(api, alice, carol):
    checked(api, alice, [a_line(number) for number in range(5)])
    api.post("/v1/async/images/generations", as_=carol, prompt="a fox")
    Generation.objects.update(created_at=timezone.now() - timedelta(seconds=10))

    assert (len(hand_out()), len(hand_out())) == (1, 0)


def test_a_batch_that_has_ended_is_told_of_once(api, alice):
    with receiver() as listener:
        api.post("/v1/webhooks", as_=alice, url=listener.url)
        batch = checked(api, alice, [a_line(1)])
        work_through()
        for delivery in Delivery.objects.all():
            deliver(delivery.pk)

    (heard,) = listener.heard
    assert heard.event["type"] == "batch.completed"
    assert heard.event["data"]["id"] == batch["id"]
    assert heard.event["data"]["request_counts"]["completed"] == 1
