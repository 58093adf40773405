"""What was tried and used is added up by the hour: all of it, once, however late it ends."""

import threading
from collections import Counter
from datetime import timedelta
from importlib import import_module
from itertools import product

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playground.generation import digests
from playground.generation.histogram import bucket_of
from playground.generation.looking_back import days_with
from playground.generation.models import (
    AccountDay,
    Attempt,
    AttemptDay,
    AttemptHour,
    DigestDay,
    DigestHour,
    Generation,
    OfferDay,
    OfferHour,
    Rolled,
    SalesDay,
    UsageDay,
    UsageHour,
)
from playground.generation.rolling import (
    ask_again,
    catch_up,
    day_of,
    do_again,
    hour_of,
    look_around,
    remove_old,
)
from playground.generation.rollups import TOOK, dimensions_of, measures_of
from playground.generation.summing import Window
from playground.generation.usage import Filter, sums_of, used
from tests.generation.orders import NOON, a_try, an_order

HOURS = (AttemptHour, OfferHour, UsageHour)


def lines(*models):
    """Everything that was added up, in no order, without the rows' own numbers."""
    found = Counter()
    for model in models:
        names = ["start", *dimensions_of(model), *measures_of(model)]
        found.update(
            (model.__name__, *row) for row in model.objects.values_list(*names)
        )
    return found


ENDS = st.sampled_from(
    ("succeeded", "refused", "busy", "broken", "empty", "misconfigured", "cancelled")
    + ("lost", "crowded", "hindered")
)
TRIES = st.lists(
    st.fixed_dictionaries(
        {
            "outcome": ENDS,
            "ms": st.integers(0, 900_000),
            "provider": st.sampled_from(("openai", "fal")),
            "cost_microusd": st.integers(0, 9),
            "first_byte_ms": st.none() | st.integers(0, 900_000),
        }
    ),
    max_size=3,
)
ORDERS = st.lists(
    st.fixed_dictionaries(
        {
            "after": st.integers(0, 3 * 24 * 60),
            "model": st.sampled_from(("gpt-image-1", "gpt-image-2")),
            "tier": st.sampled_from(("1K", "4K")),
            "state": st.sampled_from(("succeeded", "failed", "running")),
            "seconds": st.integers(0, 500),
            "is_test": st.booleans(),
            "is_demo": st.booleans(),
            "tries": TRIES,
        }
    ),
    min_size=1,
    max_size=12,
)


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(orders=ORDERS, looks=st.sets(st.integers(0, 11), max_size=3))
def test_what_is_added_up_is_what_stands_in_the_rows(alice, monkeypatch, orders, looks):
    monkeypatch.setattr(digests, "FEW", 2)
    for model in (Attempt, Generation, Rolled, AttemptHour, AttemptDay, OfferHour):
        model.objects.all().delete()
    for model in (OfferDay, UsageHour, UsageDay, AccountDay, SalesDay):
        model.objects.all().delete()
    for place, wanted in enumerate(orders):
        facts = dict(wanted)
        at = NOON + timedelta(minutes=facts.pop("after"))
        delivered = int(facts["state"] == "succeeded")
        price = {"unit_price_microcredits": 7, "delivered": delivered}
        an_order(alice.account, at, **price, **facts)
        if place in looks:  # it was added up while these orders came in
            catch_up()
    Generation.objects.filter(state="running").update(state="failed")
    ask_again(NOON, NOON + timedelta(days=4))
    assert catch_up() and do_again()

    real = Generation.objects.filter(is_test=False)
    tries = Attempt.objects.filter(generation__in=real)
    assert sum(AttemptHour.objects.values_list("tries", flat=True)) == tries.count()
    for hours, days in ((AttemptHour, AttemptDay), (OfferHour, OfferDay)):
        for which in (hours, days):
            assert by_model(which) == Counter(
                tries.values_list("generation__model", "provider", "outcome")
            )
            assert buckets(which) == Counter(
                bucket_of(ms)
                for ms in tries.filter(outcome="succeeded").values_list(
                    "duration_ms", flat=True
                )
            )
    for which in (UsageHour, UsageDay, AccountDay, SalesDay):
        rows = which.objects.values_list(
            "model", "state", "requests", "spent_microcredits"
        )
        found, spent = Counter(), 0
        for model, state, requests, cost in rows:
            found[model, state] += requests
            spent += cost
        assert found == Counter(real.values_list("model", "state"))
        assert spent == 7 * real.filter(state="succeeded").count()
    painted = real.filter(delivered__gt=0)
    assert buckets(UsageDay) == Counter(
        bucket_of(round((one.finished_at - one.created_at).total_seconds() * 1000))
        for one in painted
    )
    told = everything_told(alice.account)
    assert [requests for requests, _ in told[""]["sums"]] == [real.count()] * 2
    DigestDay.objects.filter(start=day_of(NOON)).delete()
    assert everything_told(alice.account) == told  # some of it read from the lines
    for which in (DigestDay, DigestHour):
        which.objects.all().delete()
    assert everything_told(alice.account) == told


@pytest.mark.parametrize("few_at_once", [3, 50])  # read from lines, or from digests
def test_several_facts_at_once_are_known_where_there_are_very_many(
    alice, monkeypatch, few_at_once
):
    for name, number in {"FEW": 2, "MANY": 8, "FEW_AT_ONCE": few_at_once}.items():
        monkeypatch.setattr(digests, name, number)
    models, lanes, states = (
        ("gpt-image-1", "gpt-image-2"),
        ("api", "batch"),
        ("succeeded", "failed"),
    )
    for at, model, lane, state in product(range(2), models, lanes, states):
        facts = {"model": model, "lane": lane, "state": state}
        paid = {"unit_price_microcredits": 7, "delivered": int(state == "succeeded")}
        an_order(alice.account, NOON + timedelta(minutes=at), **facts, **paid)
    ask_again(NOON, NOON + timedelta(days=1))
    assert catch_up() and do_again()

    told = everything_told(alice.account)
    assert told["two facts"]["sums"] == [(4, 0)] * 2
    assert told["three facts"]["sums"] == [(2, 14)] * 2
    for lines in (UsageHour, UsageDay, AccountDay):
        lines.objects.all().delete()
    assert (everything_told(alice.account) == told) == (few_at_once == 50)


def test_an_update_does_the_days_of_very_busy_accounts_again(alice):
    now = timezone.now()
    day = day_of(now) - timedelta(days=3)
    Rolled.objects.create(hours_until=hour_of(now), days_until=day_of(now))
    update = import_module("playground.generation.migrations.0028_found_by_facts")
    update.add_up_again(apps, None)
    assert Rolled.objects.get().again_from is None

    facts = {"account_id": alice.account.pk, "start": day, "state": "succeeded"}
    sums = {"requests": 1, "pictures": 1, "spent_microcredits": 7}
    UsageDay.objects.bulk_create(
        UsageDay(model=f"model {number}", is_demo=False, **facts, **sums)
        for number in range(update.VERY_MANY)
    )
    update.add_up_again(apps, None)
    assert Rolled.objects.get().again_from == day_of(now) - timedelta(days=100)


SIFTED = {
    **{"": {}, "a model": {"model": "gpt-image-1"}, "a lane": {"lane": "api"}},
    **{"a state": {"state": "failed"}, "nobody": {"person_id": 7}},
    "two facts": {"model": "gpt-image-2", "state": "failed"},
    "three facts": {"model": "gpt-image-2", "lane": "api", "state": "succeeded"},
}


def everything_told(account):
    """What a page would be told of these days, by what it sifts for."""
    since = day_of(NOON)
    until = since + timedelta(days=5)
    windows = [Window(since, until, step) for step in ("hour", "day")]
    return {
        name: {
            "used": [usage_told(Filter(account.pk, **facts), one) for one in windows],
            "sums": [sums_of(Filter(account.pk, **facts), one) for one in windows],
            "days": [
                day
                for day in days_with(account.pk, facts or {"lane": "api"}, since, until)
                if day.fit
            ],
        }
        for name, facts in SIFTED.items()
    }


def usage_told(which, window):
    told = Counter()
    for start, usage in used(which, window):
        for name, sums in (usage.models | usage.keys).items():
            told.update({(start, name, at): count for at, count in enumerate(sums)})
        told.update({(start, *end): count for end, count in usage.ends.items()})
        told.update(usage.took)
        told["demo"] |= usage.is_demo
    return told


CAUSES = {
    "ours": ("misconfigured", "lost", "crowded", "hindered"),
    "providers": ("busy", "broken", "empty"),
    "callers": ("cancelled",),
    "refused": ("refused",),
    "succeeded": ("succeeded",),
}


def by_model(model):
    """The counts as they stand in the lines; each cause under one name."""
    found = Counter()
    for line in model.objects.all():
        for cause in CAUSES:
            found[line.model, line.provider, cause] += getattr(line, cause)
    return ByCause(found)


class ByCause(Counter):
    """Counts that equal others in which the outcomes stand for themselves."""

    def __eq__(self, other):
        causes = {end: cause for cause, ends in CAUSES.items() for end in ends}
        theirs = Counter()
        for (model, provider, end), count in other.items():
            theirs[model, provider, causes[end]] += count
        return +Counter(self) == theirs


def buckets(model):
    found = Counter()
    for line in model.objects.all():
        for place, name in enumerate(TOOK):
            found[place] += getattr(line, name) or 0
    return +found


def test_an_hour_stays_open_until_its_last_order_has_ended(alice):
    late = an_order(alice.account, NOON, state="running", delivered=0)
    an_order(alice.account, NOON, tries=[{}])
    catch_up()
    assert Rolled.objects.get().hours_until == NOON
    assert UsageHour.objects.get().requests == 1

    a_try(late)
    Generation.objects.filter(pk=late.pk).update(state="succeeded", delivered=1)
    catch_up()
    assert Rolled.objects.get().hours_until > NOON + timedelta(days=1)
    assert UsageHour.objects.get().requests == 2
    assert UsageDay.objects.get().requests == 2


def test_the_hour_that_is_not_over_is_seen_too(alice):
    an_order(alice.account, timezone.now(), tries=[{}])
    catch_up()
    an_order(alice.account, timezone.now(), tries=[{}])
    catch_up()

    assert sum(UsageHour.objects.values_list("requests", flat=True)) == 2
    assert Rolled.objects.get().hours_until <= hour_of(timezone.now())


def test_two_who_add_up_at_once_count_nothing_twice(alice):
    for minutes in range(0, 600, 20):
        an_order(alice.account, NOON + timedelta(minutes=minutes), tries=[{}])
    an_order(alice.account, timezone.now(), tries=[{}])
    begin, failures = threading.Barrier(2), []

    def add_up():
        try:
            begin.wait()
            catch_up()
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    rivals = [threading.Thread(target=add_up) for _ in range(2)]
    for one in rivals:
        one.start()
    for one in rivals:
        one.join()

    assert failures == []
    assert sum(UsageHour.objects.values_list("requests", flat=True)) == 31
    assert sum(AttemptHour.objects.values_list("tries", flat=True)) == 31
    assert sum(OfferDay.objects.values_list("tries", flat=True)) == 30


def test_adding_up_again_changes_nothing(alice):
    for hours in range(40):
        an_order(alice.account, NOON + timedelta(hours=hours), tries=[{}, {"ms": 99}])
    catch_up()
    tables = (*HOURS, AttemptDay, OfferDay, UsageDay, SalesDay)
    before = lines(*tables)

    ask_again(NOON, NOON + timedelta(days=5))
    assert not do_again(seconds=1e-9)  # cut short, as a restart would
    assert Rolled.objects.get().again_from == day_of(NOON) + timedelta(days=1)
    assert do_again()
    assert lines(*tables) == before
    assert Rolled.objects.get().again_from is None


def test_old_lines_are_removed_and_days_stay_longer(alice, settings):
    settings.METRICS_HOURS_KEPT_DAYS, settings.METRICS_DAYS_KEPT_DAYS = 10, 0
    an_order(alice.account, timezone.now() - timedelta(days=12), tries=[{}])
    an_order(alice.account, timezone.now() - timedelta(days=3), tries=[{}])
    catch_up()
    assert remove_old() == 4

    assert AttemptHour.objects.count() == 1
    assert AttemptDay.objects.count() == 2


def test_a_long_look_is_followed_by_a_rest(alice):
    assert look_around()
    Rolled.objects.update(took_ms=60_000)
    assert not look_around()


@pytest.mark.parametrize("table", HOURS)
def test_rehearsals_are_not_counted(alice, table):
    an_order(alice.account, NOON, tries=[{}], is_test=True)
    catch_up()
    assert not table.objects.exists()
