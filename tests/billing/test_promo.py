"""A code gives its credits: as often as it says, and once an account."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from billing.models import Lot, PromoCode, PromoUse
from billing.promo import NotRedeemed, redeem
from playground.generation.audit import audit
from tests.cast import customer


@pytest.fixture(autouse=True)
def books_that_balance(books_db):
    yield
    assert audit() == []


def make(code="SPRING", credits=20, **facts):
    return PromoCode.objects.create(code=code, credits=credits, **facts)


def refusal(person, code="SPRING"):
    with pytest.raises(NotRedeemed) as refused:
        redeem(person.account.pk, code)
    return str(refused.value.words)


def test_a_code_gives_its_credits_however_it_is_typed(bob):
    make()
    redeem(bob.account.pk, " spring ")
    assert bob.credits() == 20


def test_an_account_uses_a_code_once(bob):
    make(max_uses=5)
    redeem(bob.account.pk, "SPRING")
    assert "used this code before" in refusal(bob)
    assert bob.credits() == 20
    assert PromoCode.objects.get().uses == 1


def test_a_single_use_code_is_used_once(bob, carol):
    make()
    redeem(bob.account.pk, "SPRING")
    assert "as often as it may be" in refusal(carol)
    assert carol.credits() == 100


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"starts_at": timezone.now() + timedelta(days=1)}, "cannot be used yet"),
        ({"ends_at": timezone.now()}, "has ended"),
    ],
)
def test_a_code_is_good_in_its_time_only(bob, facts, said):
    make(**facts)
    assert said in refusal(bob)
    assert bob.credits() == 0


def test_a_code_nobody_made_gives_nothing(bob):
    assert "no such code" in refusal(bob)


def test_its_credits_may_expire(bob):
    make(expire_days=30)
    redeem(bob.account.pk, "SPRING")
    good_for = Lot.objects.get().expires_at - timezone.now()
    assert timedelta(days=29, hours=23) < good_for <= timedelta(days=30)


def test_rivals_for_the_last_use_do_not_share_it(books_db):
    make(max_uses=2)
    people = [customer(f"person{number}") for number in range(10)]

    def tries(person):
        try:
            return redeem(person.account.pk, "SPRING") is not None
        except NotRedeemed:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as threads:
        answers = list(threads.map(tries, people))
    assert answers.count(True) == PromoCode.objects.get().uses == 2
    assert sum(person.credits() for person in people) == 40


def test_one_account_in_ten_places_at_once_uses_it_once(bob):
    make(max_uses=10)

    def tries(_):
        try:
            return redeem(bob.account.pk, "SPRING") is not None
        except NotRedeemed:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as threads:
        answers = list(threads.map(tries, range(10)))
    assert (answers.count(True), bob.credits()) == (1, 20)
    assert PromoCode.objects.get().uses == 1


def test_the_audit_finds_a_use_that_was_not_counted(bob):
    promo = make(max_uses=2)
    redeem(bob.account.pk, "SPRING")
    PromoCode.objects.update(uses=2)
    assert {one.invariant for one in audit()} == {"I11"}
    PromoCode.objects.filter(pk=promo.pk).update(uses=1)


# The operator's command.


def test_the_operator_makes_lists_and_ends_codes(bob, capsys):
    call_command("promo_code", "spring-26", "--credits", "20", "--uses", "100")
    redeem(bob.account.pk, "SPRING-26")
    call_command("promo_code")
    assert "used 1 of 100" in capsys.readouterr().out
    call_command("promo_code", "SPRING-26", "--end")
    assert "has ended" in refusal(customer("erin"), "SPRING-26")


def test_gift_codes_have_names_of_their_own_and_one_use(bob, capsys):
    call_command("promo_code", "--credits", "50", "--count", "3")
    codes = capsys.readouterr().out.split()
    assert len(set(codes)) == 3
    redeem(bob.account.pk, codes[0])
    assert bob.credits() == 50
    assert PromoUse.objects.count() == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["X", "--credits", "5"], "3 to 40 letters"),
        (["SPRING", "--credits", "0"], "--credits"),
        (["SPRING", "--credits", "5", "--uses", "0"], "--uses"),
        (["SPRING", "--credits", "5", "--until", "2020-01-01"], "before the code"),
        (["SPRING", "--credits", "5", "--until", "31.12."], "is no day"),
        (["SPRING", "--credits", "5", "--count", "2"], "--count"),
        (["SPRING"], "There is no code SPRING"),
        (["SPRING", "--end"], "There is no code SPRING"),
    ],
)
def test_a_code_nobody_could_mean_is_refused(books_db, words, said):
    with pytest.raises(CommandError, match=said):
        call_command("promo_code", *words)


def test_a_name_is_given_once(books_db):
    make()
    with pytest.raises(CommandError, match="already"):
        call_command("promo_code", "spring", "--credits", "5")
