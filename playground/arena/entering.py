"""How pictures come into the arena: ordered like any other, and paid for by an operator.

Every model gets the same words, shape and tier. The demo painter does not compete, and
neither does what was rehearsed: its pictures would pass for another model's. A model that
was refused, or failed, has no entry and has lost nothing.
"""

from dataclasses import dataclass, replace
from functools import partial

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Account
from playground.arena.models import Challenge, Commission, Entry
from playground.arena.preferring import DEMO_PAINTERS
from playground.arena.starters import starters
from playground.generation import offering, service
from playground.generation.errors import BadRequest
from playground.generation.models import Generation, Picture
from playground.generation.request import Ask, Buyer, Call, Terms
from playground.generation.studio import in_studio
from playground.generation.uploads import Carried, carry_over

TIER = "1K"
MOST_ENTRIES = 4
ENDPOINT = "arena"
FOR_GOOD = Terms(kept_seconds=0)
PAINTER = "sketch"


@dataclass(frozen=True, slots=True)
class Plan:
    """What an operator is about to order, and the most it costs."""

    challenge: Challenge
    ask: Ask
    total_microcredits: int


def open_starters() -> list[Challenge]:
    """Add the challenges that come with Easel, as far as they are not there."""
    known = set(Challenge.objects.values_list("slug", flat=True))
    return [
        Challenge.objects.create(**one)
        for slug, one in starters().items()
        if slug not in known
    ]


def buyer_of(account: Account, person_id: int | None) -> Buyer:
    """Return who pays: an operator's account, at its own price."""
    return Buyer(
        account_id=account.pk,
        group=account.group.pk,
        multiplier=account.group.multiplier,
        lane="api",
        person_id=person_id,
        member_id=person_id,
    )


def planned(challenge: Challenge, model: str, count: int, buyer: Buyer) -> Plan:
    """Say what the entries of a model would cost, or why it cannot take part."""
    if model in DEMO_PAINTERS:
        raise BadRequest(
            _("The demo painter does not compete: choose a model of a provider."),
            param="model",
        )
    if not 1 <= count <= MOST_ENTRIES:
        message = _("Order 1 to %(most)s pictures of a model at a time.")
        raise BadRequest(message % {"most": MOST_ENTRIES}, param="count")
    start = start_of(challenge, buyer) if challenge.is_edit else Carried()
    ask = Ask(
        prompt=challenge.prompt,
        model=model,
        n=count,
        aspect_ratio=challenge.shape,
        resolution=TIER,
        references=start.names,
        first_size=start.first_size,
    )
    quote = offering.quote(ask, buyer, FOR_GOOD)
    if quote.request.shape != challenge.shape:
        message = _("%(model)s does not paint %(shape)s, as the others do here.")
        words = {"model": quote.request.model, "shape": challenge.shape}
        raise BadRequest(message % words, param="model")
    named = replace(ask, model=quote.request.model)
    return Plan(challenge, named, quote.total_microcredits)


def start_of(challenge: Challenge, buyer: Buyer) -> Carried:
    """Bring along the picture that an edit starts from."""
    if challenge.start_id is None:
        message = _("Give “%(name)s” a picture to start from first.")
        raise BadRequest(message % {"name": challenge.name}, param="challenge")
    return in_studio(carry_over(buyer.account_id, [challenge.start_id]))


def order(plan: Plan, buyer: Buyer) -> Generation:
    """Order the pictures of a plan; whoever calls this has a worker paint them."""
    call = Call(ENDPOINT, Generation.State.QUEUED, terms=FOR_GOOD)
    generation = in_studio(service.accept(plan.ask, buyer, call))
    Commission.objects.create(generation=generation, challenge=plan.challenge)
    return generation


def collect() -> int:
    """Enter the pictures of orders that have ended; say how many there were."""
    waiting = Commission.objects.filter(is_collected=False)
    ended = waiting.exclude(generation__state__in=Generation.LIVE)
    return sum(map(enter, ended.select_related("generation", "challenge")))


def enter(commission: Commission) -> int:
    """Enter what came of one order. Twice is once."""
    generation = commission.generation
    pictures = list(generation.pictures.all()) if may_compete(generation) else []
    entries = map(partial(entry_of, commission), pictures)
    with transaction.atomic():
        Entry.objects.bulk_create(entries, ignore_conflicts=True)
        commission.is_collected = True
        commission.save(update_fields=["is_collected"])
    return len(pictures)


def may_compete(generation: Generation) -> bool:
    """Say whether pictures are a model's own: no rehearsal, no demo, not our painter's."""
    is_real = not generation.is_test and not generation.is_demo
    return is_real and generation.provider != PAINTER


def entry_of(commission: Commission, picture: Picture) -> Entry:
    generation = commission.generation
    ended, began = generation.finished_at, generation.started_at
    took = (ended - began).total_seconds() if ended and began else 0.0
    return Entry(
        challenge=commission.challenge,
        model=generation.model,
        picture=picture,
        generation_id=generation.pk,
        provider=generation.provider,
        sha256=picture.sha256,
        seed=picture.seed,
        price_microcredits=generation.unit_price_microcredits,
        seconds=took,
    )


def take_out(challenge: Challenge, entry: str, *, is_out: bool) -> None:
    """Deal an entry no more, or again. Votes on it go on counting."""
    if entry.isascii() and entry.isdigit():
        retired = timezone.now() if is_out else None
        challenge.entries.filter(pk=int(entry)).update(retired_at=retired)
