"""An account is told what came of its orders, whatever the receiver does."""

import json
import socket
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.utils import timezone
from standardwebhooks import Webhook

from accounts.issuing import issue_key
from accounts.limits import Limits
from playground.generation.models import Generation
from playground.generation.tasks import take_turn
from playground.webhooks.models import Delivery, Endpoint, Notice
from playground.webhooks.tasks import deliver, look_around, tell
from tests.letters import posted
from tests.upstreams.receiver import receiver

ASYNC = "/v1/async/images"
HOOKS = "/v1/webhooks"


@pytest.fixture
def listener():
    with receiver() as one:
        yield one


@pytest.fixture
def hook(api, alice, listener):
    """Alice listens to everything, and knows her secret."""
    answer = api.post(HOOKS, as_=alice, url=listener.url)
    assert answer.status_code == 201, answer.text
    return answer.json()


def queue(api, who, **body):
    body = {"prompt": "a fox", "resolution": "0.5K", **body}
    return api.post(f"{ASYNC}/generations", as_=who, **body)


def paint(task_id):
    take_turn("api")


def told(task_id):
    """Do what a worker does after the painting."""
    tell(task_id)
    for delivery in Delivery.objects.filter(generation_id=task_id):
        deliver(delivery.pk)


def painted(api, who, **body):
    task_id = queue(api, who, **body).json()["id"]
    paint(task_id)
    told(task_id)
    return task_id


def patch(api, who, path, **body):
    headers = {"Content-Type": "application/json"}
    return api.request("PATCH", path, as_=who, data=json.dumps(body), headers=headers)


def time_passes(**span):
    """Every delivery is waited for a little less."""
    for delivery in Delivery.objects.exclude(next_attempt_at=None):
        delivery.next_attempt_at -= timedelta(**span)
        delivery.save()


def deliveries(api, who, hook):
    return api.get(f"{HOOKS}/{hook['id']}/deliveries", as_=who).json()["data"]


def test_the_address_of_a_single_call_is_told_of_its_pictures(api, alice, listener):
    """With links and the caller's labels, signed by the account's own secret."""
    task_id = painted(
        api,
        alice,
        n=2,
        response_format="b64_json",
        webhook_url=listener.url,
        metadata={"order": "7"},
    )

    [heard] = listener.heard
    secret = api.get(f"{HOOKS}/secret", as_=alice).json()["secret"]
    event = Webhook(secret).verify(heard.body, dict(heard.headers))
    assert event["type"] == "image.generation.completed"
    assert event["data"]["task_id"] == task_id
    assert event["data"]["status"] == "succeeded"
    assert event["data"]["metadata"] == {"order": "7"}
    assert event["data"]["credits_charged"] == 2
    assert len(heard.body) < 20_000
    assert [api.get(one["url"]).status_code for one in event["data"]["images"]] == [
        200,
        200,
    ]
    assert heard.headers["Content-Type"] == "application/json"
    assert heard.headers["webhook-id"] == Delivery.objects.get().pk


def test_a_standing_webhook_hears_of_every_queued_order(api, alice, listener, hook):
    first, second = (painted(api, alice) for _ in range(2))

    assert [one.event["data"]["task_id"] for one in listener.heard] == [first, second]
    Webhook(hook["secret"]).verify(
        listener.heard[0].body, dict(listener.heard[0].headers)
    )


def test_a_webhook_hears_only_the_events_it_asked_for(api, alice, listener, hook):
    events = ["image.generation.cancelled"]
    patch(api, alice, f"{HOOKS}/{hook['id']}", events=events)

    painted(api, alice)
    task_id = queue(api, alice).json()["id"]
    api.post(f"{ASYNC}/{task_id}/cancel", as_=alice)
    told(task_id)

    [heard] = listener.heard
    assert heard.event["type"] == "image.generation.cancelled"
    assert heard.event["data"]["error"]["code"] == "cancelled"


def test_who_wants_nothing_is_told_nothing(api, alice, carol, hook, listener):
    painted(api, carol)

    assert not Notice.objects.exists()
    assert not Delivery.objects.exists()


def test_an_order_is_told_of_once_however_often_that_is_asked(
    api, alice, hook, listener
):
    task_id = queue(api, alice, webhook_url=listener.url).json()["id"]
    paint(task_id)

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(tell, [task_id] * 4))
    names = list(Delivery.objects.values_list("pk", flat=True))
    with ThreadPoolExecutor(6) as workers:
        list(workers.map(deliver, names * 3))

    assert len(names) == 2
    assert sorted(one.headers["webhook-id"] for one in listener.heard) == sorted(names)


def test_what_a_dead_worker_did_not_tell_is_found(api, alice, hook, listener):
    task_id = queue(api, alice).json()["id"]
    look_around()
    nothing_yet = Delivery.objects.count()
    paint(task_id)

    look_around()

    assert nothing_yet == 0
    assert Delivery.objects.get().generation_id == task_id
    assert not Notice.objects.exists()


def test_an_attempt_whose_process_died_is_made_again(api, alice, hook, listener):
    task_id = queue(api, alice).json()["id"]
    paint(task_id)
    tell(task_id)
    Delivery.objects.update(next_attempt_at=timezone.now() + timedelta(seconds=60))
    name = Delivery.objects.get().pk
    deliver(name)
    too_early = len(listener.heard)

    time_passes(seconds=61)
    deliver(name)

    assert (too_early, len(listener.heard)) == (0, 1)


@pytest.mark.parametrize("answer", [500, 404, 302, "reset"])
def test_what_is_not_taken_is_sent_again_under_its_name(
    api, alice, hook, listener, answer
):
    listener.answers = [answer, 200]
    listener.headers = {"Location": listener.url}
    painted(api, alice)
    [failed] = deliveries(api, alice, hook)

    time_passes(seconds=6)
    deliver(failed["id"])

    [done] = deliveries(api, alice, hook)
    first, second = listener.heard
    assert (failed["status"], done["status"]) == ("pending", "delivered")
    assert len(failed["attempts"]) == 1 and len(done["attempts"]) == 2
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    Webhook(hook["secret"]).verify(second.body, dict(second.headers))


def test_a_receiver_that_hangs_is_left_in_time(api, alice, hook, listener, settings):
    settings.WEBHOOK_SECONDS = 0.2
    listener.answers = ["hang"]

    painted(api, alice)

    [attempt] = deliveries(api, alice, hook)[0]["attempts"]
    assert attempt["status"] is None
    assert "in time" in attempt["error"]


def test_a_receiver_that_asks_for_time_gets_it(api, alice, hook, listener):
    listener.answers, listener.headers = [429], {"Retry-After": "3000"}

    painted(api, alice)

    delivery = Delivery.objects.get()
    assert delivery.next_attempt_at > timezone.now() + timedelta(seconds=2900)


def test_no_more_than_the_first_words_of_an_answer_are_kept(api, alice, hook, listener):
    listener.text = "\0" + "é" * 100_000

    painted(api, alice)

    [attempt] = deliveries(api, alice, hook)[0]["attempts"]
    assert len(attempt["answer"]) == 500


def test_a_receiver_that_is_gone_is_not_asked_again(api, alice, hook, listener):
    listener.answers = [410, 200]
    painted(api, alice)
    [missed] = deliveries(api, alice, hook)

    painted(api, alice)
    seen = api.get(f"{HOOKS}/{hook['id']}", as_=alice).json()

    assert len(listener.heard) == 1
    assert (seen["is_enabled"], missed["status"]) == (False, "failed")
    assert "410" in seen["disabled_reason"]
    [told] = posted()
    assert told.to == ["alice@example.com"]
    assert hook["url"] in told.body


def test_what_was_missed_can_be_sent_again_by_hand(api, alice, hook, listener):
    listener.answers = [410, 200]
    painted(api, alice)
    [missed] = deliveries(api, alice, hook)
    again = f"{HOOKS}/deliveries/{missed['id']}/resend"

    too_early = api.post(again, as_=alice)
    patch(api, alice, f"{HOOKS}/{hook['id']}", is_enabled=True)
    answer = api.post(again, as_=alice)
    deliver(missed["id"])

    assert (too_early.status_code, answer.status_code) == (400, 202)
    one = api.get(f"{HOOKS}/deliveries/{missed['id']}", as_=alice).json()
    assert one["status"] == "delivered"
    assert {heard.headers["webhook-id"] for heard in listener.heard} == {missed["id"]}


def test_one_that_takes_nothing_for_three_days_is_disabled(api, alice, hook, listener):
    listener.answers = [500]
    task_id = painted(api, alice)

    for _ in range(9):
        time_passes(hours=27)
        deliver(Delivery.objects.get(generation_id=task_id).pk)

    seen = api.get(f"{HOOKS}/{hook['id']}", as_=alice).json()
    assert len(listener.heard) == 10
    assert Delivery.objects.get().state == "failed"
    assert (seen["is_enabled"], "500" in seen["disabled_reason"]) == (False, True)
    assert len(posted()) == 1


def test_one_that_takes_something_meanwhile_stays(api, alice, hook, listener):
    listener.answers = [500]
    task_id = painted(api, alice)
    listener.answers = [200]
    Endpoint.objects.update(failing_since=timezone.now() - timedelta(days=1))
    painted(api, alice)
    listener.answers = [500]

    for _ in range(9):
        time_passes(hours=27)
        Endpoint.objects.exclude(failing_since=None).update(
            failing_since=timezone.now() + timedelta(hours=5)
        )
        deliver(Delivery.objects.get(generation_id=task_id).pk)

    assert Delivery.objects.get(generation_id=task_id).state == "failed"
    assert Endpoint.objects.get().is_enabled


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/hook",
        "https://127.0.0.1/hook",
        "https://[::1]/hook",
        "https://169.254.169.254/latest",
        "https://10.0.0.8/hook",
        "https://example.com:8443/hook",
        "https://me:secret@example.com/hook",
        "ftp://example.com/hook",
        "not an address",
        "https://exam\0ple.com/hook",
        "https://example.com/" + "a" * 2000,
    ],
)
def test_a_private_or_odd_address_is_refused_at_once(api, alice, settings, url):
    settings.PRIVATE_WEBHOOKS = False

    standing = api.post(HOOKS, as_=alice, url=url)
    single = queue(api, alice, webhook_url=url)

    assert (standing.status_code, single.status_code) == (400, 400)
    assert standing.json()["error"]["param"] == "url"
    assert single.json()["error"]["param"] == "webhook_url"
    assert not Generation.objects.exists()


def test_a_name_that_leads_to_a_private_network_is_not_gone_to(api, alice, settings):
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
        settings.PRIVATE_WEBHOOKS, settings.WEBHOOK_PORTS = False, [port]
        hook = api.post(HOOKS, as_=alice, url=f"https://localhost:{port}/hook").json()
        settings.WEBHOOK_SECONDS = 2

        painted(api, alice)

        door.setblocking(False)
        with pytest.raises(BlockingIOError):
            door.accept()
    [attempt] = deliveries(api, alice, hook)[0]["attempts"]
    assert attempt["status"] is None
    assert "cannot be reached" in attempt["error"]


def test_a_changed_secret_signs_beside_the_old_one_for_a_day(
    api, alice, hook, listener
):
    rotated = api.post(f"{HOOKS}/{hook['id']}/rotate", as_=alice).json()
    painted(api, alice)
    Endpoint.objects.update(old_secret_until=timezone.now())
    painted(api, alice)

    first, second = (one.headers["webhook-signature"] for one in listener.heard)
    assert rotated["secret"] != hook["secret"]
    assert (len(first.split()), len(second.split())) == (2, 1)
    for secret in (rotated["secret"], hook["secret"]):
        Webhook(secret).verify(listener.heard[0].body, dict(listener.heard[0].headers))


def test_a_secret_is_shown_once_and_kept_sealed(api, alice, hook):
    listed = api.get(HOOKS, as_=alice).json()["data"]

    assert [one["id"] for one in listed] == [hook["id"]]
    assert "secret" not in listed[0]
    assert hook["secret"] not in Endpoint.objects.get().secret


def test_a_webhook_can_be_tried_out(api, alice, hook, listener):
    answer = api.post(f"{HOOKS}/{hook['id']}/test", as_=alice)
    deliver(answer.json()["id"])

    [heard] = listener.heard
    assert answer.status_code == 202
    assert heard.event["type"] == "webhook.test"
    assert heard.event["data"] == {"webhook_id": hook["id"]}


def test_a_deleted_webhook_hears_nothing_more(api, alice, hook, listener):
    answer = api.request("DELETE", f"{HOOKS}/{hook['id']}", as_=alice)
    painted(api, alice)

    assert answer.json() == {"id": hook["id"], "object": "webhook", "deleted": True}
    assert listener.heard == []
    assert api.get(f"{HOOKS}/{hook['id']}", as_=alice).status_code == 404


def test_deliveries_are_read_page_by_page(api, alice, hook, listener):
    names = [
        api.post(f"{HOOKS}/{hook['id']}/test", as_=alice).json()["id"] for _ in range(3)
    ]
    path = f"{HOOKS}/{hook['id']}/deliveries?limit=2"
    first = api.get(path, as_=alice).json()
    second = api.get(f"{path}&after={first['next_after']}", as_=alice).json()

    assert (first["has_more"], second["has_more"]) == (True, False)
    pages = [one["id"] for one in first["data"] + second["data"]]
    assert pages == names[::-1]


def test_anothers_webhooks_look_like_none(api, alice, carol, hook, listener):
    painted(api, alice)
    [delivery] = deliveries(api, alice, hook)
    path = f"{HOOKS}/{hook['id']}"

    answers = [
        api.get(path, as_=carol),
        patch(api, carol, path, is_enabled=False),
        api.request("DELETE", path, as_=carol),
        api.post(f"{path}/rotate", as_=carol),
        api.post(f"{path}/test", as_=carol),
        api.get(f"{path}/deliveries", as_=carol),
        api.get(f"{HOOKS}/deliveries/{delivery['id']}", as_=carol),
        api.post(f"{HOOKS}/deliveries/{delivery['id']}/resend", as_=carol),
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert api.get(HOOKS, as_=carol).json()["data"] == []
    assert Endpoint.objects.get().is_enabled


@pytest.mark.parametrize(
    "path", ["webhooks/%00", "webhooks/deliveries/%00", "tasks/%00", "tasks/a%00/"]
)
def test_odd_names_are_names_of_nothing(api, alice, path):
    assert api.get(f"/v1/{path}", as_=alice).status_code == 404


@pytest.mark.parametrize("text", ["a" * 201, "\0", "\ud800"])
def test_an_odd_description_is_refused(api, alice, listener, text):
    answer = api.post(HOOKS, as_=alice, url=listener.url, description=text)

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] in ("invalid_value", "bad_json")


def test_a_key_without_the_scope_manages_no_webhooks_and_cancels_no_orders(
    api, alice, listener
):
    limits = Limits(scopes=("read_usage",))
    _, reader = issue_key(alice.account, name="reader", limits=limits)
    task_id = queue(api, alice).json()["id"]

    opened = api.post(HOOKS, as_=reader, url=listener.url)
    cancelled = api.post(f"{ASYNC}/{task_id}/cancel", as_=reader)

    assert (opened.status_code, cancelled.status_code) == (403, 403)
    assert opened.json()["error"]["code"] == "scope_not_allowed"
    assert Generation.objects.get().state == "queued"


def test_an_unknown_event_is_answered_with_those_there_are(api, alice, listener):
    answer = api.post(HOOKS, as_=alice, url=listener.url, events=["image.done"])

    assert answer.status_code == 400
    assert "image.generation.completed" in answer.json()["error"]["message"]


def test_an_account_has_ten_webhooks_at_most(api, alice, listener):
    answers = [api.post(HOOKS, as_=alice, url=listener.url) for _ in range(11)]

    assert [one.status_code for one in answers] == [201] * 10 + [400]


def test_a_call_that_waits_takes_no_webhook(api, alice, listener):
    answer = api.post(
        "/v1/images/generations", as_=alice, prompt="a fox", webhook_url=listener.url
    )

    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == "webhook_url"


def test_a_call_that_came_to_nothing_leaves_no_notice(api, bob, listener):
    answer = queue(api, bob, webhook_url=listener.url)

    assert answer.status_code == 402
    assert not Notice.objects.exists()
