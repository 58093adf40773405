"""The files' and the batches' doors: what is taken, what is shown, and to whom."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.issuing import issue_key
from accounts.limits import READ_USAGE, Limits
from playground.api.openapi.document import ANSWERS
from playground.batches.checking import check
from playground.batches.models import Batch, File, Line
from playground.batches.tasks import tidy_files
from tests.batches.filing import (
    EDITS,
    a_line,
    as_file,
    batch_of,
    hand_in,
    lines_in,
    seen,
    send_file,
    work_through,
)

pytestmark = pytest.mark.books

LINES = as_file([a_line(1), a_line(2)])


def shaped(method, path, answer):
    assert answer.status_code == 200, answer.text
    ANSWERS[method, path].shape.model_validate(answer.json(), strict=True)
    return answer.json()


def test_a_file_comes_out_as_it_went_in(api, alice):
    file = shaped("post", "/v1/files", send_file(api, alice, LINES))
    one = f"/v1/files/{file['id']}"

    content = api.get(f"{one}/content", as_=alice)
    listed = shaped("get", "/v1/files", api.get("/v1/files", as_=alice))
    deleted = shaped(
        "delete", "/v1/files/{file_id}", api.request("DELETE", one, as_=alice)
    )

    assert (file["filename"], file["bytes"]) == ("foxes.jsonl", len(LINES))
    assert file["expires_at"] - file["created_at"] == 30 * 24 * 3600
    assert content.body == LINES
    assert listed["data"] == [file]
    assert deleted["deleted"] is True
    assert api.get(one, as_=alice).json()["error"]["code"] == "file_not_found"
    assert default_storage.listdir("batches/" + alice.account.pk)[1] == []


@pytest.mark.parametrize(
    ("content", "words", "param", "code"),
    [
        (b"", {}, "file", "invalid_value"),
        (LINES, {"purpose": "assistants"}, "purpose", "invalid_value"),
        (
            LINES,
            {"expires_after[seconds]": "60"},
            "expires_after.seconds",
            "invalid_value",
        ),
        (
            LINES,
            {"expires_after[anchor]": "later"},
            "expires_after.anchor",
            "invalid_value",
        ),
        (b"a" * 1024 * 1024 + b"b", {}, "file", "payload_too_large"),
    ],
)
def test_a_file_that_cannot_be_kept_is_refused(
    api, alice, settings, content, words, param, code
):
    settings.BATCH_FILE_MB = 1

    error = send_file(api, alice, content, **words).json()["error"]

    assert (error["param"], error["code"]) == (param, code)
    assert not File.objects.exists()


def test_a_large_file_is_read_where_other_bodies_are_not(api, alice, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
    lines = as_file([a_line(1, prompt="a" * 1000)] * 1500)

    assert send_file(api, alice, lines).status_code == 200
    assert api.request("POST", "/v1/batches", as_=alice, data=lines).status_code == 413


def test_an_account_keeps_no_more_than_it_may(api, alice, settings):
    settings.ACCOUNT_FILES_MB = 1
    send_file(api, alice, b"a" * 700_000)

    error = send_file(api, alice, b"a" * 700_000).json()["error"]

    assert error["code"] == "storage_quota_exceeded"


def test_files_and_batches_asked_for_twice_are_there_once(api, alice):
    files = [send_file(api, alice, LINES, key="foxes") for _ in range(2)]
    other = send_file(api, alice, LINES + b"\n{}", key="foxes")
    name = files[0].json()["id"]
    batches = [batch_of(api, alice, name, key="foxes") for _ in range(2)]
    another = batch_of(api, alice, name, key="foxes", dry_run=True)

    for first, second in (files, batches):
        assert first.json() == second.json()
        assert second.headers["idempotent-replayed"] == "true"
    for answer in (other, another):
        assert answer.json()["error"]["code"] == "idempotency_key_reused"
    assert (File.objects.count(), Batch.objects.count()) == (1, 1)


WRONG = [
    ({"input_file_id": "file_0"}, None, "file_not_found"),
    ({"completion_window": "1h"}, "completion_window", "invalid_value"),
    ({"endpoint": "/v1/chat/completions"}, "endpoint", "invalid_value"),
    ({"max_credits": -1}, "max_credits", "invalid_value"),
    ({"max_credits": "many"}, "max_credits", "invalid_value"),
    ({"metadata": {"a": "b" * 600}}, "metadata", "invalid_value"),
    (
        {"output_expires_after": {"anchor": "created_at", "seconds": 1}},
        "output_expires_after.seconds",
        "invalid_value",
    ),
]


@pytest.mark.parametrize(("said", "param", "code"), WRONG)
def test_a_batch_that_cannot_be_is_refused_at_once(api, alice, said, param, code):
    file = send_file(api, alice, LINES).json()

    body = {
        "input_file_id": file["id"],
        "endpoint": "/v1/images/generations",
        "completion_window": "24h",
        **said,
    }
    error = api.post("/v1/batches", as_=alice, **body).json()["error"]

    assert (error["param"], error["code"]) == (param, code)


def test_an_account_has_so_many_batches_under_way(api, alice, settings):
    settings.BATCHES_AT_ONCE = 1
    hand_in(api, alice, [a_line(1)])

    answer = hand_in(api, alice, [a_line(1)])

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")


def test_nobody_sees_or_changes_anothers_files_and_batches(api, alice, carol):
    batch = hand_in(api, alice, [a_line(1)]).json()
    file = batch["input_file_id"]

    tried = [
        api.get(f"/v1/files/{file}", as_=carol),
        api.get(f"/v1/files/{file}/content", as_=carol),
        api.request("DELETE", f"/v1/files/{file}", as_=carol),
        batch_of(api, carol, file),
        api.get(f"/v1/batches/{batch['id']}", as_=carol),
        api.post(f"/v1/batches/{batch['id']}/cancel", as_=carol),
        api.post(f"/v1/batches/{batch['id']}/start", as_=carol),
    ]

    assert {answer.status_code for answer in tried} == {404}
    assert api.get("/v1/files", as_=carol).json()["data"] == []
    assert api.get("/v1/batches", as_=carol).json()["data"] == []


def test_a_key_does_with_batches_what_its_scopes_say(api, alice):
    _, reader = issue_key(
        alice.account, name="reader", limits=Limits(scopes=(READ_USAGE,))
    )
    _, painter = issue_key(
        alice.account, name="painter", limits=Limits(scopes=("generate",))
    )
    batch = hand_in(api, alice, [a_line(1)]).json()
    one = f"/v1/batches/{batch['id']}"

    assert seen(api, reader, batch)["id"] == batch["id"]
    assert api.post(f"{one}/cancel", as_=reader).status_code == 403
    assert send_file(api, reader, LINES).status_code == 403
    file = batch["input_file_id"]
    assert batch_of(api, painter, file, endpoint=EDITS).status_code == 403
    assert batch_of(api, painter, file).status_code == 200


def test_lists_are_turned_page_by_page(api, alice):
    made = [hand_in(api, alice, [a_line(1)]).json()["id"] for _ in range(3)]

    first = api.get("/v1/batches?limit=2", as_=alice).json()
    second = api.get(f"/v1/batches?limit=2&after={first['last_id']}", as_=alice).json()
    rising = api.get("/v1/batches?order=asc", as_=alice).json()

    assert [one["id"] for one in first["data"] + second["data"]] == made[::-1]
    assert (first["has_more"], second["has_more"]) == (True, False)
    assert [one["id"] for one in rising["data"]] == made


def test_results_are_gone_when_their_time_is_over_and_what_was_paid_stays(api, alice):
    kept = {"anchor": "created_at", "seconds": 3600}
    batch = hand_in(api, alice, [a_line(1)], output_expires_after=kept).json()
    check(batch["id"])
    work_through()
    done = shaped(
        "get",
        "/v1/batches/{batch_id}",
        api.get(f"/v1/batches/{batch['id']}", as_=alice),
    )
    name = done["output_file_id"]
    assert len(lines_in(api, alice, name)) == 1

    File.objects.filter(pk=name).update(expires_at=timezone.now() - timedelta(1))
    assert api.get(f"/v1/files/{name}", as_=alice).status_code == 404
    tidy_files()

    assert not Line.objects.exists()
    assert seen(api, alice, batch)["request_counts"]["completed"] == 1


def test_a_picture_that_was_taken_away_is_in_no_result(api, alice):
    batch = hand_in(api, alice, [a_line(1)]).json()
    check(batch["id"])
    work_through()
    done = seen(api, alice, batch)
    (line,) = lines_in(api, alice, done["output_file_id"])
    order = line["response"]["request_id"]

    api.request("DELETE", f"/v1/requests/{order}/payloads", as_=alice)

    (line,) = lines_in(api, alice, done["output_file_id"])
    assert line["response"]["body"]["error"]["code"] == "pictures_expired"
