"""From Google's words to an order: what `generateContent` asks for, said our way."""

import asyncio
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from playground.api.callers import Caller
from playground.api.edits import Look, look_at_each
from playground.api.forms import Sent
from playground.api.gemini.conversation import Conversation, conversation_in
from playground.api.gemini.picture_words import picture_words
from playground.api.gemini.reading import Body, reading
from playground.api.gemini.words import GenerateIn, GenerationConfig
from playground.generation.catalogue import catalogue
from playground.generation.errors import BadRequest
from playground.generation.inbox import put_by
from playground.generation.inputs import check_count
from playground.generation.request import Ask, Buyer
from playground.generation.service import quote


@dataclass(frozen=True, slots=True)
class Heard:
    """What was said, and the pictures that are needed, each by where it stood."""

    words: GenerateIn
    conversation: Conversation
    sent: tuple[tuple[str, Sent], ...]


async def asked(request: HttpRequest, model: str, caller: Caller) -> tuple[Ask, Caller]:
    """Read what is asked and store its pictures; their bytes are let go of here."""
    follows = catalogue().current(model).model.capabilities.multi_turn
    heard = await reading(request, lambda body: hear(body, follows=follows))
    caller, ask = caller.saying(heard.words.said()), ask_for(heard, model)
    if heard.sent:
        ask = await with_pictures(ask, heard, caller.buyer)
    return ask, caller


def hear(body: Body, *, follows: bool) -> Heard:
    """Take a body apart; earlier pictures are for models that follow conversations."""
    words = body.checked(GenerateIn)
    conversation = conversation_in(words.contents)
    needed = [*conversation.shown, *(conversation.earlier if follows else ())]
    if needed:
        check_count(needed)
    sent = tuple((one.place, body.picture(one.part, one.place)) for one in needed)
    return Heard(words, conversation, sent)


def ask_for(heard: Heard, model: str) -> Ask:
    """Say it in the words of the house; what is unknown travels along."""
    config = heard.words.generation_config or GenerationConfig()
    check_modalities(config.response_modalities)
    wanted = picture_words(config)
    return Ask(
        prompt=heard.conversation.prompt,
        model=model,
        n=config.candidate_count,
        aspect_ratio=wanted.aspect_ratio,
        resolution=wanted.image_size,
        seed=config.seed,
        response_format="url" if wanted.by_address else "b64_json",
        output_format=wanted.format,
        output_compression=wanted.compression,
        extras=tuple(extras_of(heard.words, config).items()),
        turns=heard.conversation.turns(),
    )


def check_modalities(said: list[str] | None) -> None:
    """Every model here answers with pictures."""
    if said and "IMAGE" not in [one.strip().upper() for one in said]:
        raise BadRequest(
            _("Put IMAGE into responseModalities: models here answer with pictures."),
            param="generationConfig.responseModalities",
        )


def extras_of(words: GenerateIn, config: GenerationConfig) -> dict[str, Any]:
    image = config.image_config
    extras = words.unread() | config.unread("generationConfig.")
    if image:
        extras |= image.unread("generationConfig.imageConfig.")
    return {name: value for name, value in extras.items() if name != "model"}


async def with_pictures(ask: Ask, heard: Heard, buyer: Buyer) -> Ask:
    """Look at the pictures, store them, and name them in the order."""
    looks = [Look(buyer.account_id, place) for place, _sent in heard.sent]
    parcels = await look_at_each([sent for _place, sent in heard.sent], looks)
    names, edited = [one.name for one in parcels], len(heard.conversation.shown)
    first = parcels[0].picture
    ask = replace(
        ask,
        references=tuple(names[:edited]),
        earlier=tuple(names[edited:]),
        first_size=(first.width, first.height),
    )
    quote(ask, buyer)  # nothing is stored for an order that cannot be
    await asyncio.to_thread(put_by, parcels)
    return ask
