"""A believable arena that nobody voted in, so that its pages have something to show.

The demo painter's pictures stand in for models' here, and nowhere else: challenges,
entries and votes are all marked, are never mixed with real ones, and make way for them.
Ratings follow from made-up votes by the same reckoning as real ones.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from io import BytesIO
from itertools import combinations

from django.db import transaction
from django.utils import timezone
from PIL import Image

from accounts.ids import new_id
from accounts.models import Account
from playground.arena.dealing import pair_of
from playground.arena.elo import chance
from playground.arena.models import (
    Category,
    Challenge,
    Choice,
    Doubt,
    Encounter,
    Entry,
    Ranking,
    Standing,
    Vote,
)
from playground.arena.reckoning import publish
from playground.arena.voters import hidden
from playground.generation.catalogue import catalogue
from playground.generation.deliver import Keeping, checked, kept
from playground.generation.demo_orders import ACCOUNT, request_for
from playground.generation.models import Generation, Picture
from playground.generation.price import unit_price
from playground.generation.providers.base import PaintedPicture
from playground.generation.providers.painter import paint
from playground.generation.providers.painter.edits import edit
from playground.generation.thumbnails import remove_files
from playground.generation.usual import typical_seconds

ARENA = f"{ACCOUNT}arena"
SEED = 20_261_127
SIDE = 640
DAYS = 30
VOTERS, MOST_OF_A_VOTER = 420, 24
TIE, BAD, QUICK = 0.12, 0.05, 0.02
# How good the models are in this make-believe, how often they are met, and who edits.
MODELS = {
    "gemini-3-pro-image-preview": (1190.0, 1.0, True),
    "gpt-image-2": (1150.0, 1.0, True),
    "seedream-5.0-lite": (1085.0, 0.8, True),
    "flux.2-pro": (1060.0, 0.9, True),
    "gemini-3.1-flash-image-preview": (1040.0, 1.0, True),
    "qwen-image-2.0": (975.0, 0.5, False),
    "z-image-turbo": (930.0, 0.7, False),
    "gemini-2.5-flash-image": (905.0, 0.12, False),
    "recraft-v3": (860.0, 0.02, False),
}


@dataclass(frozen=True, slots=True)
class Scene:
    """A challenge to make up, in words the painter understands."""

    name: str
    prompt: str
    category: Category
    shape: str = "3:2"
    start: str = ""


SCENES = (
    Scene(
        "A lighthouse at dusk", "A lighthouse by the sea at dusk", Category.COMPOSITION
    ),
    Scene(
        "Fox in the mist", "A red fox in a misty forest at dawn", Category.PHOTOREALISM
    ),
    Scene(
        "A poster to read",
        'a travel poster that says "VISIT THE MOON"',
        Category.LETTERING,
        "2:3",
    ),
    Scene(
        "Vase on linen",
        "a matte black vase on linen, soft side light",
        Category.PRODUCT,
    ),
    Scene("A woman at dusk", "portrait of a woman, dusk", Category.PORTRAIT, "4:5"),
    Scene(
        "Northern lights",
        "northern lights over a tent, woodblock",
        Category.ILLUSTRATION,
    ),
    Scene(
        "The same sea at night",
        "make it night",
        Category.LOCAL_CHANGE,
        start="A lighthouse by the sea, a sailing boat",
    ),
    Scene(
        "In watercolour",
        "turn it into a watercolour",
        Category.RESTYLING,
        start="city in the rain",
    ),
)


def fill(
    *, challenges: int = len(SCENES), side: int = SIDE, voters: int = VOTERS
) -> int:
    """Make an arena up; say how many votes there are in it."""
    luck, now = random.Random(SEED), timezone.now()
    account, _ = Account.objects.get_or_create(
        pk=ARENA, defaults={"name": "Demo arena"}
    )
    entries: list[list[Entry]] = []
    for scene in SCENES[:challenges]:
        with transaction.atomic():
            entries.append(entered(scene, account, side, now))
    votes = [*drawn(entries, voters, now, luck), *by_a_bot(entries, now)]
    votes.sort(key=lambda vote: vote.created_at)
    Vote.objects.bulk_create(votes, batch_size=1000)
    publish(True)
    return len(votes)


def remove() -> int:
    """Take everything away that was made up; say how many votes there were."""
    Ranking.objects.filter(is_demo=True).delete()
    Encounter.objects.filter(is_demo=True).delete()
    Standing.objects.filter(is_demo=True).delete()
    Doubt.objects.filter(vote__is_demo=True).delete()
    votes, _ = Vote.objects.filter(is_demo=True).delete()
    Entry.objects.filter(is_demo=True).delete()
    Challenge.objects.filter(is_demo=True).delete()
    for picture in Picture.objects.filter(account=ARENA):
        remove_files(picture.file)
    Picture.objects.filter(account=ARENA).delete()
    Generation.objects.filter(account=ARENA).delete()
    Account.objects.filter(pk=ARENA).delete()
    return votes


def is_there() -> bool:
    return Account.objects.filter(pk=ARENA).exists()


def entered(scene: Scene, account: Account, side: int, now: datetime) -> list[Entry]:
    """Open a challenge, and paint what every model would have."""
    size = size_of(scene.shape, side)
    first = (
        paint(scene.start, width=size[0], height=size[1], seed=1)
        if scene.start
        else None
    )
    challenge = Challenge.objects.create(
        slug="demo-" + scene.name.lower().replace(" ", "-"),
        name=scene.name,
        prompt=scene.prompt,
        category=scene.category,
        shape=scene.shape,
        is_edit=first is not None,
        start=stored(first, "sketch-1", account, now) if first else None,
        is_demo=True,
    )
    here = {model.id for model in catalogue().models}
    known = [one for one in MODELS if one in here and (MODELS[one][2] or not first)]
    entries = []
    for seed, model in enumerate(known, 1):
        if first:
            picture = edit(
                scene.prompt,
                [first],
                mask=None,
                width=size[0],
                height=size[1],
                seed=seed,
            )
        else:
            picture = paint(scene.prompt, width=size[0], height=size[1], seed=seed)
        entries.append(entry_of(challenge, stored(picture, model, account, now)))
    Entry.objects.bulk_create(entries)
    return entries


def size_of(shape: str, side: int) -> tuple[int, int]:
    """Return a size of this shape whose longer side is so long."""
    width, height = (int(part) for part in shape.split(":"))
    longer = max(width, height)
    return round(side * width / longer), round(side * height / longer)


def stored(
    picture: Image.Image, model: str, account: Account, now: datetime
) -> Picture:
    """Keep a picture as if it had been ordered; no money moves."""
    file = BytesIO()
    picture.save(file, "WEBP", quality=82)
    request = request_for(model, "1K")
    known = catalogue().find(model)
    order = Generation.objects.create(
        id=new_id("img"),
        account=account,
        group=account.group,
        is_demo=True,
        lane=Generation.Lane.API,
        endpoint="arena",
        model=model,
        prompt="…",
        request=request.to_json(),
        n=1,
        delivered=1,
        unit_price_microcredits=unit_price(known, request, Decimal(1)),
        state=Generation.State.SUCCEEDED,
        provider="sketch",
        deadline=now,
        created_at=now,
        started_at=now - timedelta(seconds=typical_seconds(known, request.tier)),
        finished_at=now,
    )
    painted = PaintedPicture(file.getvalue())
    row = kept(painted, checked(painted.data), Keeping(request, 0, 0)).row
    return Picture.objects.create(
        id=row.id,
        generation=order,
        account=account,
        position=0,
        file=row.file,
        sha256=row.sha256,
        format=row.format,
        width=row.width,
        height=row.height,
        bytes=row.bytes,
    )


def entry_of(challenge: Challenge, picture: Picture) -> Entry:
    order = picture.generation
    assert order.finished_at and order.started_at
    return Entry(
        challenge=challenge,
        model=order.model,
        picture=picture,
        generation_id=order.pk,
        provider=order.provider,
        sha256=picture.sha256,
        price_microcredits=order.unit_price_microcredits,
        seconds=(order.finished_at - order.started_at).total_seconds(),
        is_demo=True,
    )


def drawn(
    entries: Sequence[Sequence[Entry]], voters: int, now: datetime, luck: random.Random
) -> Iterator[Vote]:
    """Draw what people would have said, as good as the models are said to be."""
    pairs = [pair for several in entries for pair in combinations(several, 2)]
    weights = [MODELS[one.model][1] * MODELS[other.model][1] for one, other in pairs]
    for number in range(voters):
        began = now - timedelta(days=luck.random() * DAYS)
        seen = luck.choices(pairs, weights, k=luck.randint(1, MOST_OF_A_VOTER))
        for place, pair in enumerate(dict.fromkeys(seen)):
            left, right = luck.sample(pair, 2)
            choice = said(left, right, luck)
            took = 900 if luck.random() < QUICK else 2200 + luck.expovariate(1 / 5000)
            at = began + timedelta(seconds=11 * place)
            yield vote_of(left, right, choice, f"demo {number}", took, min(at, now))


def said(left: Entry, right: Entry, luck: random.Random) -> Choice:
    """Draw what somebody says of two entries."""
    if luck.random() < BAD:
        return Choice.BAD
    odds = chance(MODELS[left.model][0], MODELS[right.model][0])
    if luck.random() < TIE * 4 * odds * (1 - odds):
        return Choice.TIE
    return Choice.LEFT if luck.random() < odds else Choice.RIGHT


def by_a_bot(entries: Sequence[Sequence[Entry]], now: datetime) -> Iterator[Vote]:
    """Draw a few votes to and fro: operators see them set aside."""
    pairs = [pair for several in entries for pair in combinations(several, 2)][:24]
    for place, (left, right) in enumerate(pairs):
        choice = (Choice.LEFT, Choice.RIGHT)[place % 2]
        at = now - timedelta(days=3, seconds=-4 * place)
        yield vote_of(left, right, choice, "demo bot", 2000, at)


def vote_of(
    left: Entry,
    right: Entry,
    choice: Choice,
    voter: str,
    took_ms: float,
    at: datetime,
) -> Vote:
    return Vote(
        left=left,
        right=right,
        pair=pair_of(left.pk, right.pk),
        choice=choice,
        voter=hidden("browser", voter),
        network=hidden("network", voter),
        is_guest=True,
        took_ms=round(took_ms),
        is_demo=True,
        created_at=at,
    )
