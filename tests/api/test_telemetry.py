"""What Prometheus reads: counted at every step, over all processes, and nobody's secret."""

import json
import re
import signal
import subprocess
import sys

import pytest
from prometheus_client.parser import text_string_to_metric_families

from playground.telemetry.tally import everything, put_away
from tests.services.commands import ROOT

IMAGES = "/v1/images/generations"
WISH = {"prompt": "a sunlit vermilion fox", "resolution": "0.5K"}
DEPLOY = ROOT / "deploy"


def read(api, **headers):
    answer = api.get("/metrics", **headers)
    assert answer.status_code == 200, answer.text
    return answer.text


def numbers(text):
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def risen(before, after):
    """Return what grew, by its name and its labels' values."""
    return {
        (name, *sorted(dict(labels).values())): number - before.get((name, labels), 0)
        for (name, labels), number in after.items()
        if number > before.get((name, labels), 0)
    }


def test_a_picture_is_counted_at_every_step(api, alice):
    before = numbers(read(api))
    api.post(IMAGES, as_=alice, **WISH)
    price = 100 - alice.credits()
    grown = risen(before, numbers(read(api)))

    assert grown["easel_requests_total", "200", "images"] == 1
    assert grown["easel_request_seconds_count", "images"] == 1
    assert grown["easel_holds_total", "held"] == 1
    assert grown["easel_held_credits_total",] == price
    assert grown["easel_attempts_total", "sketch", "sketch-1", "succeeded"] == 1
    assert grown["easel_attempt_seconds_count", "sketch", "succeeded"] == 1
    assert grown["easel_orders_total", "", "sketch", "sketch-1", "succeeded"] == 1
    assert grown["easel_settles_total", "paid"] == 1
    assert grown["easel_pictures_total", "sketch", "sketch-1"] == 1
    assert grown["easel_charged_credits_total", "sketch-1"] == price


def test_who_cannot_pay_is_counted_by_the_door_and_the_hold(api, bob):
    before = numbers(read(api))
    assert api.post(IMAGES, as_=bob, **WISH).status_code == 402
    grown = risen(before, numbers(read(api)))
    assert grown["easel_requests_total", "402", "images"] == 1
    assert grown["easel_holds_total", "refused"] == 1


def test_waiting_orders_and_the_books_are_seen(api, alice):
    api.post(IMAGES, as_=alice, **WISH)
    api.post("/v1/async/images/generations", as_=alice, **WISH)
    seen = numbers(read(api))

    def of_the_site(name, **labels):
        return seen[f"easel_site_{name}", frozenset(labels.items())]

    assert of_the_site("queued_orders", lane="api") == 1
    assert of_the_site("queue_age_seconds") > 0
    assert of_the_site("credits_moved_total", kind="grant") == 100
    spent = of_the_site("credits_moved_total", kind="charge")
    assert spent == of_the_site("credits_held") == (100 - alice.credits()) / 2
    assert of_the_site("credits_outstanding") == 100 - spent


def test_no_prompt_key_or_person_is_in_it(api, alice):
    api.post(IMAGES, as_=alice, **WISH)
    api.get(f"/v1/models/{alice.secret}", as_=alice)
    api.get("/create?prompt=a+sunlit+vermilion+fox")
    text = read(api)
    secret = alice.secret.removeprefix("esl_live_")
    private = [secret, alice.account.pk, alice.person.email, "vermilion", "img_"]
    assert [word for word in private if word in text] == []


def test_whatever_is_asked_there_are_no_more_series(api, alice):
    def ask_oddly(number):
        api.get(f"/v1/odd-{number}", as_=alice)
        api.get(f"/{number}/x")
        api.post(IMAGES, as_=alice, model=f"odd-{number}", prompt="a fox")
        api.request(f"ODD{number}", f"/v1/models/{number}:do")
        api.get(f"/v1beta/models/{number}", as_=f"key-{number}")

    ask_oddly(0)
    before = numbers(read(api)).keys()
    [ask_oddly(number) for number in range(1, 20)]
    assert numbers(read(api)).keys() - before == set()


COUNT_AND_WAIT = """
import sys, time
from django.conf import settings
settings.configure(TELEMETRY_DIR=sys.argv[1], TRACES_URL="")
from playground.telemetry.instruments import HOLDS, UNDER_WAY
HOLDS.add("held", by=3); UNDER_WAY.put("worker", to=2)
print("counted", flush=True)
time.sleep(60)
"""


def test_what_a_killed_process_counted_stays_and_what_it_was_at_does_not(
    settings, tmp_path
):
    settings.TELEMETRY_DIR = str(tmp_path)
    command = [sys.executable, "-c", COUNT_AND_WAIT, str(tmp_path)]
    counted, at = (
        ("easel_holds", ("held",), ""),
        (
            "easel_orders_under_way",
            ("worker",),
            "",
        ),
    )
    for gone in (0, 1):
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
            process.stdout.readline()
            ever, now = everything()
            process.send_signal(signal.SIGKILL)
        assert (ever[counted], now[at]) == (3 * (gone + 1), 2)
        put_away()
    ever, now = everything()
    assert (ever[counted], now.get(at)) == (6, None)
    assert [path.suffix for path in tmp_path.iterdir() if "tally" in path.name] == []


LOOPBACK, ELSEWHERE = ["127.0.0.0/8"], ["10.0.0.0/8"]


@pytest.mark.parametrize(
    ("networks", "trusted", "headers", "status"),
    [
        (LOOPBACK, [], {}, 200),
        (ELSEWHERE, [], {}, 403),
        (ELSEWHERE, [], {"authorization": "Bearer t0ken"}, 200),
        (ELSEWHERE, [], {"authorization": "Bearer t0keN"}, 403),
        (ELSEWHERE, [], {"authorization": "Bearer "}, 403),
        (LOOPBACK, [], {"x_forwarded_for": "203.0.113.9"}, 403),
        (LOOPBACK, [], {"x_forwarded_for": "127.0.0.1"}, 403),
        (LOOPBACK, LOOPBACK, {"x_forwarded_for": "203.0.113.9"}, 403),
        (ELSEWHERE, LOOPBACK, {"x_forwarded_for": "10.1.2.3"}, 200),
    ],
)
def test_strangers_may_not_read_it(api, settings, networks, trusted, headers, status):
    settings.METRICS_NETWORKS, settings.TRUSTED_PROXIES = networks, trusted
    settings.METRICS_TOKEN = "t0ken"
    assert api.get("/metrics", **headers).status_code == status


def test_without_a_token_none_opens(api, settings):
    settings.METRICS_NETWORKS, settings.METRICS_TOKEN = ELSEWHERE, ""
    assert api.get("/metrics", authorization="Bearer ").status_code == 403


NAMED = re.compile(r"\beasel_[a-z_]+\b")


def test_what_alerts_and_boards_name_is_there(api, alice):
    api.post(IMAGES, as_=alice, **WISH)
    there = set(re.findall(r"^# TYPE (\S+)", read(api), re.M))
    alerts = (DEPLOY / "prometheus" / "alerts.yml").read_text()
    board = json.loads((DEPLOY / "grafana" / "easel.json").read_text())
    asked = [one["expr"] for p in board["panels"] for one in p.get("targets", ())]
    named = {name for text in (alerts, *asked) for name in NAMED.findall(text)}
    assert {re.sub("_(bucket|sum|count)$", "", name) for name in named} - there == set()
    assert len(named) > 20
