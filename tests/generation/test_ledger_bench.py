"""The bench for the books: an operator's command, not a measurement here."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.models import Account
from billing.models import Transfer


def test_the_bench_fills_wallets_of_its_own_and_finds_the_books_in_order(
    books_db, alice, capsys
):
    call_command("ledger_bench", clients=2, wallets=2, seconds=0.3, yes=True)

    said = capsys.readouterr().out
    assert "errors            0" in said
    assert "audit             green" in said
    charged = Transfer.objects.filter(kind="charge").values("wallet_id").distinct()
    assert Account.objects.filter(pk__in=charged, name="ledger_bench").count() == 2
    assert alice.credits() == 100


def test_the_bench_is_not_run_on_a_production_database_by_mistake(settings):
    settings.DEBUG = False

    with pytest.raises(CommandError, match="--yes"):
        call_command("ledger_bench")
