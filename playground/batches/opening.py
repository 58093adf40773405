"""Batches are opened, begun and called off here, whichever door that was asked at.

A batch that is only to be quoted is checked like any other, and waits a day for a word.
Calling off lets what is being painted come to its end; nothing else begins.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from playground.batches.ending import end_if_done, end_rest, unstarted
from playground.batches.files import found as found_file
from playground.batches.models import Batch, File
from playground.batches.naming import made_once
from playground.generation.errors import BadRequest, NotFound, TooMany, TwinAhead
from playground.generation.quoting import is_text
from playground.generation.request import Once

State = Batch.State
WINDOW = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to become of a file."""

    input_file: str
    endpoint: str
    metadata: Mapping[str, str] | None = None
    is_dry: bool = False
    most_microcredits: int | None = None
    results_kept_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Opener:
    """Who hands a batch in, and where this site was for them."""

    account_id: str
    site: str
    key_id: str | None = None
    person_id: int | None = None
    is_test: bool = False


def open_batch(
    wanted: Wanted, by: Opener, once: Once | None = None
) -> tuple[Batch, bool]:
    """Take a batch in, to be checked; say whether it was there under the caller's name."""
    file = found_file(by.account_id, wanted.input_file)
    if file.purpose != File.Purpose.BATCH:
        message = _("input_file_id names a file whose purpose is not batch.")
        raise BadRequest(message, param="input_file_id")
    check_count(by.account_id)
    batch = Batch(
        account_id=by.account_id,
        key_id=by.key_id,
        person_id=by.person_id,
        is_test=by.is_test,
        is_dry=wanted.is_dry,
        endpoint=wanted.endpoint,
        input_file=file.pk,
        input_name=file.name,
        metadata=wanted.metadata,
        site=by.site,
        most_microcredits=wanted.most_microcredits,
        results_kept_seconds=wanted.results_kept_seconds,
        expires_at=timezone.now() + WINDOW,
    )
    return made_once(batch, once)


def check_count(account_id: str) -> None:
    under_way = Batch.objects.filter(account_id=account_id).exclude(
        state__in=Batch.ENDED
    )
    if under_way.count() >= settings.BATCHES_AT_ONCE:
        message = _("An account has at most %(most)d batches under way: wait for one.")
        raise TooMany(
            message % {"most": settings.BATCHES_AT_ONCE}, retry_after_seconds=60
        )


def batches_of(account_id: str) -> QuerySet[Batch]:
    return Batch.objects.filter(account_id=account_id)


def found(account_id: str, batch_id: str) -> Batch:
    """Find one of this account's batches; another's looks like none."""
    batch = batches_of(account_id).filter(pk=batch_id).first()
    if not is_text(batch_id) or batch is None:
        raise NotFound(_("There is no batch of this id."), code="batch_not_found")
    return batch


def begin(batch: Batch) -> None:
    """Let the lines of a batch that was checked be painted, from now on."""
    now = timezone.now()
    batch.state, batch.begun_at, batch.fed_at = State.IN_PROGRESS, now, now
    batch.save()


def start(batch: Batch) -> None:
    """Begin with a batch that was quoted. Its day begins anew; its price stays."""
    with transaction.atomic():
        locked = Batch.objects.select_for_update().get(pk=batch.pk)
        if locked.state == State.QUOTED:
            locked.expires_at = timezone.now() + WINDOW
            begin(locked)
        elif locked.is_over or locked.state == State.VALIDATING:
            raise TwinAhead(
                _("Only a batch that was quoted, and waits, can be started."),
                code="batch_not_quoted",
                retry_after_seconds=None,
            )
    batch.refresh_from_db()


def cancel(batch: Batch) -> None:
    """Call a batch off. What is being painted is painted to its end, and paid."""
    with transaction.atomic():
        locked = Batch.objects.select_for_update().get(pk=batch.pk)
        if locked.may_be_cancelled and locked.state != State.FINALIZING:
            locked.cancelling_at = timezone.now()
            if locked.begun_at is None:
                unstarted(locked, State.CANCELLED)
            else:
                locked.state = State.CANCELLING
                end_rest(locked, "batch_cancelled")
    end_if_done(batch.pk)
    batch.refresh_from_db()
