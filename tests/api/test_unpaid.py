"""What nobody pays for has a brake: a key that is refused too dearly waits a while."""

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.issuing import issue_key
from playground.generation import unpaid
from playground.generation.ways import Unpaid
from tests.api.test_fallback import ask
from tests.services.site import Client, running_site
from tests.upstreams.two_studios import boats, two_studios

pytestmark = pytest.mark.books


@pytest.fixture
def studios(settings, tmp_path):
    with two_studios(settings, tmp_path, boats(charges_on="call")) as both:
        settings.UNPAID_USD_AN_HOUR = 0.05
        yield both


@pytest.fixture
def api(books_db, studios):
    with running_site() as site:
        yield Client(site.base_url)


def is_refused(api, customer, times=1):
    """Ask for what the model declines: $0.02 a time."""
    answers = [ask(api, customer, prompt="[fault:refusal]") for _ in range(times)]
    return [answer.json()["error"]["code"] for answer in answers]


def test_past_a_sum_of_refusals_a_key_has_to_wait(api, alice):
    assert is_refused(api, alice, 3) == ["moderation_blocked"] * 3

    answer = ask(api, alice)

    assert answer.status_code == 429
    assert answer.json()["error"]["code"] == "too_many_refusals"
    assert 3500 < int(answer.headers["Retry-After"]) <= 3600
    assert alice.credits() == 100


def test_operators_see_who_is_held_back(api, alice, capsys):
    is_refused(api, alice, 3)

    call_command("channels", "list")

    assert f"of {alice.account.pk} until" in capsys.readouterr().out


def test_it_is_remembered_by_other_processes_and_after_a_restart(api, alice):
    is_refused(api, alice, 3)
    unpaid.brakes.forget()

    assert ask(api, alice).status_code == 429


def test_after_an_hour_it_may_ask_again(api, alice):
    is_refused(api, alice, 3)
    Unpaid.objects.update(started_at=timezone.now() - unpaid.HOUR)
    unpaid.brakes.forget()

    assert ask(api, alice).status_code == 200


def test_another_key_of_the_account_goes_on_but_not_for_ever(api, alice):
    is_refused(api, alice, 3)
    keys = [issue_key(alice.account, name=f"key {n}")[1] for n in range(3)]

    assert is_refused(api, keys[0], 3) == ["moderation_blocked"] * 3
    assert is_refused(api, keys[1], 2) == ["moderation_blocked"] * 2
    assert is_refused(api, keys[2]) == ["too_many_refusals"]


def test_others_are_not_held_up(api, alice, carol):
    is_refused(api, alice, 3)

    assert ask(api, carol).status_code == 200


def test_what_is_paid_for_is_not_counted(api, alice):
    for _ in range(4):
        assert ask(api, alice).status_code == 200

    assert not Unpaid.objects.exists()


def test_a_refusal_that_is_not_billed_is_not_counted(api, alice, studios, settings):
    settings.COMPATIBLE_SERVERS = {
        name: server
        for name, server in settings.COMPATIBLE_SERVERS.items()
        if name == "right"
    }
    studios[1].fault = "401"

    ask(api, alice)

    assert not Unpaid.objects.exists()


def test_a_limit_of_nothing_is_no_limit(api, alice, settings):
    settings.UNPAID_USD_AN_HOUR = 0
    is_refused(api, alice, 4)

    assert ask(api, alice).status_code == 200
