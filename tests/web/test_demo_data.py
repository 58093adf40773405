"""A month to look at: filled, marked, and taken away without a trace. No money moves."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.models import AccessGroup, Account, ApiKey, Person
from billing.ledger import wallet_of
from playground.generation.audit import audit
from playground.generation.metrics import Scope, figures, figures_by
from playground.generation.models import Attempt, Generation, OfferDay, UsageDay
from playground.generation.rolling import catch_up
from playground.generation.summing import Window
from playground.generation.usage import Filter, sums_of
from playground.web.demo import EMAIL
from tests.generation.orders import an_order

PRO = "gemini-3-pro-image-preview"


def run(name, *arguments, **options):
    out = StringIO()
    call_command(name, *arguments, stdout=out, **options)
    return out.getvalue()


def test_a_month_is_filled_believably_and_taken_away_again(books_db, alice, settings):
    settings.DEBUG = True
    settings.DEVELOPMENT = {"demo_password": "a fox", "demo_key": "esl_live_demo"}
    before = an_order(alice.account, tries=[{}], model=PRO)
    run("demo_data", days=6, orders_a_day=250, challenges=0)

    assert Generation.objects.filter(is_demo=True).count() > 1_000
    assert audit() == []
    month = Window.last("30d")
    known = figures_by(Scope(PRO), month, "provider")
    assert 18 < known[("gemini",)].p50_seconds < 26
    assert known[("replicate",)].p95_seconds > known[("gemini",)].p95_seconds
    success = {name: one.success.part for (name,), one in known.items() if one.success}
    assert 0.2 < success["vertex"] < 0.72
    assert success["vertex"] < success["replicate"]
    assert len(figures_by(Scope(PRO), month, "group")) == 8  # seven and the usual one
    assert figures(Scope(PRO), month).is_demo

    mine = Account.objects.get(people=Person.objects.get(email=EMAIL))
    assert sums_of(Filter(mine.pk), month)[1] > 0
    assert wallet_of(mine.pk).balance == wallet_of(mine.pk).credits_posted
    told = json.loads(run("margins", "--json"))
    assert told["total"]["demo"] is True
    assert "Demo data is among this" in run("margins", days=7)

    run("demo_data", remove=True)
    assert list(Generation.objects.all()) == [before]
    assert Attempt.objects.count() == 1
    assert OfferDay.objects.get().model == PRO
    assert UsageDay.objects.get().account_id == alice.account.pk
    assert not figures(Scope(PRO), month).is_demo
    assert not AccessGroup.objects.filter(slug__startswith="demo").exists()
    assert ApiKey.objects.filter(account=mine).exists()
    assert audit() == []


def test_it_is_not_mixed_into_production_by_mistake(books_db, settings):
    settings.DEBUG = False
    with pytest.raises(CommandError, match="--yes"):
        call_command("demo_data")
    assert not Generation.objects.exists()


def test_both_ledgers_stand_side_by_side(books_db, alice, settings):
    settings.PACKS = {"usd": {"1000": 485}}  # 9.41 of 10 dollars: 1.94 cents a credit
    facts = {"unit_price_microcredits": 8_000_000}
    an_order(alice.account, tries=[{"cost_microusd": 134_000}], **facts)
    an_order(
        alice.account,
        tries=[{"outcome": "broken", "cost_microusd": 5_000}]
        + [{"outcome": "refused", "cost_microusd": 20_000}],
        state="refused",
        delivered=0,
        **facts,
    )
    catch_up()

    told = json.loads(run("margins", "--days", "30", "--json"))
    (line,) = told["lines"]
    assert line["paid_microcredits"] == 8_000_000
    assert line["cost_microusd"] == 159_000
    assert (line["refused_microusd"], line["lost_microusd"]) == (20_000, 5_000)
    assert float(line["paid_usd"]) == pytest.approx(8 * 9.41 / 485, abs=1e-6)
    assert float(line["margin_usd"]) == pytest.approx(8 * 9.41 / 485 - 0.159, abs=1e-6)
    assert told["total"]["demo"] is False


def test_the_backfill_and_the_pruning_say_what_they_did(books_db, alice):
    an_order(alice.account, tries=[{}])
    said = run("metrics_backfill")
    assert "are closed" in said
    OfferDay.objects.all().delete()
    run("metrics_backfill", "--from", str(Generation.objects.get().created_at.date()))
    assert OfferDay.objects.get().tries == 1
    assert "0 lines removed" in run("metrics_prune")
