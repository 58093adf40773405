"""Casting a vote, and what is told afterwards.

A vote counts for the pair it was dealt with, once for each voter, for guests once for each
network too, and a voter has so many a day. What is refused here is not kept; what is kept
and yet not counted is said in `damping`.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from playground.arena.damping import QUICK_MS
from playground.arena.dealing import Ballot, pair_of
from playground.arena.models import Choice, Doubt, Entry, Vote
from playground.arena.voters import Voter
from playground.generation.errors import BadRequest, TooMany

DAY = timedelta(days=1)
LONGEST_MS = 2**31 - 1
MIRRORED = {"left": "right", "right": "left"}


@dataclass(frozen=True, slots=True)
class Others:
    """What others said of the same two pictures, as this voter saw them."""

    left: int
    right: int
    tie: int
    bad: int

    @property
    def all(self) -> int:
        return self.left + self.right + self.tie + self.bad

    def agreeing(self, choice: str) -> int:
        """How many of them said the same."""
        same: int = getattr(self, choice)
        return same


def cast(ballot: Ballot | None, choice: str, voter: Voter) -> Vote:
    """Keep a vote, or say why it cannot be."""
    if ballot is None or ballot.voter != voter.id:
        raise BadRequest(
            _(
                "This pair was dealt too long ago, or to somebody else. Here is another."
            ),
            param="ballot",
        )
    if choice not in Choice.values:
        raise BadRequest(_("Choose left, right, a tie or both bad."), param="choice")
    entries = Entry.objects.in_bulk([ballot.left, ballot.right])
    if len(entries) < 2:
        raise BadRequest(
            _("One of these pictures is not here any more. Here is another pair."),
        )
    now = timezone.now()
    stay_within_caps(voter, now)
    took = round(1000 * (now.timestamp() - ballot.shown_at))
    try:
        with transaction.atomic():
            return Vote.objects.create(
                left_id=ballot.left,
                right_id=ballot.right,
                pair=pair_of(ballot.left, ballot.right),
                choice=choice,
                voter=voter.id,
                network=voter.network,
                is_guest=voter.is_guest,
                took_ms=min(max(0, took), LONGEST_MS),
                is_demo=entries[ballot.left].is_demo,
                created_at=now,
            )
    except IntegrityError as error:
        raise BadRequest(
            _("You, or somebody in your network, voted on this pair already."),
        ) from error


def stay_within_caps(voter: Voter, now: datetime) -> None:
    """Refuse more than a day's votes of one voter, or of the guests of one network."""
    today = Vote.objects.filter(created_at__gt=now - DAY)
    own = today.filter(voter=voter.id).count()
    is_full = own >= settings.ARENA_VOTES_A_DAY
    if voter.is_guest and not is_full:
        near = today.filter(network=voter.network, is_guest=True).count()
        is_full = near >= settings.ARENA_NETWORK_VOTES_A_DAY
    if is_full:
        raise TooMany(
            _("That is enough for today: thank you. Come back tomorrow."),
            retry_after_seconds=int(DAY.total_seconds()),
        )


def was_quick(vote: Vote) -> bool:
    """Say whether a vote was cast before anybody could have looked."""
    return vote.took_ms < QUICK_MS


def others_on(vote: Vote) -> Others:
    """Count what others said of this pair, turned as this voter saw it."""
    same = Vote.objects.filter(pair=vote.pair).exclude(pk=vote.pk)
    same = same.exclude(pk__in=Doubt.objects.values("vote"))
    counts: Counter[str] = Counter()
    for left, choice in same.values_list("left", "choice"):
        counts[choice if left == vote.left_id else MIRRORED.get(choice, choice)] += 1
    return Others(counts["left"], counts["right"], counts["tie"], counts["bad"])
