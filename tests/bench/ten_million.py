"""Ten million attempts: added up, and every question about them timed.

    python -m tests.services.postgres python -m tests.bench.ten_million
    python -m tests.services.postgres python -m tests.bench.ten_million --attempts 1000000
    python -m tests.bench.ten_million --attempts 1000000 --bar-ms 200   # on SQLite

Ninety days, a thousand accounts of which one has a fifth of all, thirty models of which a
few have most, two to four providers each, seven groups. Everything is written into the
database that DATABASE_URL names, which should be a throwaway one; without it, into an
SQLite file in a temporary folder. A database that is full already is only measured.
"""

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from statistics import median

import django

BAR_MS, TIMES = 50, 5
SEED = 7
TRIES_AN_ORDER = 1.25
RARE = 0.0005
ACCOUNTS, MODELS = 1000, 30
PROVIDERS = ("gemini", "vertex", "fal", "replicate")
ORDER = (
    "id account_id key_id group_id is_test lane endpoint network model prompt request n"
    " unit_price_microcredits state delivered provider error_code error_message claim"
    " deadline created_at started_at finished_at user metadata"
).split()
ATTEMPT = (
    "generation_id provider channel upstream upstream_request_id outcome reason pictures"
    " first_byte_ms duration_ms cost_microusd started_at tokens_out"
).split()
REQUEST = (
    '{"model": "model-00", "prompt": "a fox in the snow", "n": 1, "shape": "16:9",'
    ' "tier": "%s", "width": 1365, "height": 768, "target_width": 1365, "fit": "cover",'
    ' "target_height": 768, "quality": null, "seed": null, "negative_prompt": null,'
    ' "response_format": "url", "output_format": null, "output_compression": null,'
    ' "requested_size": "16:9 1K", "extras": [], "notes": [], "references": []}'
)
Row = tuple[str | None, ...]


def main() -> None:
    said = arguments()
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    place = tempfile.mkdtemp(prefix="easel-ten-million-")
    os.environ.setdefault("DATABASE_URL", f"sqlite:///{place}/easel.sqlite3")
    os.environ.setdefault("EASEL_DATA_DIR", place)
    try:
        django.setup()
        sys.exit(run(said))
    finally:
        shutil.rmtree(place, ignore_errors=True)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--attempts", type=int, default=10_000_000)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--bar-ms", type=float, default=BAR_MS)
    return parser.parse_args()


def run(said: argparse.Namespace) -> str | None:
    from django.core.management import call_command

    from playground.generation.models import Attempt
    from playground.generation.rolling import catch_up
    from playground.generation.usual import renew

    call_command("migrate", verbosity=0)
    if not Attempt.objects.exists():
        timed(f"{said.attempts:,} attempts written", lambda: fill(said))
        timed("added up by hour and by day", catch_up)
    print_sizes()
    tidy_up()
    timed("the open hours added up once more", catch_up)
    timed("what is usual worked out", renew)
    print(f"\n{'query':58} {'median ms':>9} {'worst':>7}")
    slow = []
    for name, ask in questions().items():
        took = sorted(milliseconds(ask) for _ in range(TIMES))
        print(f"{name:58} {median(took):9.1f} {took[-1]:7.1f}", flush=True)
        slow += [name] if median(took) > said.bar_ms else []
    return f"Slower than {said.bar_ms} ms: {', '.join(slow)}" if slow else None


def timed(what: str, do: Callable[[], object]) -> None:
    print(f"{what:58} {milliseconds(do) / 1000:9.2f} s", flush=True)


def milliseconds(do: Callable[[], object]) -> float:
    started = time.perf_counter()
    do()
    return (time.perf_counter() - started) * 1000


def questions() -> dict[str, Callable[[], object]]:
    """Everything that pages, the API and operators ask."""
    from playground.generation import earnings, metrics, usage
    from playground.generation.metrics import EVERYTHING, Scope
    from playground.generation.summing import WINDOWS, Window

    busiest, heavy = Scope("model-00"), usage.Filter(account_of(0))
    light, asked = usage.Filter(account_of(500)), {}
    for name in WINDOWS:
        window = Window.last(name)
        month = {
            "a model's providers, with first bytes": lambda w=window: (
                metrics.figures_by(busiest, w, "provider", depth="first_bytes")
            ),
            "a model's groups": lambda w=window: metrics.figures_by(
                busiest, w, "group"
            ),
            "a model's tiers and endpoints": lambda w=window: metrics.figures_by(
                busiest, w, "tier", "endpoint"
            ),
            "one provider, group, tier and endpoint of a model": (
                lambda w=window: metrics.figures(
                    Scope("model-00", "fal", "", "group-0", "1K", "images.edits"), w
                )
            ),
            "a chart of a model's providers": lambda w=window: metrics.series(
                busiest, w, "provider"
            ),
            "uptime of a model, and its least stable provider": (
                lambda w=window: metrics.stability("model-00", w)
            ),
            "the whole site": lambda w=window: metrics.figures(EVERYTHING, w),
            "the whole site by model": lambda w=window: metrics.figures_by(
                EVERYTHING, w, "model"
            ),
            "the whole site by model and provider": lambda w=window: metrics.figures_by(
                EVERYTHING, w, "model", "provider"
            ),
            "both ledgers by day and model": lambda w=window: earnings.earnings(w),
            "usage of the heavy account": lambda w=window: list(usage.used(heavy, w)),
            "a light account's usage": lambda w=window: list(usage.used(light, w)),
            "what the heavy account spent on one model": lambda w=window: usage.sums_of(
                usage.Filter(account_of(0), model="model-00"), w
            ),
        }
        asked |= {f"{what}, {name}": ask for what, ask in month.items()}
    return asked


def fill(said: argparse.Namespace) -> None:
    """Write the rows hour by hour, oldest first."""
    from django.db import connection

    chance = random.Random(SEED)
    hours = said.days * 24
    each = round(said.attempts / TRIES_AN_ORDER / hours)
    end = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    write = copied if connection.vendor == "postgresql" else executed
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO accounts_account (id, kind, name, group_id, created_at)"
            " VALUES (%s, 'personal', 'bench', 'standard', CURRENT_TIMESTAMP)",
            [(account_of(number),) for number in range(ACCOUNTS)],
        )
    for hour in range(hours, 0, -1):
        orders = list(drawn(chance, end - timedelta(hours=hour), each))
        write("generation_generation", ORDER, [order for order, _ in orders])
        write(
            "generation_attempt", ATTEMPT, [one for _, some in orders for one in some]
        )


def account_of(number: int) -> str:
    return f"acc_{number:026}"


def drawn(
    chance: random.Random, hour: datetime, count: int
) -> Iterator[tuple[Row, list[Row]]]:
    """Draw an hour's orders with their tries."""
    from accounts.ids import id_of

    for moment in sorted(chance.random() * 3600 for _ in range(count)):
        asked = hour + timedelta(seconds=moment)
        model = int(chance.random() ** 3 * MODELS)
        provider = PROVIDERS[int(chance.random() ** 2 * (2 + model % 3))]
        state = chance.choices(("succeeded", "failed", "refused"), (80, 12, 8))[0]
        who = 0 if chance.random() < 0.2 else int(chance.random() * ACCOUNTS)
        ms = int(20_000 * chance.lognormvariate(0, 0.4))
        began, ended = str(asked), str(asked + timedelta(milliseconds=ms))
        order_id, name = id_of("img", asked), f"model-{model:02}"
        painted = "1" if state == "succeeded" else "0"
        order: Row = (
            *(order_id, account_of(who), f"key_{who}_{int(chance.random() ** 2 * 3)}"),
            *(f"group-{who % 7}", "0", "api"),
            "images.generations" if chance.random() < 0.8 else "images.edits",
            *("", name, "a heron" if chance.random() < RARE else "a fox in the snow"),
            REQUEST % chance.choices(("1K", "2K", "4K"), (70, 20, 10))[0],
            *("1", "8000000", state, painted, provider),
            {"failed": "upstream_error", "refused": "moderation_blocked"}.get(
                state, ""
            ),
            *("", "std", began, began, began, ended, *callers_words(chance)),
        )
        streams = provider in ("gemini", "vertex")
        outcome = "broken" if state == "failed" else state
        first, tokens = (str(ms * 9 // 10), "1120") if streams else (None, None)
        tries: list[Row] = [
            (order_id, provider, provider, name, "", outcome, "", painted, first)
            + (str(ms), "134000", began, tokens)
        ]
        if chance.random() < TRIES_AN_ORDER - 1:
            other = PROVIDERS[(PROVIDERS.index(provider) + 1) % len(PROVIDERS)]
            tries.append(
                (order_id, other, other, name, "", "busy", "429: quota", "0", None)
                + ("800", "0", began, None)
            )
        yield order, tries


def callers_words(chance: random.Random) -> tuple[str | None, str | None]:
    """Draw the user and the labels that came with an order; most bring none."""
    user, labels = None, None
    if chance.random() < 0.2:
        user = f"user-{int(chance.random() ** 4 * 5000)}"
    if chance.random() < 0.1:
        team, number = int(chance.random() ** 2 * 5), int(chance.random() * 100_000)
        labels = f'{{"team": "team-{team}", "order": "o-{number}"}}'
    return user, labels


def copied(table: str, columns: list[str], rows: list[Row]) -> None:
    from django.db import connection

    lines = "".join(
        "\t".join(v if v is not None else r"\N" for v in row) + "\n" for row in rows
    )
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY {table} ({quoted(columns)}) FROM STDIN") as copy:
            copy.write(lines)


def quoted(columns: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


def executed(table: str, columns: list[str], rows: list[Row]) -> None:
    from django.db import connection, transaction

    values = ", ".join(["%s"] * len(columns))
    # SQLite keeps moments without their zone.
    plain = [tuple(v and v.removesuffix("+00:00") for v in row) for row in rows]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} ({quoted(columns)}) VALUES ({values})", plain
        )


def print_sizes() -> None:
    from playground.generation import rollups

    for name in ("Attempt", "Offer", "Usage", "Sales"):
        counts = [
            getattr(rollups, name + step).objects.count() for step in ("Hour", "Day")
        ]
        print(
            f"  lines of {name.lower()}s: {counts[0]:,} by hour, {counts[1]:,} by day"
        )


def tidy_up() -> None:
    """What the database does by itself within minutes."""
    from django.db import connection

    with connection.cursor() as cursor:
        vacuum = "VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE"
        cursor.execute(vacuum)


if __name__ == "__main__":
    main()
