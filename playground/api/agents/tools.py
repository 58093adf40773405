"""What an agent can do here: five tools, and no second path to any of it.

A tool reads its arguments, asks the same functions as the API's other doors, and says
what came of it in words, in pictures and as data. Limits, prices, idempotency and test
keys are those of the key.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from pydantic import BaseModel

from accounts.ids import new_id
from accounts.limits import READ_USAGE
from billing.ledger import wallet_of
from playground.api.agents.showing import Told, shown
from playground.api.agents.words import (
    Asked,
    BalanceOut,
    Credits,
    Edit,
    Generate,
    GetBalance,
    GetTask,
    ListModels,
    ModelOut,
    ModelsOut,
    OrderOut,
    Wish,
)
from playground.api.callers import Caller
from playground.api.edits import EditsIn, prepared
from playground.api.forms import PictureForm, Sent
from playground.api.model_list import check_filter, model_out
from playground.api.orders import painted
from playground.api.queued import begun
from playground.api.tasks import PAINTED, task_for
from playground.generation.catalogue import Model, catalogue
from playground.generation.channels import connected
from playground.generation.database import in_thread
from playground.generation.deliver import Delivered
from playground.generation.errors import BadRequest
from playground.generation.limits import check_scope
from playground.generation.lookout import until_ended
from playground.generation.request import Ask, Buyer
from playground.generation.twins import answer_again


@dataclass(frozen=True, slots=True)
class Agent:
    """Who calls, and where this site is for them."""

    buyer: Buyer
    site: str


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool: what it is for, what it takes and answers, and what does it."""

    name: str
    title: str
    about: str
    takes: type[Asked]
    answers: type[BaseModel]
    does: Callable[[Any, Agent], Awaitable[Told]]
    is_reading: bool = False


async def generate(wish: Generate, agent: Agent) -> Told:
    """Paint pictures from words."""
    caller = caller_for(wish, agent, "images.generations")
    return await ordered(wish.body().to_ask(), caller, wish)


async def edit(wish: Edit, agent: Agent) -> Told:
    """Change pictures by words."""
    caller = caller_for(wish, agent, "images.edits")
    body = EditsIn(**wish.body().model_dump(exclude_unset=True))
    form = PictureForm(images=list[Sent](wish.images), mask=wish.mask)
    caller, ask = await prepared(form, body, caller)
    return await ordered(ask, caller, wish)


def caller_for(wish: Wish, agent: Agent, endpoint: str) -> Caller:
    return Caller(
        buyer=agent.buyer,
        request_id=new_id("img"),
        site=agent.site,
        endpoint=endpoint,
        idempotency_key=(wish.idempotency_key or "").strip(),
        usual_format="url",
    )


async def ordered(ask: Ask, caller: Caller, wish: Wish) -> Told:
    """Have it painted now, or by a worker while the agent does something else."""
    if wish.background:
        return await shown(await begun(ask, caller), [], caller.site)
    done = await painted(ask, caller)
    return await shown(done.generation, done.pictures, caller.site)


async def get_task(asked: GetTask, agent: Agent) -> Told:
    """Say how an order stands, and show its pictures."""
    order = await task_for(agent.buyer, asked.task_id)
    if order.is_live and asked.wait_seconds:
        await until_ended(order.id, asked.wait_seconds)
        order = await task_for(agent.buyer, asked.task_id)
    pictures: list[Delivered] = []
    if order.state in PAINTED or (order.is_live and order.delivered):
        pictures = await answer_again(order)
    return await shown(order, pictures, agent.site)


async def list_models(asked: ListModels, agent: Agent) -> Told:
    """Say what can be asked for, and what it costs this key."""
    if asked.model:
        one = catalogue().current(asked.model).model
        return said_of([one], agent, whole=True)
    models = [model for model in catalogue().models if not model.is_retired]
    if not asked.all_models:
        models = [one for one in models if is_connected(one)]
    if asked.mode:
        check_filter("mode", asked.mode, models)
        models = [one for one in models if getattr(one.capabilities, asked.mode)]
    return said_of(models, agent)


def is_connected(model: Model) -> bool:
    return any(offer.provider in connected() for offer in model.offers)


def said_of(models: list[Model], agent: Agent, *, whole: bool = False) -> Told:
    found = [model_for_agents(model, agent.buyer, whole=whole) for model in models]
    lines = [
        f"{one.id}: {one.name}. From {one.from_credits:g} credits."
        f" {', '.join(one.modes)}; {', '.join(one.tiers)}."
        for one in found
    ]
    told = ModelsOut(default_model=settings.DEFAULT_MODEL, models=found)
    return Told(told, "\n".join(lines))


def model_for_agents(model: Model, buyer: Buyer, *, whole: bool) -> ModelOut:
    """Say of a model what GET /v1/models says, as far as an agent needs it."""
    known = model_out(model, buyer)
    prices = [
        {
            "tier": one["tier"],
            "quality": one["quality"],
            **Credits.of(one["microcredits"]).model_dump(),
        }
        for one in known["prices"]
    ]
    more = {"qualities": known["qualities"], "sizes": known["sizes"], "prices": prices}
    return ModelOut(
        id=model.id,
        name=model.name,
        description=model.description,
        aliases=known["aliases"],
        modes=known["modes"],
        tiers=known["tiers"],
        shapes=known["shapes"],
        max_pictures=model.n_max,
        from_credits=min((one["credits"] for one in prices), default=0),
        is_connected=known["is_connected"],
        **(more if whole else {}),
    )


async def get_balance(asked: GetBalance, agent: Agent) -> Told:
    """Say what the account can spend."""
    check_scope(agent.buyer.limits, READ_USAGE)
    wallet = await in_thread(lambda: wallet_of(agent.buyer.account_id))
    told = BalanceOut(
        available=Credits.of(wallet.available),
        held=Credits.of(wallet.held),
        balance=Credits.of(wallet.balance),
    )
    words = f"{told.available.credits:g} credits to spend, {told.held.credits:g} held."
    return Told(told, words)


TOOLS = (
    Tool(
        "generate_image",
        "Generate pictures",
        "Paint pictures from a prompt and wait for them. Small ones are in the answer;"
        " every one has a signed URL, good for a day, and an id (pic_…) that edit_image"
        " takes. Only delivered pictures are charged; `charged` says how much. Ask"
        " list_models first for prices and sizes, get_balance for what is left.",
        Generate,
        OrderOut,
        generate,
    ),
    Tool(
        "edit_image",
        "Edit pictures",
        "Change one or more pictures by words, or combine them: name pictures Easel made"
        " by id, others by https address or data: URI. With a mask only what it leaves"
        " transparent changes. Answers and charges like generate_image.",
        Edit,
        OrderOut,
        edit,
    ),
    Tool(
        "list_models",
        "List models",
        "Every model that can be used here now: what it can do, its shapes and"
        " resolutions, and its lowest price in credits. With `model`, all sizes and"
        " prices of that one.",
        ListModels,
        ModelsOut,
        list_models,
        is_reading=True,
    ),
    Tool(
        "get_balance",
        "Get the balance",
        "How many credits the key's account can spend, and how many are held for orders"
        " that are being painted.",
        GetBalance,
        BalanceOut,
        get_balance,
        is_reading=True,
    ),
    Tool(
        "get_task",
        "Get a task",
        "How an earlier order stands, and its pictures: for `background: true`, or when"
        " an answer was lost. Waits up to wait_seconds for its end.",
        GetTask,
        OrderOut,
        get_task,
        is_reading=True,
    ),
)
BY_NAME = {tool.name: tool for tool in TOOLS}


def named(name: str) -> Tool:
    """Find a tool, or say which there are."""
    if name not in BY_NAME:
        raise BadRequest(
            f"There is no tool {name!r}; there are {', '.join(BY_NAME)}.", param="name"
        )
    return BY_NAME[name]
