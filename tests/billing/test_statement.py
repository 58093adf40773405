"""A month of a long journal is found by a few looks at its lines' times."""

from datetime import UTC, date, datetime, timedelta

import pytest

from billing import statement
from billing.models import Transfer, Wallet

BEGINS = datetime(2031, 1, 30, tzinfo=UTC)


@pytest.mark.django_db
@pytest.mark.parametrize("looked_at", [1, 2, 16])
def test_a_month_begins_and_ends_at_its_own_lines(alice, monkeypatch, looked_at):
    monkeypatch.setattr(statement, "LOOKED_AT", looked_at)
    wallet = Wallet.objects.get(account=alice.account)
    # Many on one day, none in March, and the last moments of two months.
    times = [BEGINS + timedelta(hours=number) for number in range(60)]
    times += [datetime(2031, 2, 28, 23, 59, 59, 999_999, tzinfo=UTC)] * 3
    times += [datetime(2031, 4, 1, tzinfo=UTC), datetime(2031, 4, 30, 23, tzinfo=UTC)]
    begin = wallet.seq
    Transfer.objects.bulk_create(
        Transfer(
            wallet=wallet,
            seq=begin + number,
            direction=1,
            amount=1,
            balance_after=wallet.credits_posted + number,
            kind=Transfer.Kind.GRANT,
            counter="promo",
            key=f"line {number}",
            at=at,
        )
        for number, at in enumerate(times, start=1)
    )
    wallet.seq += len(times)

    for month in range(1, 7):
        first, until = statement.seqs_of(wallet, date(2031, month, 1))
        lines = wallet.transfers.filter(seq__gt=begin, seq__gte=first, seq__lt=until)
        found = list(lines.order_by("seq").values_list("at", flat=True))
        assert found == [at for at in times if at.month == month]
