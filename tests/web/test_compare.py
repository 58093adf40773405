"""Several models side by side, rehearsals, and the day's free pictures."""

import pytest
from django.urls import reverse

from billing.ledger import MICRO
from playground.generation.errors import Unpainted
from playground.generation.history import totals
from playground.generation.models import Compared, Generation
from tests.web.browsers import ASK, HTMX, finish, generate, look, newest, words

DEAR = "gemini-3-pro-image-preview"  # 8 credits at 1K, and not connected here
REHEARSED = {"rehearse": "on", "quoted": "0", "n": "1"}


@pytest.fixture
def page(client, alice):
    """Alice's browser."""
    client.force_login(alice.person)
    return client


@pytest.fixture
def both_connected(settings):
    settings.FREE_PICTURES_A_DAY = 0
    settings.PROVIDERS = {
        **settings.PROVIDERS,
        "gemini": {"secret": "k", "base_url": "http://127.0.0.1:9", "is_local": True},
    }


def compared(browser, *rivals, **changes):
    return generate(browser, **{"mode": "compare", "rival": list(rivals), **changes})


def test_the_price_of_a_comparison_is_the_sum(page, both_connected):
    price = page.get("/create/quote", {**ASK, "rival": DEAR}).context["price"]
    assert price.unit == 9 * MICRO
    assert price.total == 18 * MICRO


def test_a_comparison_is_one_order_for_each_model_with_one_seed(
    page, alice, both_connected
):
    answer = compared(page, DEAR, quoted="18000000")
    assert answer.status_code == 200
    sketch, dear = Generation.objects.order_by("compared__place")
    assert (sketch.model, dear.model) == ("sketch-1", DEAR)
    assert sketch.request["seed"] == dear.request["seed"] is not None
    assert len(set(Compared.objects.values_list("comparison", flat=True))) == 1
    assert alice.credits() == 82
    assert answer.text.count("<figure") == 2


def test_a_comparison_nobody_can_pay_leaves_nothing_behind(client, bob, both_connected):
    client.force_login(bob.person)
    answer = compared(client, DEAR, quoted="18000000")
    assert answer.status_code == 402
    assert not Generation.objects.filter(state__in=Generation.LIVE).exists()


def test_the_sides_of_a_comparison_end_each_on_its_own(page, both_connected):
    compared(page, DEAR, n="1", quoted="9000000")
    sketch, dear = Generation.objects.order_by("compared__place")
    finish(sketch)
    answer = look(page, f"{sketch.pk}~w0", f"{dear.pk}~w1")
    assert answer.text.count("data-picture") == 1
    assert "1 credit · " in words(answer)
    assert f'data-run="{dear.pk}"' in page.get("/").text


def test_a_whole_comparison_is_taken_back_at_once(page, alice, both_connected):
    compared(page, DEAR, quoted="18000000")
    name = Compared.objects.values_list("comparison", flat=True)[0]
    page.post(reverse("comparison-cancel", args=[name]), headers=HTMX)
    assert alice.credits() == 100


def test_remixing_a_comparison_compares_again(page, both_connected):
    compared(page, DEAR, quoted="18000000")
    first = Generation.objects.get(model="sketch-1")
    wish = page.get("/create/settings", {"from": first.pk}).context["wish"]
    assert (wish.model, wish.rivals) == ("sketch-1", (DEAR,))


def test_comparing_begins_with_another_model_that_is_here(page):
    seen = page.get("/create/settings", {**ASK, "mode": "compare"})
    assert "Only one model is here: rehearse to compare others" in words(seen)
    asked = {**ASK, "mode": "compare", "rehearse": "on"}
    assert len(page.get("/create/settings", asked).context["panel"].rivals) == 1


def test_a_guest_compares_nothing(client, books_db):
    panel = client.get("/", {"model": "sketch-1", "rival": DEAR}).context["panel"]
    assert panel.rivals == ()


def test_any_model_can_be_rehearsed_for_nothing(page, alice):
    answer = generate(page, model=DEAR, **REHEARSED)
    assert answer.status_code == 200
    done = finish(newest())
    assert (done.model, done.provider, done.is_test) == (DEAR, "rehearsal", True)
    assert alice.credits() == 100
    seen = page.get("/")
    assert '<span class="mark shot">rehearsal</span>' in seen.text
    assert seen.context["panel"].model.id == DEAR


def test_a_rehearsal_counts_in_no_total_and_takes_no_free_picture(page, alice):
    generate(page, **REHEARSED)
    finish(newest())
    orders = Generation.objects.filter(account=alice.account)
    assert totals(orders).requests == 0
    assert page.get("/create/quote", ASK).context["price"].free == 12


def test_a_failure_can_be_rehearsed(page):
    generate(page, model=DEAR, prompt="easel:fail a fox", **REHEARSED)
    order = newest()
    with pytest.raises(Unpainted):
        finish(order)
    assert "Not painted, not charged" in words(look(page, f"{order.pk}~w0"))


def test_a_guest_rehearses_nothing(client, books_db):
    assert generate(client, model=DEAR, **REHEARSED).status_code == 422
    assert not Generation.objects.exists()


def test_twelve_small_pictures_of_the_painter_are_free_every_day(page, alice):
    price = page.get("/create/quote", ASK).context["price"]
    assert (price.total, price.free) == (0, 12)
    generate(page, quoted="0")
    finish(newest())
    assert alice.credits() == 100
    assert "10 free pictures left today" in words(page.get("/"))


def test_a_run_larger_than_what_is_left_is_paid_for(page, alice, settings):
    settings.FREE_PICTURES_A_DAY = 3
    generate(page, quoted="0")
    assert generate(page, quoted="0").status_code == 409
    assert generate(page, quoted="2000000").status_code == 200
    assert alice.credits() == 98


def test_a_large_picture_is_never_one_of_the_free_ones(page):
    price = page.get("/create/quote", {**ASK, "resolution": "4K"}).context["price"]
    assert price.total == 4 * MICRO
