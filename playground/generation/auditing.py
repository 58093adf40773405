"""Check the books and keep what was found, whoever asks: the clock, a page, a command."""

import json
import time

import structlog
from django.utils import timezone

from accounts.models import Person
from playground.generation.audit import Finding, audit
from playground.generation.audited import AuditRun

log = structlog.get_logger()
MOST_KEPT = 50


def ask_for_audit(person: Person | None = None) -> AuditRun:
    """Note that a check is wanted; a worker makes it."""
    return AuditRun.objects.create(person=person)


def carried_out(run: AuditRun) -> list[Finding]:
    """Make a check that is wanted, once; return what it found."""
    started = time.perf_counter()
    findings = audit()
    run.seconds = time.perf_counter() - started
    run.ended_at = timezone.now()
    run.broken = sorted({one.invariant for one in findings})
    run.offenders = [in_json(one) for one in findings[:MOST_KEPT]]
    run.save()
    if findings:
        log.error("ledger.broken", promises=run.broken, rows=len(findings))
    return findings


def carry_out(run_id: int | None) -> None:
    """Make the check of this number unless somebody has; without one, a new check."""
    run = AuditRun.objects.filter(pk=run_id).first() if run_id else ask_for_audit()
    if run and run.ended_at is None:
        carried_out(run)


def in_json(finding: Finding) -> list[str]:
    return [finding.invariant, json.dumps(finding.row, default=str)]


def last_audit() -> AuditRun | None:
    """Return the last check that came to an end."""
    return AuditRun.objects.exclude(ended_at=None).order_by("-pk").first()


def running_audit() -> AuditRun | None:
    newest = AuditRun.objects.order_by("-pk").first()
    return newest if newest and newest.is_running else None
