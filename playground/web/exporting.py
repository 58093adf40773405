"""All that Easel knows of a person, in one file, sent as it is written.

The person, their places in accounts, what they asked for in the playground and, in
accounts of their own, everything else: API orders, the statement, and the pictures.
Rows are read a few hundred at a time, each time anew: pieces are asked for by
different threads.
"""

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

import orjson
from allauth.account.models import EmailAddress
from django.db.models import Model, Q, QuerySet

from accounts.models import Account, Activity, Person
from accounts.teams import memberships_of
from billing.ledger import MICRO
from billing.models import Transfer
from playground.arena.models import Preference, Vote
from playground.arena.voters import hidden
from playground.gallery.copies import ORIGINAL, copy_of
from playground.gallery.zips import Sink, entry
from playground.generation.models import Generation, Picture
from playground.web.spreadsheets import plain

AT_ONCE = 300
Row = Sequence[object]
Found = TypeVar("Found", bound=Model)


def pieces_of(person: Person) -> Iterator[bytes]:
    """Write the file, piece by piece."""
    own = [one.account for one in memberships_of(person) if not one.account.is_team]
    sink = Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("profile.json", profile_of(person))
        archive.writestr("memberships.csv", table(PLACES, places_of(person)))
        archive.writestr("keys.csv", table(KEYS, keys_of(person, own)))
        yield sink.taken()
        yield from written(archive, sink, "generations.csv", orders_of(person, own))
        yield from written(archive, sink, "statement.csv", lines_of(own))
        yield from written(archive, sink, "activity.csv", deeds_of(person))
        yield from written(archive, sink, "votes.csv", votes_of(person))
        for picture in pictures_of(person, own):
            try:
                copy = copy_of(picture, ORIGINAL, has_settings=True)
            except FileNotFoundError:
                continue
            archive.writestr(entry(picture, f"pictures/{copy.file_name}"), copy.data)
            yield sink.taken()
    yield sink.taken()


def profile_of(person: Person) -> bytes:
    addresses = EmailAddress.objects.filter(user=person).order_by("pk")
    return orjson.dumps(
        {
            "email": person.email,
            "name": person.name,
            "language": person.language,
            "theme": person.theme,
            "created_at": person.created_at,
            "last_signed_in_at": person.last_login,
            "mails_switched_off": person.muted,
            "addresses": [
                {"email": one.email, "confirmed": one.verified, "main": one.primary}
                for one in addresses
            ],
        },
        option=orjson.OPT_INDENT_2,
    )


PLACES = ("account", "name", "kind", "role", "since")
KEYS = (
    "key",
    "name",
    "begins_with",
    "account",
    "made_at",
    "last_used_at",
    "revoked_at",
)
ORDERS = (
    *("request", "account", "time", "from", "model", "status", "prompt", "asked"),
    *("delivered", "credits", "shared_with_team"),
)
LINES = ("account", "number", "time", "kind", "credits", "balance_after", "note")
VOTES = ("time", "where", "about", "left", "right", "choice")
DEEDS = ("time", "account", "kind", "about", "detail", "address", "device")


def places_of(person: Person) -> Iterator[Row]:
    for one in memberships_of(person):
        account = one.account
        yield account.pk, account.name, account.kind, one.role, one.created_at


def keys_of(person: Person, own: list[Account]) -> Iterator[Row]:
    for account in own:
        for key in account.keys.order_by("created_at"):
            times = (key.created_at, key.last_used_at, key.revoked_at)
            yield key.pk, key.name, key.prefix, account.pk, *times


def orders_of(person: Person, own: list[Account]) -> Iterator[Row]:
    yield ORDERS
    for order in in_batches(asked_by(person, own)):
        yield (
            *(order.pk, order.account_id, order.created_at, order.lane, order.model),
            *(order.state, order.prompt, order.n, order.delivered),
            credits(order.charged_microcredits),
            int(order.shared_at is not None),
        )


def asked_by(person: Person, own: list[Account]) -> QuerySet[Generation]:
    return Generation.objects.filter(Q(person=person) | Q(account__in=own))


def lines_of(own: list[Account]) -> Iterator[Row]:
    yield LINES
    ours = Transfer.objects.filter(wallet__in=[one.pk for one in own])
    for line in in_batches(ours):
        amount = credits(line.amount * line.direction)
        after = credits(line.balance_after)
        yield line.wallet_id, line.seq, line.at, line.kind, amount, after, line.memo


def deeds_of(person: Person) -> Iterator[Row]:
    yield DEEDS
    for one in in_batches(Activity.objects.filter(person=person)):
        about = (one.subject, one.detail, one.address, one.agent)
        yield one.at, one.account_id, one.kind, *about


def votes_of(person: Person) -> Iterator[Row]:
    """What they said in the arena, and of their own comparisons."""
    yield VOTES
    voter = hidden("person", str(person.pk))
    cast = Vote.objects.filter(voter=voter)
    for one in in_batches(cast.select_related("left", "right")):
        models = one.left.model, one.right.model
        yield one.created_at, "arena", one.left.challenge_id, *models, one.choice
    for said in in_batches(Preference.objects.filter(voter=voter)):
        choice = said.chosen or said.choice
        yield said.created_at, said.account_id, said.comparison, "", "", choice


def pictures_of(person: Person, own: list[Account]) -> Iterator[Picture]:
    theirs = Picture.objects.filter(
        Q(generation__person=person) | Q(account__in=own)
    ).select_related("generation")
    return in_batches(theirs)


def in_batches(rows: QuerySet[Found]) -> Iterator[Found]:
    """Read rows a batch at a time, in the order of their names."""
    rows, last = rows.order_by("pk"), None
    while batch := list((rows.filter(pk__gt=last) if last else rows)[:AT_ONCE]):
        yield from batch
        last = batch[-1].pk


def written(
    archive: zipfile.ZipFile, sink: Sink, name: str, rows: Iterator[Row]
) -> Iterator[bytes]:
    """Write a table of any length into the file, and hand on what there is of it."""
    with archive.open(name, "w") as file:
        while batch := list(islice(rows, AT_ONCE)):
            file.write(lines(batch))
            if piece := sink.taken():
                yield piece
    yield sink.taken()


def table(columns: Row, rows: Iterable[Row]) -> bytes:
    return lines([columns, *rows])


def lines(rows: Iterable[Row]) -> bytes:
    file = io.StringIO()
    csv.writer(file).writerows([[cell(one) for one in row] for row in rows])
    return file.getvalue().encode()


def cell(value: object) -> object:
    if value is None:
        return ""
    isoformat: Callable[[], str] | None = getattr(value, "isoformat", None)
    return (
        isoformat() if isoformat else plain(value) if isinstance(value, str) else value
    )


def credits(microcredits: int) -> str:
    sign = "-" if microcredits < 0 else ""
    whole, rest = divmod(abs(microcredits), MICRO)
    return f"{sign}{whole}.{rest:06}"
