"""A month of orders that nobody asked for, so that pages have something to show.

How long providers take and how often they succeed is what was published elsewhere of one
model, and in proportion of the others. Everybody sells in seven groups. Each order is
marked as demo and belongs to an account made for it, or to the demo account. No money
moves and no picture is there; the orders say what they would have cost.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from math import exp, log, pi, sin

from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone

from accounts.ids import id_of
from accounts.models import AccessGroup, Account
from billing.ledger import one_writer
from playground.generation.catalogue import Model, Offer, catalogue
from playground.generation.models import Attempt, Generation
from playground.generation.normalise import normalise
from playground.generation.offered import typical_seconds
from playground.generation.price import unit_price
from playground.generation.request import Ask, ImageRequest
from playground.generation.rolling import ask_again, catch_up, do_again

State, Outcome = Generation.State, Attempt.Outcome
ACCOUNT, GROUP = "acc_demo_", "demo-"
AT_ONCE = 2000
SEED = 20_261_126
P95 = 1.645  # standard deviations
MOST_TRIES = 3
OUTAGE = ("replicate", timedelta(days=9, hours=4), timedelta(hours=6))


@dataclass(frozen=True, slots=True)
class Pace:
    """How a provider does with one model: seconds of half and of nearly all, success."""

    p50: float
    p95: float
    success: float
    first_byte: float | None = None


PACES = {
    "gemini": Pace(21.949, 32.966, 0.692, 20.033),
    "vertex": Pace(40.746, 69.512, 0.482, 40.083),
    "replicate": Pace(41.822, 97.656, 0.840),
    "fal": Pace(42.435, 89.951, 0.784),
}
USUAL = Pace(22.0, 40.0, 0.9)
PACE_OF = 22.0  # seconds of the model those were measured with
TOKENS = {"gemini": 1120, "vertex": 1120}
# Seven groups by their multipliers, and how much each of them asks.
GROUPS = ((15, 12), (25, 6), (35, 4), (45, 3), (55, 5), (75, 14), (100, 56))
MODELS = {
    "gemini-3-pro-image-preview": 34,
    "gemini-3.1-flash-image-preview": 22,
    "gemini-2.5-flash-image": 8,
    "gpt-image-2": 10,
    "seedream-5.0-lite": 7,
    "flux.2-pro": 7,
    "z-image-turbo": 6,
    "qwen-image-2.0": 4,
    "sketch-1": 2,
}
TIERS = {"1K": 66, "2K": 22, "4K": 12}
# What becomes of tries without a picture: most are refusals.
ENDS = {
    Outcome.REFUSED: 55,
    Outcome.BUSY: 16,
    Outcome.BROKEN: 14,
    Outcome.EMPTY: 6,
    Outcome.CANCELLED: 5,
    Outcome.MISCONFIGURED: 2,
    Outcome.LOST: 2,
}
ERRORS = {
    Outcome.REFUSED: (State.REFUSED, "moderation_blocked"),
    Outcome.CANCELLED: (State.CANCELLED, "cancelled"),
    Outcome.BUSY: (State.FAILED, "upstream_busy"),
}
PROMPTS = (
    "A paper boat on a pond at dusk, soft reflections",
    "Product photo of a ceramic mug on linen, window light",
    "Isometric map of a small harbour town, flat colours",
    "Poster for a jazz night, bold type and two colours",
    "A red fox in the snow, watercolour",
    "Greenhouse interior after rain, wide angle",
)


@dataclass(frozen=True, slots=True)
class Shop:
    """Who asks: an account in its group, by a key or by hand, and how much of all."""

    account_id: str
    group: str
    multiplier: Decimal
    weight: float
    key_id: str | None = None
    person_id: int | None = None


def fill(days: int, orders_a_day: int, more: Sequence[Shop] = ()) -> int:
    """Write the orders of so many days until now, and add them up; say how many."""
    shops = [*opened_shops(), *more]
    chance, now, written = random.Random(SEED), timezone.now(), 0
    since = now - timedelta(days=days)
    drawn: list[tuple[Generation, list[Attempt]]] = []
    for moment in moments(since, now, orders_a_day, chance):
        drawn.append(draw(moment, shops, chance))
        if len(drawn) == AT_ONCE:
            written += write(drawn)
            drawn = []
    written += write(drawn)
    add_up(since, now)
    return written


def remove() -> int:
    """Remove every demo order and what was made for them; say how many there were."""
    orders = Generation.objects.filter(is_demo=True)
    first = orders.order_by("created_at").values_list("created_at", flat=True).first()
    with one_writer(), transaction.atomic():
        removed = orders.delete()[1].get(Generation._meta.label, 0)  # tries go along
        Account.objects.filter(pk__startswith=ACCOUNT).delete()
    for group in AccessGroup.objects.filter(slug__startswith=GROUP):
        try:
            group.delete()
        except ProtectedError:
            continue  # somebody sells in it by now
    if first:
        add_up(first, timezone.now())
    return removed


def is_there() -> bool:
    return Account.objects.filter(pk__startswith=ACCOUNT).exists()


def add_up(since: datetime, until: datetime) -> None:
    ask_again(since, until)
    catch_up()
    do_again()


def opened_shops() -> Iterator[Shop]:
    """Open an account in each of the seven groups."""
    for percent, weight in GROUPS:
        multiplier = Decimal(percent) / 100
        slug = f"{GROUP}{percent}"
        names = {"name": f"Demo {percent} %", "multiplier": multiplier}
        AccessGroup.objects.get_or_create(slug=slug, defaults=names)
        account, _ = Account.objects.get_or_create(
            pk=f"{ACCOUNT}{percent}",
            defaults={"name": f"Demo shop {percent} %", "group_id": slug},
        )
        yield Shop(account.pk, slug, multiplier, weight)


def write(drawn: Sequence[tuple[Generation, list[Attempt]]]) -> int:
    with one_writer(), transaction.atomic():
        Generation.objects.bulk_create([order for order, _ in drawn])
        Attempt.objects.bulk_create([one for _, tries in drawn for one in tries])
    return len(drawn)


def moments(
    since: datetime, until: datetime, a_day: int, chance: random.Random
) -> Iterator[datetime]:
    """Say when orders come: more by day, fewer on weekends, and more every week."""
    hours = int((until - since).total_seconds() // 3600)
    for place in range(hours):
        hour = since + timedelta(hours=place)
        by_day = 1 + 0.7 * sin((hour.hour - 9) / 24 * 2 * pi)
        weekend = 0.6 if hour.weekday() >= 5 else 1.1
        growth = 0.85 + 0.3 * place / hours
        mean = a_day / 24 * by_day * weekend * growth
        count = max(0, round(chance.gauss(mean, mean**0.5)))
        yield from sorted(
            hour + timedelta(seconds=chance.random() * 3600) for _ in range(count)
        )


def draw(
    moment: datetime, shops: Sequence[Shop], chance: random.Random
) -> tuple[Generation, list[Attempt]]:
    """Draw one order, and the tries that led to its end."""
    shop = chance.choices(shops, [one.weight for one in shops])[0]
    model = chance.choices(*known_models())[0]
    tiers = {tier: TIERS.get(tier, 1) for tier in model.tiers}
    tier = chance.choices(list(tiers), list(tiers.values()))[0]
    request = replace(request_for(model.id, tier), prompt=chance.choice(PROMPTS))
    tries = tries_of(moment, model, request, chance)
    took = sum(one.duration_ms for one in tries) + chance.randint(40, 200)
    end = tries[-1]
    is_painted = end.outcome == Outcome.SUCCEEDED
    state, code = ERRORS.get(Outcome(end.outcome), (State.FAILED, "upstream_error"))
    by_hand = shop.person_id is not None and chance.random() < 0.4
    order = Generation(
        id=id_of("img", moment),
        account_id=shop.account_id,
        key_id=None if by_hand else shop.key_id,
        person_id=shop.person_id if by_hand else None,
        group_id=shop.group,
        is_demo=True,
        lane=Generation.Lane.BROWSER if by_hand else Generation.Lane.API,
        endpoint="playground" if by_hand else "images.generations",
        model=model.id,
        prompt=request.prompt,
        request=request.to_json(),
        n=1,
        unit_price_microcredits=unit_price(
            model, request, model.multiplier_for(shop.group, shop.multiplier)
        ),
        state=State.SUCCEEDED if is_painted else state,
        delivered=int(is_painted),
        provider=end.provider if is_painted else "",
        error_code="" if is_painted else code,
        deadline=moment,
        created_at=moment,
        started_at=moment,
        finished_at=moment + timedelta(milliseconds=took),
    )
    for one in tries:
        one.generation_id = order.pk
    return order, tries


@cache
def known_models() -> tuple[list[Model], list[int]]:
    """The models that are asked for, as far as this catalogue has them, and how often."""
    here = [model for model in catalogue().models if model.id in MODELS]
    return here, [MODELS[model.id] for model in here]


@cache
def request_for(model_id: str, tier: str) -> ImageRequest:
    ask = Ask(prompt="…", model=model_id, resolution=tier, n=1)
    return normalise(ask, catalogue(), model_id)


def tries_of(
    moment: datetime, model: Model, request: ImageRequest, chance: random.Random
) -> list[Attempt]:
    """Ask the model's providers in turn until one paints it or none may be asked."""
    offers = sorted(model.offers, key=lambda offer: chance.random() * share(offer))
    tries: list[Attempt] = []
    for offer in offers[:MOST_TRIES]:
        tries.append(one_try(moment, model, offer, request, chance))
        moment += timedelta(milliseconds=tries[-1].duration_ms)
        if tries[-1].outcome in (
            *(Outcome.SUCCEEDED, Outcome.REFUSED, Outcome.CANCELLED),
            Outcome.LOST,
        ):
            break
    return tries


def share(offer: Offer) -> float:
    """The quicker and the more reliable a provider is, the more often it is first."""
    pace = PACES.get(offer.provider, USUAL)
    return pace.p50 / pace.success


def one_try(
    moment: datetime,
    model: Model,
    offer: Offer,
    request: ImageRequest,
    chance: random.Random,
) -> Attempt:
    pace = PACES.get(offer.provider, USUAL)
    outcome = Outcome.SUCCEEDED
    if is_out(offer.provider, moment):
        outcome = Outcome.BROKEN
    elif chance.random() > pace.success:
        outcome = chance.choices(list(ENDS), list(ENDS.values()))[0]
    is_painted = outcome == Outcome.SUCCEEDED
    seconds = pace.p50 * typical_seconds(model, request.tier) / PACE_OF
    spread = log(pace.p95 / pace.p50) / P95
    seconds *= exp(chance.gauss(0, spread)) * (1 if is_painted else chance.random() / 2)
    first = pace.first_byte and seconds * pace.first_byte / pace.p50
    is_billed = is_painted or (
        offer.charges_on == "call" and outcome == Outcome.REFUSED
    )
    return Attempt(
        provider=offer.provider,
        model=model.id,
        channel=offer.provider,
        upstream=offer.upstream,
        outcome=outcome,
        pictures=int(is_painted),
        first_byte_ms=round(first * 1000) if first and is_painted else None,
        duration_ms=round(seconds * 1000),
        cost_microusd=offer.cost_microusd(request) if is_billed else 0,
        started_at=moment,
        tokens_out=TOKENS.get(offer.provider) if is_painted else None,
    )


def is_out(provider: str, moment: datetime) -> bool:
    """One provider was away for some hours, a good week ago."""
    who, ago, length = OUTAGE
    began = timezone.now() - ago
    return provider == who and began <= moment < began + length
