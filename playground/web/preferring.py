"""“Which is better?” under a comparison in the playground, and the account's own ranking.

An account sees its own votes alone. Prompts are shown to whoever may see their orders
anyway; in a team that is one's own and what was shared.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Account
from accounts.roles import Action
from playground.arena import preferring
from playground.arena.boards import Met, Pair, Placed, met_of, ordered, rated
from playground.arena.models import Choice, Consent, Preference
from playground.arena.tasks import reckon_soon
from playground.arena.voters import hidden
from playground.generation.errors import EaselError
from playground.web.arena_facts import name_of
from playground.web.people import may, needs, needs_person, own_account, person_of
from playground.web.runs import Duel, duel_of, feed_orders, run_of
from playground.web.seen import orders_seen
from playground.web.spreadsheets import AT_ONCE, Row, plain, spreadsheet

COLUMNS = ("time", "comparison", "left", "right", "outcome", "task", "prompt")


@dataclass(frozen=True, slots=True)
class Ranked:
    """A model in the account's own ranking."""

    placed: Placed
    name: str
    left: str
    middle: str
    right: str


@needs_person
@never_cache
@require_POST
def prefer(request: HttpRequest, comparison_id: str) -> HttpResponse:
    """POST /create/comparisons/<id>/better"""
    orders = feed_orders(request).filter(compared__comparison=comparison_id)
    first = orders.first()
    duel = duel_of(run_of(first)) if first else None
    if not isinstance(duel, Duel):
        raise Http404
    problem = ""
    try:
        sides = [run.generation for run in duel.runs]
        preferring.prefer(sides, request.POST.get("choice", ""), voter_in(request))
    except EaselError as error:
        problem = str(error)
    if not request.htmx:  # type: ignore[attr-defined]
        if problem:
            messages.error(request, problem)
        return redirect("create")
    context = {"duel": duel, "problem": problem}
    return render(request, "web/_better.html", context, status=422 if problem else 200)


def voter_in(request: HttpRequest) -> str:
    return hidden("person", str(person_of(request).pk))


def said_of(comparison: str, voter: str) -> Preference | None:
    """Return what somebody said of a comparison, if anything."""
    return Preference.objects.filter(comparison=comparison, voter=voter).first()


@needs(Action.REQUESTS)
@require_safe
def own_arena(request: HttpRequest) -> HttpResponse:
    """GET /console/arena"""
    account = own_account(request)
    known = list(preferring.of_account(account.pk))
    boards = {is_edit: ranked(known, is_edit=is_edit) for is_edit in (False, True)}
    context = {
        "boards": [(is_edit, rows) for is_edit, rows in boards.items() if rows],
        "count": len(known),
        "consent": Consent.objects.filter(account=account).first(),
        "may_consent": may(request, Action.SETTINGS),
    }
    return render(request, "console/own_arena.html", context)


def ranked(known: Iterable[Preference], *, is_edit: bool) -> list[Ranked]:
    """Rate the models by an account's own comparisons."""
    met: dict[Pair, Counter[str]] = defaultdict(Counter)
    for one in preferring.compared(known, is_public=False):
        if one.is_edit == is_edit:
            pair, outcome = ordered(one.left, one.right, one.choice)
            met[pair][outcome] += 1
    sums: dict[Pair, list[Met]] = {
        pair: [met_of(outcomes)] for pair, outcomes in met.items()
    }
    placed = sorted(rated(sums, hidden_under=0), key=lambda one: -(one.low or 0.0))
    lowest = min((one.low for one in placed if one.low is not None), default=0.0)
    highest = max((one.high for one in placed if one.high is not None), default=1.0)
    width = max(1.0, highest - lowest)

    def at(value: float | None) -> str:
        return f"{4 + 92 * ((value or lowest) - lowest) / width:.2f}%"

    return [
        Ranked(one, name_of(one.model), at(one.low), at(one.rating), at(one.high))
        for one in placed
    ]


@needs(Action.SETTINGS)
@require_POST
def consent(request: HttpRequest) -> HttpResponse:
    """POST /console/arena/consent: let outcomes count in public, or take them out again."""
    account = own_account(request)
    if request.POST.get("is_given") == "yes":
        Consent.objects.get_or_create(account=account)
        text = _("What members say from now on counts in the public arena too.")
    else:
        Consent.objects.filter(account=account).delete()
        text = _("Nothing of this account counts in the public arena any more.")
    reckon_soon()
    messages.success(request, text)
    return redirect("own-arena")


@needs(Action.REQUESTS)
@require_safe
def own_arena_csv(request: HttpRequest) -> HttpResponseBase:
    """GET /console/arena.csv: every two models that were compared, and the outcome."""
    account = own_account(request)
    seen = orders_seen(request).prefetch_related(None)
    prompts = dict(
        seen.filter(compared__isnull=False).values_list(
            "compared__comparison", "prompt"
        )
    )
    return spreadsheet("easel-arena.csv", COLUMNS, pages(account, prompts))


def pages(account: Account, prompts: dict[str, str]) -> Iterator[list[Row]]:
    """Write the account's votes, some hundred at a time, oldest first."""
    last = 0
    while known := list(
        preferring.of_account(account.pk).filter(pk__gt=last)[:AT_ONCE]
    ):
        last = known[-1].pk
        moments = {one.comparison: one.created_at for one in known}
        yield [
            (
                moments[one.comparison].isoformat(timespec="seconds"),
                one.comparison,
                one.left,
                one.right,
                outcome_in_words(one.choice),
                "edit" if one.is_edit else "picture",
                plain(prompts.get(one.comparison, "")),
            )
            for one in preferring.compared(known, is_public=False)
        ]


def outcome_in_words(choice: str) -> str:
    known = {
        Choice.LEFT: "left",
        Choice.RIGHT: "right",
        Choice.TIE: "tie",
        Choice.BAD: "both bad",
    }
    return known[Choice(choice)]
