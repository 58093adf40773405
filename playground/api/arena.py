"""GET /v1/metrics/arena: how models stand by blind votes, for everybody. No key is needed.

What rests on too few votes is named without a rating, and demo data says that it is.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router

from playground.api.metrics import FRESH_SECONDS, rounded
from playground.api.queries import choice_in
from playground.api.schemas import Refusal
from playground.arena.boards import HIDDEN_UNDER, PRELIMINARY_UNDER
from playground.arena.models import EDITING, Category, Standing
from playground.arena.standings import Board, board, is_preliminary, matrix
from playground.generation.database import in_thread
from playground.generation.errors import BadRequest

router = Router(auth=None)
TASKS = ("pictures", "edits")


@router.get("/arena", response={200: dict, 400: Refusal})
async def show_arena(request: HttpRequest, response: HttpResponse) -> dict[str, Any]:
    """Ratings with their 95 % intervals, and every head-to-head: ?task=pictures, edits."""
    task = choice_in(request.GET, "task", TASKS) or TASKS[0]
    category = choice_in(request.GET, "category", Category.values)
    is_edit = task == "edits"
    if category and (category in EDITING) != is_edit:
        message = _("%(category)s is no category of this task.") % {
            "category": category
        }
        raise BadRequest(message, param="category")

    def read() -> dict[str, Any]:
        shown = board(is_edit=is_edit, category=category)
        return {**board_out(shown), "head_to_head": met_out(shown)}

    found = await in_thread(read)
    response["Cache-Control"] = f"public, max-age={FRESH_SECONDS}"
    named = {"object": "arena", "task": task, "category": category or None}
    return {**named, **found}


def board_out(shown: Board) -> dict[str, Any]:
    ranking = shown.ranking
    return {
        "demo": shown.is_demo,
        "computed_at": int(ranking.computed_at.timestamp()) if ranking else None,
        "votes": ranking.counted if ranking else 0,
        "votes_set_aside": ranking.doubted if ranking else 0,
        "comparisons": ranking.preferred if ranking else 0,
        "method": {
            "model": "bradley-terry",
            "ties": "half",
            "scale": 400,
            "base": 10,
            "mean": 1000,
            "interval": 0.95,
            "hidden_under": HIDDEN_UNDER,
            "preliminary_under": PRELIMINARY_UNDER,
        },
        "models": [line_out(one) for one in shown.lines],
        "hidden": [
            {"model": one.model, "votes": one.votes}
            for one in (*shown.hidden, *shown.apart)
        ],
    }


def line_out(one: Standing) -> dict[str, Any]:
    return {
        "model": one.model,
        "rank": one.rank,
        "rating": rounded(one.rating, 1),
        "low": rounded(one.low, 1),
        "high": rounded(one.high, 1),
        "votes": one.votes,
        "wins": one.wins,
        "losses": one.losses,
        "ties": one.ties,
        "preliminary": is_preliminary(one),
    }


def met_out(shown: Board) -> list[dict[str, Any]]:
    """Say how each two models did; both bad is apart from ties here."""
    models = {one.model for one in shown.lines}
    return [
        {
            "models": [first, second],
            "wins": [met.first_wins, met.second_wins],
            "ties": met.ties,
            "both_bad": met.bad,
        }
        for (first, second), met in matrix(shown).items()
        if {first, second} <= models
    ]
