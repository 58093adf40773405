"""The arena's pages: vote, see what that was, and see how models stand.

Votes are plain forms, so everything works without script. With it the answer takes the
place of the buttons, the next pair is loaded ahead, and digits vote.
"""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from playground.arena import dealing, standings, voting
from playground.arena.dealing import Ballot
from playground.arena.models import Category, Challenge, Entry, Standing, Vote
from playground.arena.voters import Voter
from playground.generation.errors import EaselError, TooMany
from playground.web.arena_facts import (
    Row,
    by_price,
    by_time,
    name_of,
    rows_of,
)
from playground.web.arena_matrix import grid_of, match_ups_of
from playground.web.arena_voter import remember_voter, voter_of
from playground.web.people import is_operator

TASKS = {"pictures": False, "edits": True}


@dataclass(frozen=True, slots=True)
class Side:
    """One picture of a duel; who made it is filled in only after the vote."""

    letter: str
    entry: Entry
    name: str = ""
    standing: Standing | None = None


@never_cache
@require_safe
@vary_on_headers("HX-Request")
def arena(request: HttpRequest) -> HttpResponse:
    """GET /arena?next=<a ballot that was loaded ahead>&task="""
    voter = voter_of(request)
    ballot = loaded_ahead(request, voter) or dealing.deal(voter)
    context = duel_context(ballot)
    if getattr(request, "htmx", False):
        response = render(request, "web/_arena_duel.html", context)
    else:
        context |= board_context(request) | {"is_operator": is_operator(request)}
        response = render(request, "web/arena.html", context)
    remember_voter(request, response)
    return response


def loaded_ahead(request: HttpRequest, voter: Voter) -> Ballot | None:
    """Return the pair the page has fetched already, unless it was voted on since."""
    ballot = Ballot.opened(request.GET.get("next", ""))
    if ballot is None or ballot.voter != voter.id:
        return None
    if dealing.pair_of(ballot.left, ballot.right) in dealing.seen_by(voter):
        return None
    return dealing.shown_again(ballot, timezone.now())


def duel_context(ballot: Ballot | None) -> dict[str, Any]:
    """What stands on the page before a vote: two pictures, and not whose they are."""
    entries = entries_of(ballot)
    if ballot is None or not entries:
        return {"has_entries": Entry.objects.filter(picture__isnull=False).exists()}
    left, right = entries
    return {
        "ballot": ballot.sealed(),
        "challenge": left.challenge,
        "sides": [Side("A", left), Side("B", right)],
    }


def entries_of(ballot: Ballot | None) -> list[Entry]:
    """Return the two entries, left and right, as long as both pictures may be seen."""
    if ballot is None:
        return []
    found = Entry.objects.select_related("picture", "challenge__start")
    seen = found.filter(picture__isnull=False, picture__note__hidden_at__isnull=True)
    there = seen.in_bulk([ballot.left, ballot.right])
    if len(there) < 2:
        return []
    return [there[ballot.left], there[ballot.right]]


@never_cache
@require_POST
def vote(request: HttpRequest) -> HttpResponse:
    """POST /arena/votes"""
    voter = voter_of(request)
    is_part = getattr(request, "htmx", False)
    try:
        cast = voting.cast(
            Ballot.opened(request.POST.get("ballot", "")),
            request.POST.get("choice", ""),
            voter,
        )
    except EaselError as error:
        status = 429 if isinstance(error, TooMany) else 422
        context = {"problem": error} | duel_context(dealing.deal(voter))
        if not is_part:
            context |= board_context(request)
        template = "web/_arena_duel.html" if is_part else "web/arena.html"
        response = render(request, template, context, status=status)
        remember_voter(request, response)
        return response
    if is_part:
        return render(request, "web/_arena_duel.html", told(cast, voter))
    return redirect("arena-vote", cast.pk)


@never_cache
@require_safe
def voted(request: HttpRequest, vote_id: int) -> HttpResponse:
    """GET /arena/votes/<id>: what one's own vote was about."""
    voter = voter_of(request)
    cast = Vote.objects.filter(pk=vote_id, voter=voter.id).first()
    if cast is None:
        raise Http404
    context = told(cast, voter) | board_context(request)
    return render(request, "web/arena.html", context)


def told(cast: Vote, voter: Voter) -> dict[str, Any]:
    """What is told after a vote, with the next pair to load ahead."""
    known = Ballot(cast.left_id, cast.right_id, voter.id, 0.0)
    entries = entries_of(known)
    following = dealing.deal(voter)
    others = voting.others_on(cast)
    return {
        "vote": cast,
        "challenge": entries[0].challenge if entries else None,
        "sides": [told_side(*one) for one in zip("AB", entries, strict=False)],
        "is_quick": voting.was_quick(cast),
        "others": others,
        "agreeing": others.agreeing(cast.choice),
        "next": following.sealed() if following else "",
        "ahead": entries_of(following),
    }


def told_side(letter: str, entry: Entry) -> Side:
    standing = standings.rating_of(
        entry.model, is_edit=entry.challenge.is_edit, is_demo=entry.is_demo
    )
    return Side(letter, entry, name_of(entry.model), standing)


def board_context(request: HttpRequest) -> dict[str, Any]:
    """The leaderboard of what is asked for."""
    task = request.GET.get("task", "")
    is_edit = TASKS.get(task, False)
    category = request.GET.get("category", "")
    category = category if category in Category.values else ""
    board = standings.board(is_edit=is_edit, category=category)
    rows: list[Row] = rows_of(board)
    return {
        "board": board,
        "rows": rows,
        "hidden": [(name_of(one.model), one.votes) for one in board.hidden],
        "apart": [name_of(one.model) for one in board.apart],
        "task": "edits" if is_edit else "pictures",
        "category": category,
        "price": by_price(rows),
    }


@require_safe
def ratings(request: HttpRequest) -> HttpResponse:
    """GET /arena/ratings?task=&category=: the whole of it."""
    context = board_context(request)
    board, rows = context["board"], context["rows"]
    context |= {
        "categories": standings.categories(is_edit=board.is_edit),
        "time": by_time(rows),
        "grid": grid_of(board, rows),
        "challenges": standings.challenges(),
    }
    return render(request, "web/arena_ratings.html", context)


@require_safe
def challenge(request: HttpRequest, slug: str) -> HttpResponse:
    """GET /arena/challenges/<slug>: who met whom. No picture: votes stay blind."""
    found = get_object_or_404(Challenge.objects.select_related("start"), pk=slug)
    models = standings.models_in(found)
    if not models or found.is_demo != dealing.shows_demo():
        raise Http404
    context = {
        "challenge": found,
        "models": [name_of(model) for model in models],
        "met": match_ups_of(found),
    }
    return render(request, "web/arena_challenge.html", context)
