"""What has come of an order while the rest is still being painted.

Of several pictures each goes into the books as it arrives, the last one with the
order's end. An order that was put back begins again with what it has.
"""

import asyncio

import structlog
from django.conf import settings
from django.utils.translation import gettext as _

from playground.generation.database import AWAY, CLASHES, in_thread
from playground.generation.deliver import Delivered, Keeping, deliver
from playground.generation.errors import OutOfService, TimedOut
from playground.generation.keeping import Keep
from playground.generation.models import Generation
from playground.generation.paint import Fresh, Work
from playground.generation.paint import Keep as Keeper
from playground.generation.studio import Studio
from playground.generation.sweep import GIVEN_UP
from playground.generation.terms import FOR_GOOD
from playground.generation.twins import pictures_of
from playground.telemetry import tracing

log = structlog.get_logger()
DAY = 24 * 3600


async def take_up_what_was_kept(generation: Generation, work: Work) -> None:
    """Begin with what an earlier process kept of this order, if there was one."""
    if generation.delivered:
        found = await in_thread(lambda: pictures_of(generation, with_bytes=False))
        work.pictures += found
        work.kept |= {picture.row.position for picture in found}


def keeper(generation: Generation, work: Work, here: Studio) -> Keeper:
    """Return what stores this order's pictures, and counts each that is not the last."""
    request = generation.asked
    seconds = kept_seconds(generation)

    async def keep(fresh: Fresh) -> Delivered:
        keeping = Keeping(request, fresh.position, seconds)
        with tracing.span("deliver", bytes=len(fresh.painted.data)):
            delivered = await deliver(fresh.painted, keeping, here.hands)
        if not fresh.is_last:
            row = delivered.row
            await counted(Keep(generation.id, here.name, row, fresh.provider), here)
            work.kept.add(fresh.position)
            if work.watch:
                work.watch.tell(delivered)
        return delivered

    return keep


def kept_seconds(generation: Generation) -> int:
    """Return how long its pictures are kept; 0 is for good, as in the browser."""
    if generation.lane not in Generation.BY_PROGRAMS:
        return FOR_GOOD
    if generation.kept_seconds is None:
        return int(settings.RETENTION_DAYS) * DAY
    return generation.kept_seconds


async def counted(keep: Keep, here: Studio) -> None:
    """Put a picture in the books; when the database is away, again until its lease ends.

    A first try may have been done although its answer was lost: then the picture,
    whose name nobody else has, stands there already.
    """
    for _pause in range(1 + settings.LEASE_SECONDS // 2):
        try:
            if await here.books.do(keep):
                return
            raise TimedOut(str(GIVEN_UP))
        except CLASHES:
            return
        except AWAY as error:
            log.error("database.away", reason=str(error))
            await asyncio.sleep(1)
    raise OutOfService(
        _("The database is away. Ask for this order by its id once it is back.")
    )
