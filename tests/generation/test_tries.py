"""What a try costs us: by the provider's own rules, and ours alone when nobody pays."""

from decimal import Decimal

import pytest

from playground.generation.offered import Offer, Rates
from playground.generation.providers.base import (
    Access,
    Answer,
    Broken,
    Busy,
    Channel,
    Late,
    Misconfigured,
    PaintedPicture,
    Refused,
    Trade,
)
from playground.generation.route import Candidate
from playground.generation.tries import Try
from tests.generation.test_wording import REQUEST

HERE = Channel("here", Trade("here", "Here", open=lambda access: None), Access())
CENTS = Decimal("0.03")
REFUSED = Refused("no", ran="no")
EMPTY, LOST = Broken("nothing in it", ran="yes"), Broken("cut", ran="unknown")
TURNED_AWAY = (Busy("later"), Broken("503"), Misconfigured("wrong key"))


def asked(charges_on, failure=None, pictures=0, *, told=None):
    offer = Offer("here", "x", cost_usd=Rates(flat=CENTS), charges_on=charges_on)
    one = Try(Candidate(offer, HERE, "x"), asked=2)
    one.failure = failure
    one.answer = Answer((PaintedPicture(b""),) * pictures, cost_microusd=told)
    return one.cost(REQUEST) // 30_000


@pytest.mark.parametrize(
    ("charges_on", "failure", "pictures_billed"),
    [
        ("picture", REFUSED, 0),
        ("picture", EMPTY, 0),
        ("picture", LOST, 2),
        ("picture", Late("no end", ran="unknown"), 2),
        ("picture", Late("never begun", ran="no"), 0),
        ("picture", None, 2),  # called off by the customer
        ("call", REFUSED, 2),
        ("call", EMPTY, 2),
        ("call", LOST, 2),
        *[("call", failure, 0) for failure in TURNED_AWAY],
        *[("nothing", failure, 0) for failure in (REFUSED, EMPTY, LOST, None)],
    ],
)
def test_what_may_be_billed_though_no_picture_came(
    charges_on, failure, pictures_billed
):
    assert asked(charges_on, failure) == pictures_billed


def test_what_came_is_billed_though_fewer_than_asked():
    assert asked("picture", pictures=1) == 1


def test_a_providers_own_figure_goes_before_our_table():
    assert asked("picture", pictures=2, told=30_000) == 1
