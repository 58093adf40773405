"""Trying a channel on purpose: one small picture, and what came of it."""

from dataclasses import dataclass

from django.conf import settings

from playground.generation.catalogue import Model, catalogue
from playground.generation.channels import Ways
from playground.generation.deliver import Delivered, Keeping, checked, row_of
from playground.generation.desks import Desk
from playground.generation.entries import AttemptRow, PictureRow
from playground.generation.normalise import normalise
from playground.generation.offering import outlook
from playground.generation.paint import Asking, Fresh, Order, Work, attempt
from playground.generation.patience import Chance
from playground.generation.providers.base import Channel
from playground.generation.request import Ask, ImageRequest
from playground.generation.route import Candidate, Need, route

PROMPT = "a red circle on white paper"


@dataclass(frozen=True, slots=True)
class Trial:
    """Who was asked, how it went, and the picture, if there is one."""

    candidate: Candidate
    attempt: AttemptRow
    pictures: tuple[PictureRow, ...]


def usual_model(channel: Channel) -> Model | None:
    """Return the first model of the catalogue that this channel's provider paints."""
    for model in catalogue().models:
        if not model.is_retired and channel.trade.name in {
            offer.provider for offer in model.offers
        }:
            return model
    return None


def request_for(model: str) -> ImageRequest:
    return normalise(Ask(PROMPT, model=model), catalogue(), settings.DEFAULT_MODEL)


def ways_of(model: str, ways: Ways, group: str = "") -> list[Candidate]:
    """Return who would be asked for this model just now, in order."""
    request = request_for(model)
    need = Need(request, group)
    return route(catalogue().find(request.model), ways, need, outlook())


async def tried(channel: Channel, model: str) -> Trial:
    """Ask the channel for one picture. It is not kept, and the provider may bill it."""
    request = request_for(model)
    need = Need(request, next(iter(channel.groups), ""))
    alone, model_asked = Ways.of([channel]), catalogue().find(request.model)
    candidate = route(model_asked, alone, need, outlook())[0]

    async def look_at(fresh: Fresh) -> Delivered:
        keeping = Keeping(request, fresh.position, 0)
        row = row_of(fresh.painted, checked(fresh.painted.data), keeping)
        return Delivered(row, fresh.painted.data)

    order = Order(request, [candidate], look_at, in_background=False)
    desk, work = Desk(channel), Work()
    try:
        await attempt(Asking(order, Chance(candidate), desk), spots=[0], work=work)
    finally:
        await desk.close()
    return Trial(candidate, work.attempts[0], tuple(one.row for one in work.pictures))
