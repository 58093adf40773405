"""Columns of known words: SQLite finds rows by an index that covers several of them."""

import pytest
from django.db import connection
from django.utils import timezone

from billing.models import Hold, StripeEvent, StripePayment
from playground.batches.models import Line
from playground.generation.models import Generation

pytestmark = pytest.mark.django_db


@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="PostgreSQL knows the values."
)
@pytest.mark.parametrize(
    ("rows", "index"),
    [
        (
            lambda: Generation.objects.filter(
                state__in=Generation.LIVE, deadline__lt=timezone.now()
            ),
            "generations_to_sweep",
        ),
        (
            lambda: Hold.objects.filter(
                wallet="acc_1", state__in=["voided", "expired"]
            ).order_by("-resolved_at", "-id"),
            "holds_given_back",
        ),
        (lambda: Line.objects.filter(state__in=Line.IN_HAND), "lines_in_hand"),
        (
            lambda: StripePayment.objects.filter(
                status__in=["created", "processing"], created_at__lt=timezone.now()
            ),
            "payments_undecided",
        ),
        (
            lambda: StripeEvent.objects.filter(
                state__in=["received", "failed"], received_at__lt=timezone.now()
            ),
            "events_to_handle_again",
        ),
    ],
)
def test_an_index_of_several_words_is_used(rows, index):
    assert index in rows().explain()


def test_known_words_stand_in_the_statement_and_others_are_sent_along():
    said = [
        Generation.objects.filter(state__in=words).query.sql_with_params()[1]
        for words in (["queued", "running"], ["queued", "x') OR (1=1"])
    ]
    assert said == [(), ("queued", "x') OR (1=1")]
    assert not Generation.objects.filter(state__in=["x') OR (1=1 --"]).exists()
