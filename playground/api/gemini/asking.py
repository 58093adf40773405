"""From Google's words to an order: what `generateContent` asks for, said our way."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from playground.api.callers import Caller
from playground.api.edits import Look, look_at_each
from playground.api.gemini.conversation import (
    Conversation,
    Shown,
    conversation_in,
)
from playground.api.gemini.picture_words import picture_words
from playground.api.gemini.reading import Body, body_in, is_small
from playground.api.gemini.words import GenerateIn, GenerationConfig
from playground.generation.catalogue import catalogue
from playground.generation.errors import BadRequest
from playground.generation.inbox import Parcel, put_by
from playground.generation.inputs import check_count
from playground.generation.offering import quote
from playground.generation.request import Ask
from playground.generation.studio import studio

SEARCHES = frozenset({"googleSearch", "google_search"})


@dataclass(frozen=True, slots=True)
class Away:
    """A picture that is elsewhere, and where that was said."""

    place: str
    address: str


@dataclass(frozen=True, slots=True)
class Looked:
    """What was said, and the pictures that are needed: looked at, or still away."""

    words: GenerateIn
    conversation: Conversation
    pictures: tuple[Parcel | Away, ...]


@dataclass(frozen=True, slots=True)
class Heard:
    """A body whose words were read, and the pictures in it that are needed."""

    body: Body
    words: GenerateIn
    conversation: Conversation
    needed: tuple[Shown, ...]

    def look(self, account_id: str) -> Looked:
        """Look at the pictures one after the other; a thread's work, if there are any."""
        pictures = tuple(self.picture(one, account_id) for one in self.needed)
        return Looked(self.words, self.conversation, pictures)

    def picture(self, one: Shown, account_id: str) -> Parcel | Away:
        if one.part.file_data:
            return Away(one.place, one.part.file_data.file_uri.strip())
        look = Look(account_id, one.place)
        return look.at(self.body.picture(one.part, one.place))


async def asked(request: HttpRequest, model: str, caller: Caller) -> tuple[Ask, Caller]:
    """Read what is asked and store its pictures; their bytes are let go of here."""
    follows = catalogue().current(model).model.capabilities.multi_turn
    looked = await looked_at(request, caller.buyer.account_id, follows=follows)
    caller, ask = caller.saying(looked.words.said()), ask_for(looked, model)
    if looked.pictures:
        ask = await with_pictures(ask, looked, caller)
    return ask, caller


async def looked_at(request: HttpRequest, account_id: str, *, follows: bool) -> Looked:
    """Read a body and look at its pictures; a large one never waits in memory."""

    def heard() -> Heard:
        return hear(body_in(request.read()), follows=follows)

    few = studio().hands.one_of_few
    if not is_small(request):
        return await few(lambda: heard().look(account_id))
    small = heard()
    if not small.needed:
        return small.look(account_id)
    return await few(lambda: small.look(account_id))


def hear(body: Body, *, follows: bool) -> Heard:
    """Read the words; earlier pictures are for models that follow conversations."""
    words = body.checked(GenerateIn)
    conversation = conversation_in(words.contents)
    needed = (*conversation.shown, *(conversation.earlier if follows else ()))
    if needed:
        check_count(needed)
    return Heard(body, words, conversation, needed)


def ask_for(heard: Looked, model: str) -> Ask:
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
    if is_search(extras.get("tools")):
        extras["web_search"] = True
        del extras["tools"]
    return {name: value for name, value in extras.items() if name != "model"}


def is_search(tools: Any) -> bool:
    """Say whether Google's search is the one tool that was handed over."""
    only = tools[0] if isinstance(tools, list) and len(tools) == 1 else None
    return isinstance(only, dict) and len(only) == 1 and only.keys() <= SEARCHES


async def with_pictures(ask: Ask, looked: Looked, caller: Caller) -> Ask:
    """Fetch what is away, store the pictures, and name them in the order."""
    parcels = await all_here(looked.pictures, caller.buyer.account_id)
    names, edited = [one.name for one in parcels], len(looked.conversation.shown)
    first = parcels[0].picture
    ask = replace(
        ask,
        references=tuple(names[:edited]),
        earlier=tuple(names[edited:]),
        first_size=(first.width, first.height),
    )
    quote(
        ask, caller.buyer, caller.terms
    )  # nothing is stored for an order that cannot be
    if not caller.is_dry:
        await asyncio.to_thread(put_by, parcels)
    return ask


async def all_here(pictures: Sequence[Parcel | Away], account_id: str) -> list[Parcel]:
    away = [one for one in pictures if isinstance(one, Away)]
    looks = [Look(account_id, one.place) for one in away]
    fetched = iter(await look_at_each([one.address for one in away], looks))
    return [next(fetched) if isinstance(one, Away) else one for one in pictures]
