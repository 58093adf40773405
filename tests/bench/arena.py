"""How long the arena's reckoning takes: `python -m tests.bench.arena [--votes 100000]`.

The fit alone, then everything: votes read from the database, doubts found, every board
rated and written. Uses a database of its own, that of `DATABASE_URL` or a new file.
"""

import argparse
import os
import random
import tempfile
import time
from datetime import timedelta

MODELS, CHALLENGES, EACH = 40, 20, 2
AT_ONCE = 5000


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--votes", type=int, default=100_000)
    count = options.parse_args().votes
    with tempfile.TemporaryDirectory() as folder:
        os.environ["EASEL_DATA_DIR"] = folder
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")
        import django

        django.setup()
        measure(count)


def measure(count: int) -> None:
    import numpy as np
    from django.core.management import call_command
    from django.db import connection

    from playground.arena.auditing import audit
    from playground.arena.dealing import deal
    from playground.arena.elo import rate, tally
    from playground.arena.models import Standing
    from playground.arena.reckoning import publish
    from playground.arena.voters import of_browser

    luck = np.random.default_rng(1)
    left = luck.integers(0, MODELS, count)
    right = (left + luck.integers(1, MODELS, count)) % MODELS
    score = luck.choice([0.0, 0.5, 1.0], count, p=[0.42, 0.16, 0.42])
    with told(f"the fit of {count:,} votes on {MODELS} models"):
        rate(tally(left, right, score, MODELS))
    call_command("migrate", verbosity=0)
    with told(f"writing {count:,} votes ({connection.vendor})"):
        fill(count)
    with told("everything: reading, doubts, every board, writing"):
        publish(False, anyway=True)
    print(f"{Standing.objects.count()} standings")
    voter = of_browser("somebody", "n")
    with told("the first deal"):
        deal(voter)
    with told("a hundred more"):
        for _ in range(100):
            deal(voter)
    with told("the audit"):
        assert audit(False) == []


def fill(count: int) -> None:
    from django.utils import timezone

    from playground.arena.dealing import pair_of
    from playground.arena.models import Category, Challenge, Choice, Entry, Vote

    luck, now = random.Random(1), timezone.now()
    pictures = iter(painted(CHALLENGES * MODELS * EACH))
    categories = Category.values[:6]
    entries = []
    for number in range(CHALLENGES):
        challenge = Challenge.objects.create(
            slug=f"c{number}",
            name=f"c{number}",
            prompt="…",
            category=categories[number % len(categories)],
        )
        entries.append(
            Entry.objects.bulk_create(
                Entry(
                    challenge=challenge,
                    model=f"model-{model:02}",
                    picture=next(pictures),
                    price_microcredits=0,
                    seconds=1,
                )
                for model in range(MODELS)
                for _ in range(EACH)
            )
        )
    votes, known = [], set()
    while len(known) < count:
        one, other = luck.sample(luck.choice(entries), 2)
        pair, voter = pair_of(one.pk, other.pk), f"v{luck.randrange(count // 12)}"
        if one.model == other.model or (pair, voter) in known:
            continue
        known.add((pair, voter))
        odds = [float(one.model[-2:]) + 20, 12, 4, float(other.model[-2:]) + 20]
        choice = luck.choices([Choice.LEFT, Choice.TIE, Choice.BAD, Choice.RIGHT], odds)
        votes.append(
            Vote(
                left=one,
                right=other,
                pair=pair,
                choice=choice[0],
                voter=voter,
                network=voter,
                is_guest=True,
                took_ms=luck.randrange(1400, 20_000),
                created_at=now - timedelta(seconds=luck.randrange(10**7)),
            )
        )
    for start in range(0, count, AT_ONCE):
        Vote.objects.bulk_create(votes[start : start + AT_ONCE])


def painted(count: int) -> list:
    """Write pictures without files: nobody looks at them."""
    from accounts.models import Account
    from playground.generation.models import Picture
    from tests.web.orders import an_order

    account = Account.objects.create()
    order = an_order(account)
    facts = {"file": "-", "sha256": "-", "format": "png", "bytes": 1}
    return Picture.objects.bulk_create(
        Picture(
            id=f"pic_{place}",
            generation=order,
            account=account,
            position=place,
            width=1,
            height=1,
            **facts,
        )
        for place in range(count)
    )


class told:  # noqa: N801
    """Say how long something took."""

    def __init__(self, what: str) -> None:
        self.what = what

    def __enter__(self) -> None:
        self.began, self.used = time.perf_counter(), time.process_time()

    def __exit__(self, *_: object) -> None:
        took = time.perf_counter() - self.began
        used = time.process_time() - self.used
        print(f"{took:7.2f} s ({used:.2f} s of a core)  {self.what}")


if __name__ == "__main__":
    main()
