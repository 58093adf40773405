"""Trying a channel on purpose: one small picture, and what came of it."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from playground.generation.catalogue import Model, catalogue
from playground.generation.channels import Ways
from playground.generation.deliver import Delivered, Keeping, checked, row_of
from playground.generation.desks import Desk
from playground.generation.entries import AttemptRow, PictureRow
from playground.generation.errors import BadRequest, NotFound
from playground.generation.normalise import normalise
from playground.generation.offering import outlook
from playground.generation.paint import Asking, Fresh, Order, Work, attempt
from playground.generation.patience import Chance
from playground.generation.providers.base import Channel
from playground.generation.request import Ask
from playground.generation.route import Candidate, Need, route
from playground.generation.surveying import surveyed, unsaid

PROMPT = "a red circle on white paper"


@dataclass(frozen=True, slots=True)
class Trial:
    """Who was asked, how it went, and the picture and its bytes, if there is one."""

    candidate: Candidate
    attempt: AttemptRow
    picture: PictureRow | None = None
    data: bytes = b""

    @property
    def seconds(self) -> float:
        return self.attempt.duration_ms / 1000

    @property
    def reason(self) -> str:
        """Why there is no picture, in the provider's words."""
        return unsaid(self.attempt.reason, self.candidate.channel)


def models_of(channel: Channel) -> list[Model]:
    """Return the models of the catalogue that this channel's provider paints."""
    return [
        model
        for model in catalogue().models
        if not model.is_retired
        and model.capabilities.generate
        and channel.trade.name in {offer.provider for offer in model.offers}
    ]


def on_trial(name: str) -> Channel:
    """Return a channel to try, which need not be on, or say why it cannot be tried."""
    found = surveyed(name)
    if found is None:
        message = _("There is no channel %(name)s.") % {"name": name}
        raise NotFound(message, param="name")
    if found.channel is None:
        raise BadRequest(found.problem, param="name")
    return found.channel


async def tried(channel: Channel, model: str = "") -> Trial:
    """Ask the channel for one picture. It is not kept, and the provider may bill it.

    Where no model is named it is the first one that the channel's provider paints.
    """
    if not model and not (able := models_of(channel)):
        message = _("No model of the catalogue has an offer of %(provider)s.")
        raise BadRequest(message % {"provider": channel.trade.name}, param="model")
    ask = Ask(PROMPT, model=model or able[0].id)
    request = normalise(ask, catalogue(), settings.DEFAULT_MODEL)
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
    for one in work.pictures:
        return Trial(candidate, work.attempts[0], one.row, one.data)
    return Trial(candidate, work.attempts[0])
