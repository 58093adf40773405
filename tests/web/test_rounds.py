"""What the clock finds that people should know."""

from datetime import timedelta

import pytest
from django.utils import timezone

from billing.ledger import MICRO, credit
from billing.models import Transfer
from playground.generation.catalogue import catalogue
from playground.notices.rounds import tell_low_balances, tell_retiring_models
from tests.generation.catalogue_files import SHORT
from tests.letters import posted
from tests.web.orders import an_order


@pytest.fixture
def ending_soon(settings, tmp_path):
    """A model that ends in three weeks."""
    day = timezone.now().date() + timedelta(days=21)
    ends = f'[lifecycle]\nstatus = "deprecated"\nshutdown = {day}\n'
    ends += 'successor = "sketch-1"\n\n'
    text = SHORT.replace("\n[[offers]]", f"\n{ends}[[offers]]")
    (tmp_path / "model.toml").write_text(text)
    settings.CATALOGUE_DIR = str(tmp_path)
    catalogue.forget()
    yield day
    catalogue.forget()


def test_few_credits_are_told_of_once_until_some_are_added(api, alice, bob, settings):
    settings.LOW_CREDITS = 1_000
    tell_low_balances()
    assert posted() == []
    api.post("/v1/images/generations", as_=alice, prompt="a fox")
    tell_low_balances()
    tell_low_balances()
    [letter] = posted()
    left = Transfer.objects.filter(wallet=alice.account.pk).latest("seq").balance_after
    assert letter.to == ["alice@example.com"]
    assert letter.subject == f"{left / MICRO:g} credits are left"
    credit(alice.account.pk, 5 * MICRO, kind="grant", key="grant:more")
    api.post("/v1/images/generations", as_=alice, prompt="a fox")
    tell_low_balances()
    assert len(posted()) == 2


def test_who_used_a_model_lately_is_told_of_its_end(alice, bob, carol, ending_soon):
    an_order(alice.account, model="workshop-flux", days_ago=10)
    an_order(bob.account, model="workshop-flux", days_ago=40)
    an_order(carol.account, model="sketch-1")
    tell_retiring_models()
    tell_retiring_models()
    [letter] = posted()
    assert letter.to == ["alice@example.com"]
    assert letter.subject == "workshop-flux is being retired"
    assert f"{ending_soon.day} {ending_soon:%B %Y}" in letter.body
    assert "Use sketch-1 instead." in letter.body
