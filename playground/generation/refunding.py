"""Giving a request's credits back, all or a part of them, by staff and with a reason.

Each refund of a request has a number, which its form carries: pressed twice, it is
given once. Together they are never more than what was charged.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import deeds
from accounts.models import Person
from billing.ledger import charge_of, one_writer, refund, refunds_of
from playground.generation.errors import BadRequest
from playground.generation.models import Generation


@dataclass(frozen=True, slots=True)
class Refunded:
    """One refund that was given."""

    microcredits: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Refundable:
    """What a request was charged, and what was given back of it."""

    charged_microcredits: int
    refunds: tuple[Refunded, ...]

    @property
    def given_microcredits(self) -> int:
        return sum(one.microcredits for one in self.refunds)

    @property
    def left_microcredits(self) -> int:
        return self.charged_microcredits - self.given_microcredits

    @property
    def next_number(self) -> int:
        return len(self.refunds) + 1


def refundable(order: Generation) -> Refundable | None:
    """Say what can be given back of a request; nothing, when it was free."""
    charge = charge_of(order.pk)
    if charge is None:
        return None
    given = tuple(Refunded(one.amount, one.at) for one in refunds_of(charge))
    return Refundable(charge.amount, given)


def give_back(
    order: Generation, microcredits: int, *, number: int, reason: str, by: Person
) -> bool:
    """Give credits back; `False` says that this number was given before."""
    if not reason.strip():
        raise BadRequest(_("Say why: the log keeps it."), param="reason")
    charge = charge_of(order.pk)
    if charge is None:
        raise BadRequest(_("This request was not charged."), param="credits")
    with one_writer(), transaction.atomic():
        known = refundable(order)
        try:
            is_new = refund(charge, microcredits, number=number, memo=order.pk)
        except ValueError as error:
            message = _("Give back more than nothing, and at most what is left.")
            raise BadRequest(message, param="credits") from error
        if is_new and known:
            before = known.given_microcredits
            deeds.record(
                by,
                "request.refunded",
                subject=deeds.Subject("request", order.pk),
                before={"refunded_microcredits": before},
                after={"refunded_microcredits": before + microcredits},
                reason=reason.strip(),
            )
    return is_new
