"""The page on which operators see how Easel is, and switch it off for new orders."""

import html
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import StaffDeed
from accounts.staff import StaffRole
from accounts.staffing import appoint
from playground.generation import draining
from playground.generation.models import Attempt
from playground.generation.tasks import renew_usual
from playground.trust.models import Process, Run
from playground.trust.pulse import Pulse, note_run
from playground.web.tasks import tidy_uploads
from tests.services.ports import wait_until
from tests.web.orders import an_order

HERE = "/operator/health"


@pytest.fixture
def console(client, alice):
    appoint(alice.person, StaffRole.ADMIN)
    client.force_login(alice.person)
    return client


def text(response):
    tags = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", html.unescape(tags))


def test_maintenance_is_switched_on_told_and_switched_off(console, alice):
    an_order(alice.account, state="queued", finished_at=None, delivered=0)
    soon = timezone.now() + timedelta(minutes=10)

    said = {"words": "A new disk.", "until": f"{soon:%Y-%m-%dT%H:%M}"}
    on = text(console.post(f"{HERE}/maintenance", said, follow=True))
    assert "no new orders" in on and "Take orders again" in on
    assert f"Until about {soon:%Y-%m-%d %H:%M} UTC" in on
    assert draining.current().words == "A new disk."
    left = console.get(f"{HERE}/left")
    assert "Playground 1 0" in text(left) and 'hx-trigger="every 2s"' in left.text

    console.post(f"{HERE}/maintenance", {"open": "1"})
    assert draining.current() is None
    assert "hx-trigger" not in console.get(f"{HERE}/left").text
    closed, opened = StaffDeed.objects.filter(subject_kind="site").order_by("pk")
    assert (closed.action, opened.action) == ("orders.closed", "orders.opened")
    assert closed.after["message"] == opened.before["message"] == "A new disk."


def test_support_sees_how_easel_is_but_closes_nothing(console, alice, bob):
    appoint(bob.person, StaffRole.SUPPORT)
    console.force_login(bob.person)
    page = text(console.get(HERE))
    assert "Only an admin switches it on" in page and "Until about (UTC)" not in page
    assert console.post(f"{HERE}/maintenance", {"words": "x"}).status_code == 403
    assert draining.current() is None


def test_a_time_that_is_none_is_refused_and_one_that_is_over_is_said(console):
    wrong = console.post(f"{HERE}/maintenance", {"until": "soon"})
    assert wrong.status_code == 422 and draining.current() is None

    draining.close(until=timezone.now() - timedelta(minutes=1))

    assert "The time you named is over" in text(console.get(HERE))


def test_it_says_what_failed_whose_fault_it_was_and_what_waits(console, alice):
    order = an_order(alice.account, state="failed", delivered=0, error_code="timeout")
    tried = {"generation": order, "upstream": "x", "duration_ms": 1}
    start = order.created_at
    for outcome, status in (("broken", 500), ("broken", 500), ("succeeded", 200)):
        facts = {"provider": "fal", "outcome": outcome, "status": status}
        Attempt.objects.create(**tried, **facts, started_at=start)

    page = text(console.get(HERE))

    assert "of 3 tries" in page and "fal broken 500 2 66.7" in page
    assert "timeout 1" in page


def test_a_process_that_fell_silent_is_told_from_one_that_lives(console):
    Pulse(Process.Kind.WORKER).beat()
    long_ago = timezone.now() - timedelta(minutes=5)
    Process.objects.create(
        id="web:elsewhere:7",
        kind="web",
        host="elsewhere",
        pid=7,
        started_at=long_ago,
        seen_at=long_ago,
    )

    page = text(console.get(HERE))

    assert "Web 7 elsewhere last heard" in page
    assert page.count(" alive ") == 1


def test_it_says_when_what_the_clock_does_was_last_done(console, worker):
    renew_usual.delay()
    wait_until(lambda: Run.objects.filter(task=renew_usual.name).exists(), "the run")
    assert "the clock beats" in text(console.get(HERE))
    assert Process.objects.filter(kind="worker").exists()

    Run.objects.update(ended_at=timezone.now() - timedelta(days=1))

    page = text(console.get(HERE))
    assert "usual" in page and "late" in page and "the clock is silent" in page


def test_what_went_wrong_by_the_clock_is_said(console):
    note_run(tidy_uploads.name, 0.5, "OSError('the disk is full')")
    note_run("playground.generation.tasks.paint_order", 0.5, "")

    page = text(console.get(HERE))

    assert "failed OSError('the disk is full')" in page
    assert Run.objects.count() == 1
