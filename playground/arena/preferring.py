"""The private arena: which side of their own comparisons people liked best.

An account's ranking rests on its own votes alone and is seen by nobody else. With the
account's consent its outcomes count in public too: the two models and who won, never a
prompt, a picture or a name. Consent that is taken back takes them out again.

Names stand under the pictures in a comparison, so these votes are not blind. What the demo
painter made is never in the public ranking, and what was rehearsed in none.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

from django.db import IntegrityError, transaction
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from playground.arena.models import Choice, Consent, Preference
from playground.generation.errors import BadRequest
from playground.generation.models import Compared as Side
from playground.generation.models import Generation

DEMO_PAINTERS = ("sketch-1",)


@dataclass(frozen=True, slots=True)
class Compared:
    """Two sides of a comparison, and what was said of them."""

    comparison: str
    left: str
    right: str
    choice: str
    is_edit: bool


def prefer(sides: list[Generation], choice: str, voter: str) -> Preference:
    """Keep which order of a comparison somebody liked best, a tie, or that all were bad."""
    if len(sides) < 2 or any(not order.delivered or order.is_live for order in sides):
        raise BadRequest(_("Wait until every side has a picture."))
    if any(order.is_test for order in sides):
        raise BadRequest(
            _(
                "A rehearsal shows the demo painter's pictures: there is nothing to judge."
            ),
        )
    is_known = choice in (Choice.TIE, Choice.BAD)
    if not is_known and choice not in {order.pk for order in sides}:
        raise BadRequest(
            _("Choose one of the sides, a tie or all bad."), param="choice"
        )
    try:
        with transaction.atomic():
            return Preference.objects.create(
                account_id=sides[0].account_id,
                comparison=sides[0].compared.comparison,
                choice=choice if is_known else "won",
                chosen="" if is_known else choice,
                voter=voter,
            )
    except IntegrityError as error:
        raise BadRequest(
            _("You have said already which of these is better.")
        ) from error


def of_account(account_id: str) -> QuerySet[Preference]:
    return Preference.objects.filter(account_id=account_id).order_by("pk")


def consents() -> QuerySet[Consent]:
    """Return who lets their preferences count; a closed account does not."""
    return Consent.objects.filter(account__closed_at__isnull=True)


def consented(until: int) -> QuerySet[Preference]:
    """Return what accounts let count in public: what was said since they allowed it."""
    given = consents().filter(account=OuterRef("account")).values("given_at")
    known = Preference.objects.filter(pk__lte=until).annotate(since=Subquery(given[:1]))
    return known.filter(created_at__gte=F("since")).order_by("pk")


def compared(
    said: Iterable[Preference], *, is_public: bool = True
) -> Iterator[Compared]:
    """Say what follows for each two models: the best beats each other side."""
    known = list(said)
    orders = sides_of({one.comparison for one in known})
    for one in known:
        sides = orders.get(one.comparison, [])
        if is_public:
            sides = [side for side in sides if side.model not in DEMO_PAINTERS]
        for left, right in combinations(sides, 2):
            outcome = outcome_of(one, left, right)
            if outcome and left.model != right.model:
                is_edit = bool(left.request.get("references"))
                yield Compared(
                    one.comparison, left.model, right.model, outcome, is_edit
                )


def outcome_of(said: Preference, left: Generation, right: Generation) -> str:
    """Say who won of two sides. Of two that were not chosen nothing is known."""
    if not said.chosen:
        return said.choice
    return {left.pk: Choice.LEFT, right.pk: Choice.RIGHT}.get(said.chosen, "")


def sides_of(comparisons: Iterable[str]) -> dict[str, list[Generation]]:
    """Return the orders of comparisons that brought pictures, in their places."""
    found: dict[str, list[Generation]] = defaultdict(list)
    rows = Side.objects.filter(comparison__in=list(comparisons))
    for side in rows.select_related("generation").order_by("comparison", "place"):
        if side.generation.delivered and not side.generation.is_test:
            found[side.comparison].append(side.generation)
    return found
