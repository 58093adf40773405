"""A trace goes from the door to the settled order, over processes, and names nobody."""

import re
import subprocess
import sys

import pytest

from playground.telemetry import tracing
from tests.services.commands import ROOT, surroundings
from tests.services.ports import wait_until
from tests.services.worker import running_worker
from tests.upstreams.collector import collector, words_of

IMAGES = "/v1/images/generations"
WISH = {"prompt": "a sunlit vermilion fox", "resolution": "0.5K"}
CALLERS = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def traces(live_site, settings):
    """Traces of this process's site are on, and go to a collector on the wire."""
    with collector() as server:
        settings.TRACES_URL = server.url
        tracing.begin("web")
        yield server
        tracing.end()


def parent_of(span, spans):
    return next((one.name for one in spans if one.span_id == span.parent_span_id), None)


def test_an_order_is_seen_from_the_door_to_the_settled_hold(api, alice, traces):
    headers = {"Content-Type": "application/json", "traceparent": CALLERS}
    body = '{"prompt": "a sunlit vermilion fox", "resolution": "0.5K"}'
    answer = api.request("POST", IMAGES, as_=alice, data=body, headers=headers)
    tracing.end()

    assert {one.name: parent_of(one, traces.spans) for one in traces.spans} == {
        "door images": None,
        "hold": "door images",
        "attempt": "door images",
        "deliver": "attempt",
        "settle": "door images",
    }
    assert {one.trace_id.hex() for one in traces.spans} == {CALLERS.split("-")[1]}
    (door,), (attempt,) = traces.named("door images"), traces.named("attempt")
    assert door.parent_span_id.hex() == CALLERS.split("-")[2]
    assert words_of(door)["easel.request_id"] == answer.headers["x-request-id"]
    assert words_of(door)["easel.status"] == 200
    assert words_of(attempt)["easel.provider"] == "sketch"
    assert words_of(attempt)["easel.outcome"] == "succeeded"
    assert not re.search(rb"vermilion|" + alice.secret[12:].encode(), traces.bytes)


def test_a_worker_goes_on_with_the_trace_of_the_door(api, alice, traces):
    with running_worker(EASEL_TRACES_URL=traces.url):
        wish = {"as_": alice, **WISH}
        task = api.post("/v1/async/images/generations", **wish).json()["id"]
        wait_until(
            lambda: (
                api.get(f"/v1/tasks/{task}", as_=alice).json()["status"] != "queued"
                and alice.credits() < 100
            ),
            "the worker",
        )
        wait_until(lambda: traces.named("settle"), "its spans")
    tracing.end()
    (door,), (settle,) = traces.named("door async"), traces.named("settle")
    (painted,) = traces.named("paint order")
    assert settle.trace_id == painted.trace_id == door.trace_id
    assert traces.roles[door.span_id] == "web"
    assert traces.roles[settle.span_id] == "worker"
    assert words_of(settle)["easel.order"] == task


def test_when_off_no_tracer_and_no_exporter_is_imported():
    """Redis's client imports OpenTelemetry's metrics wherever they are installed."""
    import_all = (
        "import sys, playground.asgi, playground.generation.tasks;"
        "from playground.telemetry import tracing; tracing.begin('web');"
        "ours = ('opentelemetry.exporter', 'opentelemetry.sdk.trace');"
        "print([name for name in sys.modules if name.startswith(ours)])"
    )
    command = [sys.executable, "-c", import_all]
    told = subprocess.run(
        command, cwd=ROOT, env=surroundings(), capture_output=True, text=True
    )
    assert told.stdout == "[]\n", told.stderr


def test_when_off_a_span_is_one_look():
    assert tracing.span("attempt", model="m") is tracing.NOTHING
    assert tracing.door("images", ()) is tracing.NOTHING
    assert tracing.carried() == {}
