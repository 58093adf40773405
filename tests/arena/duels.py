"""Challenges, entries and votes for the arena's tests: written as the arena would."""

from datetime import timedelta

from django.utils import timezone

from accounts.ids import new_id
from playground.arena.dealing import pair_of
from playground.arena.models import Challenge, Entry, Vote
from playground.generation.models import Compared
from tests.web.orders import a_painted_picture_of, an_order

MODELS = GPT, FLUX, QWEN = "gpt-image-2", "flux.2-pro", "qwen-image-2.0"


def a_challenge(slug="boats", **facts):
    usual = {"name": slug.title(), "prompt": "a paper boat", "category": "product"}
    return Challenge.objects.create(slug=slug, **{**usual, **facts})


def an_entry(account, challenge, model, **facts):
    """Write a model's picture for a challenge, file and all."""
    order = an_order(account, model=model, endpoint="arena", lane="api")
    picture = a_painted_picture_of(order)
    return Entry.objects.create(
        challenge=challenge,
        model=model,
        picture=picture,
        generation_id=order.pk,
        provider="openai",
        sha256=picture.sha256,
        price_microcredits=3_000_000,
        seconds=7.5,
        **facts,
    )


def entries_for(account, challenge, models=MODELS):
    return [an_entry(account, challenge, model) for model in models]


def votes(left, right, choice, count, **facts):
    """Write so many votes, each of a voter and network of its own, none of them quick."""
    usual = {
        "left": left,
        "right": right,
        "pair": pair_of(left.pk, right.pk),
        "choice": choice,
        "is_guest": True,
        "took_ms": 4000,
    }
    before = Vote.objects.count()
    now = timezone.now()
    named = [f"{before + place}" for place in range(count)]
    return Vote.objects.bulk_create(
        Vote(
            **{
                **usual,
                "voter": f"v{name}",
                "network": f"n{name}",
                "created_at": now - timedelta(hours=1),
                **facts,
            }
        )
        for name in named
    )


def a_comparison(account, *models, **facts):
    """Write a comparison that was painted, as Create leaves it."""
    name = new_id("cmp")
    for place, model in enumerate(models):
        order = an_order(account, model=model, credits=1, **facts)
        a_painted_picture_of(order)
        Compared.objects.create(generation=order, comparison=name, place=place)
    return name
