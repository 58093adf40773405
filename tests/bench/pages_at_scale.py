"""Ten million requests: every page of the console, the history and the API timed.

    python -m tests.services.postgres python -m tests.bench.pages_at_scale
    python -m tests.bench.pages_at_scale --requests 1000000 --bar-ms 200   # on SQLite

What `ten_million` draws, a tenth of it where the database is PostgreSQL: every order
drawn there stands for ten, with other models and, but for the heavy account, other
accounts. A fifth of all is the heavy account's. Each order has its hold, and what was
charged its line in the journal and its pictures; the prompts of both accounts that are
looked at have been read for searching. Only what was drawn has tries: these pages
show those of one order.

A database that is full already is only measured. Server time is that of Django's test
client, without a network: the median of seven rounds through all pages, after one to
warm up. `own` is what the clock says less the time that Python and PostgreSQL stood in
line for a processor others were using; `python` and `db` are how long each of them
worked. The bar is for `own`. Beside it stands how long a known piece of Python took in
each round: machines that are shared are twice as slow at times. `quickest` is the slower
account's quickest round.
"""

import argparse
import os
import shutil
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import django

from tests.bench import ten_million
from tests.bench.stopwatch import Took
from tests.bench.ten_million import TRIES_AN_ORDER, account_of, tidy_up, timed

TIMES, COPIES = 7, 10
HEAVY, LIGHT = 0, 500
KEYS = 40
OPENING = 10**15
PRICE = 8_000_000


def main() -> None:
    said = arguments()
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    place = tempfile.mkdtemp(prefix="easel-pages-")
    os.environ.setdefault("DATABASE_URL", f"sqlite:///{place}/easel.sqlite3")
    try:
        django.setup()
        sys.exit(run(said))
    finally:
        shutil.rmtree(place, ignore_errors=True)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=10_000_000)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--bar-ms", type=float, default=100)
    parser.add_argument("--only", default="", help="pages whose name has this in it")
    return parser.parse_args()


def run(said: argparse.Namespace) -> str | None:
    from django.core.management import call_command

    from accounts.models import Account

    call_command("migrate", verbosity=0)
    if not Account.objects.filter(pk=account_of(HEAVY)).exists():
        fill(said)
    return measure(said)


# Filling.


def fill(said: argparse.Namespace) -> None:
    from django.db import connection

    from billing.models import Hold, Transfer
    from playground.gallery.models import Caption
    from playground.generation.models import Generation, Picture
    from playground.generation.rolling import catch_up
    from tests.bench.bare_tables import bare

    times = COPIES if connection.vendor == "postgresql" else 1
    drawn = argparse.Namespace(
        attempts=said.requests * TRIES_AN_ORDER / times, days=said.days
    )
    timed(f"{said.requests // times:,} drawn", lambda: ten_million.fill(drawn))
    dress = bare([Generation, Picture, Hold, Transfer, Caption])
    if times > 1:
        timed(f"each of them {times} times", multiply)
    for what, statement in BESIDES.items():
        timed(what, lambda statement=statement: do(statement))
    with_people()
    timed("indexes", dress)
    timed("statistics", tidy_up)
    timed("added up by hour and by day", catch_up)
    tidy_up()


def do(*statements: str) -> None:
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def multiply() -> None:
    """Write the orders again, each ten times."""
    from playground.generation.models import Generation

    columns = {
        field.column: f'"{field.column}"' for field in Generation._meta.concrete_fields
    }
    turned = "(mod(substr(account_id, 5)::int - 1 + k * 97, 999) + 1)"
    who = f"CASE WHEN account_id = '{account_of(HEAVY)}' THEN 0 ELSE {turned} END"
    columns |= {
        "id": "CASE k WHEN 0 THEN id ELSE id || k END",
        "account_id": "'acc_' || lpad(who::text, 26, '0')",
        "key_id": "'key_' || who || right(key_id, 2)",
        "model": "'model-' || lpad(mod(right(model, 2)::int + k * k, 30)::text, 2, '0')",
        "created_at": "created_at + k * interval '97 ms'",
    }
    names = ", ".join(f'"{name}"' for name in columns)
    do(
        "CREATE UNLOGGED TABLE drawn AS SELECT * FROM generation_generation",
        "TRUNCATE generation_generation",
        f"INSERT INTO generation_generation ({names})"
        f" SELECT {', '.join(columns.values())} FROM (SELECT drawn.*, k, {who} AS who"
        f" FROM drawn, generate_series(0, {COPIES - 1}) AS k) AS many",
        "DROP TABLE drawn",
    )


BESIDES = {
    "wallets": f"""INSERT INTO billing_wallet (account_id, credits_posted,
        debits_posted, held, debt, seq, frozen, is_capped, created_at)
    SELECT account_id, {OPENING}, sum({PRICE} * delivered), 0, 0, sum(delivered) + 1,
        FALSE, FALSE, min(created_at) FROM generation_generation GROUP BY account_id""",
    "opening lines": f"""INSERT INTO billing_transfer (wallet_id, seq, direction, amount,
        balance_after, kind, counter, key, ref_type, ref_id, memo, at)
    SELECT account_id, 1, 1, {OPENING}, {OPENING}, 'grant', 'grants',
        'grant:' || account_id, '', '', '', created_at FROM billing_wallet""",
    "holds": """INSERT INTO billing_hold (wallet_id, job_id, key_id, member, amount,
        posted, state, created_at, expires_at, resolved_at, reason)
    SELECT account_id, id, key_id, '', unit_price_microcredits,
        delivered * unit_price_microcredits,
        CASE WHEN delivered > 0 THEN 'posted' ELSE 'voided' END,
        created_at, deadline, finished_at, error_code FROM generation_generation""",
    "charges": f"""INSERT INTO billing_transfer (wallet_id, seq, direction, amount,
        balance_after, kind, counter, hold_id, key, ref_type, ref_id, memo, at)
    SELECT account_id, place + 1, -1, {PRICE}, {OPENING} - place * {PRICE}, 'charge',
        'revenue', hold_id, 'charge:' || id, 'generation', id, '', finished_at
    FROM (SELECT g.id, g.account_id, g.finished_at, h.id AS hold_id, row_number()
            OVER (PARTITION BY g.account_id ORDER BY g.created_at, g.id) AS place
        FROM generation_generation g JOIN billing_hold h ON h.job_id = g.id
        WHERE g.delivered > 0) AS charged
    ORDER BY finished_at""",
    "pictures": """INSERT INTO generation_picture (id, generation_id, account_id,
        position, file, sha256, format, width, height, bytes, revised_prompt, signature,
        created_at)
    SELECT 'pic' || substr(id, 4), id, account_id, 0, 'ab/cd/' || id || '.png',
        '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef', 'png',
        1365, 768, 1560000, '', '', finished_at
    FROM generation_generation WHERE delivered > 0""",
    "captions": f"""INSERT INTO gallery_caption (generation_id, account_id, words)
    SELECT id, account_id, prompt FROM generation_generation
    WHERE account_id IN ('{account_of(HEAVY)}', '{account_of(LIGHT)}')""",
    "readings": """INSERT INTO gallery_reading (account_id, newest, oldest, is_complete)
    SELECT account_id, max(created_at), min(created_at), TRUE FROM generation_generation
    GROUP BY account_id""",
}


def with_people() -> None:
    """Give both accounts that are looked at an owner, and keys to all that were used."""
    from django.utils import timezone

    from accounts.models import Account, ApiKey, Membership, Person

    def key(account: int, number: int) -> ApiKey:
        return ApiKey(
            id=f"key_{account}_{number}",
            account_id=account_of(account),
            name=f"Key {number}",
            prefix="sk-easel",
            digest=f"{account}-{number}",
            last_used_at=timezone.now(),
        )

    accounts = [int(name[4:]) for name in Account.objects.values_list("pk", flat=True)]
    known = [key(account, number) for account in accounts for number in range(3)]
    more = [key(HEAVY, number) for number in range(3, KEYS)]
    ApiKey.objects.bulk_create(known + more)
    for number in (HEAVY, LIGHT):
        person = Person.objects.create_user(f"owner-{number}@example.com")
        Membership.objects.create(person=person, account_id=account_of(number))


# Measuring.


def measure(said: argparse.Namespace) -> str | None:
    """Open every page in turn, round after round: a slow minute of the machine is then
    no page's own. As where others are served, the collector looks rarely, and nothing is
    noted of what the database is asked."""
    from django.conf import settings

    from playground.entrance import settle_in

    settings.DEBUG = False
    os.makedirs(settings.STATIC_ROOT, exist_ok=True)
    visitors = {who: Visitor(who) for who in (HEAVY, LIGHT)}
    names = [name for name in visitors[HEAVY].pages if said.only in name]
    places = [(name, who) for name in names for who in visitors]
    first = {(name, who): visitors[who].look(name) for name, who in places}
    took: dict[tuple[str, int], list[Took]] = {place: [] for place in places}
    paces = []
    settle_in()
    for _ in range(TIMES):
        for name, who in places:
            took[name, who].append(Took.by(partial(visitors[who].open, name)))
        paces.append(Took.by(known_work).python_ms)
    print(f"A known piece of work: {', '.join(f'{one:.1f}' for one in paces)} ms")
    return table_of(said, names, first, took)


def known_work() -> int:
    """Count, which is always the same work: how fast the machine is just now."""
    return sum(number * number % 7 for number in range(300_000))


def table_of(
    said: argparse.Namespace,
    names: list[str],
    first: dict[tuple[str, int], tuple[int, int]],
    took: dict[tuple[str, int], list[Took]],
) -> str | None:
    head = "".join(
        f"{name:>8}" for name in ("ms", "own", "python", "db", "asked", "KB")
    )
    print(f"\n{'':46}{'heavy account':>48}{'light account':>48}")
    print(f"{'page':46}{head}{head}  quickest  met")
    slow = []
    for name in names:
        line, worst, quickest = f"{name:46}", 0.0, 0.0
        for who in (HEAVY, LIGHT):
            middle, (queries, size) = Took.middle(took[name, who]), first[name, who]
            worst = max(worst, middle.own_ms)
            quickest = max(quickest, min(one.own_ms for one in took[name, who]))
            numbers = (middle.ms, middle.own_ms, middle.python_ms, middle.database_ms)
            line += "".join(f"{number:8.1f}" for number in numbers)
            line += f"{queries:8}{size / 1024:8.0f}"
        is_met = worst <= said.bar_ms
        slow += [] if is_met else [name]
        print(f"{line}{quickest:10.1f}{'  yes' if is_met else '  NO'}")
    return f"Slower than {said.bar_ms} ms: {'; '.join(slow)}" if slow else None


class Visitor:
    """Opens pages as an account's owner."""

    def __init__(self, number: int) -> None:
        from django.test import Client

        from accounts.models import Person

        self.pages = pages_of(number)
        self._client = Client(SERVER_NAME="localhost")
        self._client.force_login(
            Person.objects.get(email=f"owner-{number}@example.com")
        )

    def open(self, name: str) -> Any:
        return self._client.get(self.pages[name])

    def look(self, name: str) -> tuple[int, int]:
        """Return how many questions a page asks, and how long it is."""
        from django.db import connection

        asked = []

        def note(execute: Any, sql: str, *rest: Any) -> Any:
            asked.append(sql)
            return execute(sql, *rest)

        with connection.execute_wrapper(note):
            answer = self.open(name)
        if answer.status_code not in (200, 204):
            raise SystemExit(f"{self.pages[name]}: {answer.status_code}")
        return len(asked), len(answer.content)


def pages_of(number: int) -> dict[str, str]:
    """Return the address of each page, by its name."""
    from django.db.models import Q

    from accounts.models import Person
    from billing.models import Transfer
    from playground.generation.models import Generation

    owner = Person.objects.get(email=f"owner-{number}@example.com")
    own = Generation.objects.filter(account=account_of(number)).order_by("-created_at")
    middle = datetime.now(UTC) - timedelta(days=45)
    newest, old = own[0].pk, own.filter(created_at__lt=middle)[0]
    tried = own.filter(~Q(attempts=None))[0].pk
    line = Transfer.objects.filter(wallet=account_of(number), at__lt=middle)
    before = line.order_by("-at")[0].seq
    day = (datetime.now(UTC) - timedelta(days=20)).date()
    custom = f"from={day - timedelta(days=40)}&to={day}"
    usage = "/console/usage"
    sifted = {
        "a key": f"key=key_{number}_1",
        "a model": "model=model-03",
        "a model nobody asked for": "model=none",
        "a status": "status=failed",
        "a status that never was": "status=partially_succeeded",
        "a source": "source=api",
        "a provider": "provider=fal",
        "an endpoint": "endpoint=images.edits",
        "a group": f"group=group-{number % 7}",
        "a person who painted nothing": f"person={owner.pk}",
        "a frequent user": "user=user-0",
        "a rare user": f"user={rare(number)[0]}",
        "a user nobody knows": "user=nobody",
        "a frequent label": "label=team&value=team-0",
        "a rare label": f"label=order&value={rare(number)[1]}",
        "a label nobody knows": "label=order&value=none",
        "a user and a model": "user=user-0&model=model-03",
        "a key and a model": f"key=key_{number}_1&model=model-03",
        "a source and a provider": "source=api&provider=fal",
        "a model and a status": "model=model-03&status=failed",
        "a source, a provider and a status": "source=api&provider=fal&status=failed",
    }
    month = f"{middle:%Y-%m}"
    return {
        **{f"usage, {name}": f"{usage}?period={name}" for name in WINDOWS},
        "usage, from day to day": f"{usage}?{custom}",
        "usage, 90d, older requests": f"{usage}?period=90d&after={old.pk}",
        **{
            f"usage, 90d, {name}": f"{usage}?period=90d&{query}"
            for name, query in sifted.items()
        },
        "usage, 30d, a frequent user": f"{usage}?{sifted['a frequent user']}",
        "usage, 90d, older requests of a model": (
            f"{usage}?period=90d&model=model-03&after={old.pk}"
        ),
        "fresh, since the newest": f"{usage}/fresh?period=90d&since={newest}",
        "fresh, since an old one": f"{usage}/fresh?period=90d&since={old.pk}",
        "fresh, of a model nobody asked for": (
            f"{usage}/fresh?period=90d&model=none&since={old.pk}"
        ),
        "fresh, of a rare label": (
            f"{usage}/fresh?period=90d&{sifted['a rare label']}&since={old.pk}"
        ),
        "a request": f"/console/requests/{tried}",
        "keys": "/console/keys",
        "a key to be revoked": f"/console/keys/key_{number}_1/revoke",
        "credits": "/console/credits",
        "statement, older": f"/console/credits?before={before}-0",
        "statement, a month": f"/console/credits?month={month}",
        "statement, spent in a month": f"/console/credits?month={month}&sort=spent",
        "statement, given": "/console/credits?sort=given",
        "statement, bought (nothing)": "/console/credits?sort=bought",
        "statement, held and returned": "/console/credits?sort=returned",
        "billing details": "/console/credits/details",
        "webhooks": "/console/webhooks",
        "members": "/console/members",
        "settings": "/console/settings",
        "activity": "/console/activity",
        "create": "/",
        "boards": "/boards",
        "history": "/history",
        "history, a frequent word": "/history?q=snow",
        "history, a rare word": "/history?q=heron",
        "history, a word nobody wrote": "/history?q=zebra",
        "history, a frequent and a rare word": "/history?q=a+heron",
        "history, a model": "/history?model=model-03",
        "history, a model nobody asked for": "/history?model=none",
        "history, failed": "/history?show=failed",
        "history, starred (nothing)": "/history?show=starred",
        "history, rehearsals (nothing)": "/history?show=rehearsals",
        "history, until a day": f"/history?until={day - timedelta(days=20)}",
    }


def rare(number: int) -> tuple[str, str]:
    """Return a user and a label's value that the account has seen once or a few times."""
    from playground.generation.models import Generation

    own = Generation.objects.filter(account=account_of(number)).order_by("created_at")
    user = own.filter(user__gt="user-4")[:1].values_list("user", flat=True)
    labels = own.filter(metadata__isnull=False)[:1].values_list("metadata", flat=True)
    return user[0], labels[0]["order"]


WINDOWS = ("24h", "7d", "30d", "90d")

if __name__ == "__main__":
    main()
