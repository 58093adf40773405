"""What was tried, used and sold, added up by hour and by day.

All of it can be made again from the orders' own rows; `rolling` does, and nothing else
writes here. An hour is the hour in which orders were asked for, UTC, however late they
ended, so what stands in these tables adds up to what lists of orders show. Rehearsals
with test keys are left out. Demo data is counted apart from the rest.

A histogram is a column for each of its buckets: `SUM` merges them on any database, and a
bucket nobody fell into takes no room.
"""

from typing import Any

from django.db import models

from playground.generation.histogram import BUCKETS

TOOK = tuple(f"d{place:02}" for place in range(BUCKETS))
FIRST_BYTE = tuple(f"f{place:02}" for place in range(BUCKETS))


def with_buckets(model: type[models.Model], columns: tuple[str, ...]) -> None:
    """Add a histogram. It comes last: databases read a row from its beginning."""
    for name in columns:
        model.add_to_class(name, models.IntegerField(null=True))


def indexed(first: str, name: str) -> list[models.Index]:
    """By what is asked for, and by time, which is how rows are replaced and removed."""
    return [
        models.Index(fields=[first, "start"], name=f"{name}_by_{first.split('_')[0]}"),
        models.Index(fields=["start"], name=f"{name}_by_start"),
    ]


def indexed_by_facts(name: str) -> list[models.Index]:
    """By what one account's lines of long windows are sifted by, where it is a few."""
    facts = {"key_id": "key", "model": "model"}
    return [
        models.Index(fields=["account_id", fact, "start"], name=f"{name}_by_{words}")
        for fact, words in facts.items()
    ]


class Rollup(models.Model):
    """One line: since when it counts, and of what kind its orders were."""

    id = models.BigAutoField(primary_key=True)
    start = models.DateTimeField()
    is_demo = models.BooleanField()
    model = models.CharField(max_length=80)

    class Meta:
        abstract = True


class Tries(models.Model):
    """Attempts, by what came of them, and what they brought and cost.

    `ours`, `providers` and `callers` say whose failure it was. The money is what their
    pictures cost the customer, what the provider bills, and the part of that for
    refusals and for other tries without a picture.
    """

    tries = models.IntegerField()
    succeeded = models.IntegerField()
    ours = models.IntegerField()
    providers = models.IntegerField()
    callers = models.IntegerField()
    refused = models.IntegerField()
    pictures = models.IntegerField()
    charged_microcredits = models.BigIntegerField()
    cost_microusd = models.BigIntegerField()
    refused_microusd = models.BigIntegerField()
    lost_microusd = models.BigIntegerField()
    tokens = models.BigIntegerField()
    tokens_ms = models.BigIntegerField()

    class Meta:
        abstract = True


class AttemptRollup(Tries, Rollup):
    """Attempts with all that may be asked about them."""

    provider = models.CharField(max_length=40)
    channel = models.CharField(max_length=60)
    group = models.CharField(max_length=40)
    tier = models.CharField(max_length=20)
    endpoint = models.CharField(max_length=40)

    class Meta:
        abstract = True


class OfferRollup(Tries, Rollup):
    """Attempts by model and provider alone: few rows, for the whole site and long windows."""

    provider = models.CharField(max_length=40)

    class Meta:
        abstract = True


with_buckets(AttemptRollup, TOOK + FIRST_BYTE)
with_buckets(OfferRollup, TOOK + FIRST_BYTE)


class Orders(models.Model):
    """Orders that have ended, the pictures they brought and what was paid for them."""

    requests = models.IntegerField()
    pictures = models.IntegerField()
    spent_microcredits = models.BigIntegerField()

    class Meta:
        abstract = True


class UsageRollup(Orders, Rollup):
    """An account's orders. How long they took is counted for those that brought pictures."""

    account_id = models.CharField(max_length=40)
    key_id = models.CharField(max_length=40)
    person_id = models.BigIntegerField(null=True)
    lane = models.CharField(max_length=8)
    endpoint = models.CharField(max_length=40)
    provider = models.CharField(max_length=40)
    group = models.CharField(max_length=40)
    state = models.CharField(max_length=20)
    error_code = models.CharField(max_length=40)

    class Meta:
        abstract = True


with_buckets(UsageRollup, TOOK)


class SalesRollup(Orders, Rollup):
    """Everybody's orders, for operators."""

    group = models.CharField(max_length=40)
    lane = models.CharField(max_length=8)
    state = models.CharField(max_length=20)

    class Meta:
        abstract = True


class AttemptHour(AttemptRollup):
    class Meta:
        indexes = indexed("model", "attempthours")


class AttemptDay(AttemptRollup):
    class Meta:
        indexes = indexed("model", "attemptdays")


class OfferHour(OfferRollup):
    class Meta:
        indexes = indexed("model", "offerhours")


class OfferDay(OfferRollup):
    class Meta:
        indexes = indexed("model", "offerdays")


class UsageHour(UsageRollup):
    class Meta:
        indexes = indexed("account_id", "usagehours")


class UsageDay(UsageRollup):
    class Meta:
        indexes = [
            *indexed("account_id", "usagedays"),
            *indexed_by_facts("usagedays"),
            models.Index(
                fields=["account_id", "person_id", "start"],
                condition=models.Q(person_id__isnull=False),
                name="usagedays_by_person",
            ),
        ]


class AccountDay(Orders, Rollup):
    """An account's orders by day, with fewer facts: for long windows of busy accounts."""

    account_id = models.CharField(max_length=40)
    key_id = models.CharField(max_length=40)
    state = models.CharField(max_length=20)
    error_code = models.CharField(max_length=40)

    class Meta:
        indexes = [
            *indexed("account_id", "accountdays"),
            *indexed_by_facts("accountdays"),
        ]


with_buckets(AccountDay, TOOK)


class Digest(models.Model):
    """One account's usage of an hour or a day, all of it or what has one `fact` in common.

    `body` says it by model, key and end, with the times, as `digests` writes it.
    """

    id = models.BigAutoField(primary_key=True)
    start = models.DateTimeField()
    account_id = models.CharField(max_length=40)
    fact = models.CharField(max_length=12)
    value = models.CharField(max_length=80)
    requests = models.IntegerField()
    spent_microcredits = models.BigIntegerField()
    body = models.TextField()

    class Meta:
        abstract = True


def found_by_fact(name: str) -> list[models.Index]:
    by = ["account_id", "fact", "value", "start"]
    return [
        models.Index(fields=by, name=f"{name}_by_fact"),
        models.Index(fields=["start"], name=f"{name}_by_start"),
    ]


class DigestHour(Digest):
    class Meta:
        indexes = found_by_fact("digesthours")


class DigestDay(Digest):
    class Meta:
        indexes = found_by_fact("digestdays")


class SalesHour(SalesRollup):
    class Meta:
        indexes = [models.Index(fields=["start"], name="saleshours_by_start")]


class SalesDay(SalesRollup):
    class Meta:
        indexes = [models.Index(fields=["start"], name="salesdays_by_start")]


class Rolled(models.Model):
    """How far adding up has come: one row.

    Hours before `hours_until` are added up for good, and days before `days_until`. The
    days from `again_from` to `again_until` are to be done once more.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    hours_until = models.DateTimeField()
    days_until = models.DateTimeField()
    again_from = models.DateTimeField(null=True)
    again_until = models.DateTimeField(null=True)
    looked_at = models.DateTimeField(null=True)
    took_ms = models.IntegerField(default=0)


class Usual(models.Model):
    """What was usual lately: of a model at a tier, or, with a channel, of that way.

    Routing begins with it after a restart, and progress bars are drawn by it.
    """

    id = models.BigAutoField(primary_key=True)
    model = models.CharField(max_length=80)
    tier = models.CharField(max_length=20, blank=True, default="")
    channel = models.CharField(max_length=60, blank=True, default="")
    seconds = models.FloatField()
    reliability = models.FloatField()
    samples = models.IntegerField()


def measures_of(model: type[models.Model]) -> list[str]:
    """Return the columns of a rollup that are added up; the others say of what."""
    return [column.name for column in model._meta.concrete_fields if is_added(column)]


def dimensions_of(model: type[models.Model]) -> list[str]:
    """Return the columns that say what a line counts, but for its time."""
    names = [column.name for column in model._meta.concrete_fields]
    added = {"id", "start", *measures_of(model)}
    return [name for name in names if name not in added]


def is_added(column: Any) -> bool:
    kind = column.get_internal_type()
    return kind in ("IntegerField", "BigIntegerField") and column.name != "person_id"
