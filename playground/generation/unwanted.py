"""Orders whose callers want them no more, while they are being painted.

Whoever calls an order off may be in another process than the one that paints it, so
it is written into the order's row, and every studio looks for its own.
"""

from playground.generation.models import Generation
from playground.generation.months import alive_now


def give_up(generation_id: str) -> bool:
    """Note that nobody wants this order any more; say whether it was still alive."""
    live = Generation.objects.filter(pk=generation_id, state__in=Generation.LIVE)
    return bool(live.update(is_unwanted=True))


def unwanted(claim: str) -> list[str]:
    """Return the orders in these hands that should be stopped."""
    running = Generation.objects.filter(
        claim=claim,
        is_unwanted=True,
        state=Generation.State.RUNNING,
        pk__range=alive_now(),
    )
    return list(running.values_list("id", flat=True))
