"""Which votes do not count, and why. Pure: told from the votes alone, the same every time.

Nothing is refused here and nothing forgotten: a doubted vote is kept, and shown to
operators with its reason. Honest people are seldom caught: whoever votes by what they see
gives fifteen equal or strictly alternating answers in a row once in many thousand votes,
because sides are drawn by lot.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

Reason = Literal["quick", "streak", "flood"]
QUICK_MS = 1500
STREAK = 15
FLOOD, FLOOD_SECONDS = 100, 600.0


@dataclass(frozen=True, slots=True)
class Cast:
    """One vote, as far as it says who votes and how; a lower id is earlier."""

    id: int
    voter: str
    network: str
    is_guest: bool
    choice: str
    took_ms: int
    at: float


def doubts(cast: Sequence[Cast]) -> dict[int, Reason]:
    """Say of each vote that does not count why; the plainest reason stands."""
    in_order = sorted(cast, key=lambda vote: vote.id)
    of_voters, of_networks = defaultdict(list), defaultdict(list)
    for vote in in_order:
        of_voters[vote.voter].append(vote)
        if vote.is_guest:
            of_networks[vote.network].append(vote)
    found: dict[int, Reason] = {}
    for votes in of_networks.values():
        found |= dict.fromkeys(flooding(votes), "flood")
    # A bot that drops its cookie is somebody new each time: its network tells.
    for votes in (*of_voters.values(), *of_networks.values()):
        found |= dict.fromkeys(streaks(votes), "streak")
    found |= {vote.id: "quick" for vote in in_order if vote.took_ms < QUICK_MS}
    return found


def streaks(votes: Sequence[Cast]) -> Iterator[int]:
    """Name the votes of each run of the same answer, or of two in strict turns."""
    for step in (1, 2):
        run: list[Cast] = []
        for vote in votes:
            if not continues(run, vote, step):
                yield from long_enough(run)
                # The last answers may begin the next run already.
                run = run[-1:] if step == 2 and differs(run, vote) else []
            run.append(vote)
        yield from long_enough(run)


def continues(run: Sequence[Cast], vote: Cast, step: int) -> bool:
    """Say whether a vote goes on as the run has begun."""
    if not run:
        return True
    if step == 1:
        return run[-1].choice == vote.choice
    return differs(run, vote) and (len(run) < 2 or run[-2].choice == vote.choice)


def differs(run: Sequence[Cast], vote: Cast) -> bool:
    return bool(run) and run[-1].choice != vote.choice


def long_enough(run: Sequence[Cast]) -> Iterable[int]:
    return [vote.id for vote in run] if len(run) >= STREAK else []


def flooding(votes: Sequence[Cast]) -> Iterator[int]:
    """Name the votes of a network beyond what people manage in ten minutes."""
    lately: deque[float] = deque()
    for vote in votes:
        while lately and lately[0] <= vote.at - FLOOD_SECONDS:
            lately.popleft()
        if len(lately) >= FLOOD:
            yield vote.id
        else:
            lately.append(vote.at)
