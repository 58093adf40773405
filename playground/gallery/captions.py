"""Searching prompts: all words of a search, each as a word or its beginning.

Orders are written without a thought for searching; nobody pays for an index who never
searches. An account's orders are read when it is first searched, newest first, and what
has come since is read each time. Words are folded here, so both databases find the same:
case and accents do not matter, and every Chinese or Japanese character is a word.
"""

import re
import unicodedata
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from playground.gallery.models import Caption, Reading
from playground.generation.models import Generation

WORD = re.compile(
    "[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
    "|[^\\W_\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"
)
LONGEST_WORD, MOST_WORDS_ASKED = 64, 20
READ_AT_ONCE = 5_000
BATCH = 1000
# An order may become visible a little after the moment it bears.
OVERLAP = timedelta(minutes=10)

# OFFSET 0 lets PostgreSQL look up the words first: it would rather test them row by row.
POSTGRES = """SELECT generation_id FROM (SELECT generation_id FROM gallery_caption WHERE
array_to_tsvector(string_to_array(rtrim(account_id || ' ' || words), ' ')) @@ %s::tsquery
OFFSET 0) found"""
SQLITE = """SELECT c.generation_id FROM gallery_words w
JOIN gallery_caption c ON c.id = w.rowid WHERE gallery_words MATCH %s"""


def words_of(text: str) -> list[str]:
    """Return a text's words, each once, as searches see them."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(one for one in folded if not unicodedata.combining(one))
    return list(dict.fromkeys(word[:LONGEST_WORD] for word in WORD.findall(plain)))


def asked_in(text: str) -> list[str]:
    """Return the words of a search. A single letter says nothing beside a word: half of
    all words begin with it."""
    words = words_of(text)[:MOST_WORDS_ASKED]
    telling = [word for word in words if len(word) > 1 or not word.isascii()]
    return telling or words


def matching(account_id: str, text: str) -> RawSQL:
    """Return the ids of the account's orders whose prompts have all these words."""
    words = asked_in(text)
    if not words:
        return RawSQL("SELECT NULL WHERE 1 = 0", ())
    if connection.vendor == "postgresql":
        asked = " & ".join([f"'{account_id}'", *(f"'{word}':*" for word in words)])
        return RawSQL(POSTGRES, (asked,))
    asked = " AND ".join([f'"{account_id}"', *(f'"{word}"*' for word in words)])
    return RawSQL(SQLITE, (asked,))


def says(prompt: str, text: str) -> bool:
    """Say whether a prompt has all these words, as a search of captions would."""
    asked = asked_in(text)
    words = words_of(prompt)
    return bool(asked) and all(
        any(has.startswith(one) for has in words) for one in asked
    )


def saying(text: str) -> Q:
    """Say the same of a picture by its caption, for going through some of them."""
    asked = Q()
    for word in asked_in(text):
        begins = Q(generation__caption__words__startswith=word)
        asked &= begins | Q(generation__caption__words__contains=f" {word}")
    return asked or Q(pk__in=())


def read_orders(account_id: str) -> datetime | None:
    """Read what a search of this account has to find.

    Returns how far back it has come when there is more to read than fits in one call;
    the next one goes on from there.
    """
    now = timezone.now()
    known, _is_new = Reading.objects.get_or_create(
        account_id=account_id, defaults={"newest": now, "oldest": now}
    )
    fresh = unread(account_id).filter(created_at__gte=known.newest - OVERLAP)
    come = read(account_id, fresh.order_by("created_at")[:READ_AT_ONCE])
    left = READ_AT_ONCE - len(come)
    known.newest = now if left else come[-1]
    if left and not known.is_complete:
        older = unread(account_id).filter(created_at__lte=known.oldest)
        gone_by = read(account_id, older.order_by("-created_at")[:left])
        known.is_complete = len(gone_by) < left
        known.oldest = gone_by[-1] if gone_by else known.oldest
    known.save()
    return None if known.is_complete else known.oldest


def unread(account_id: str) -> QuerySet[Generation]:
    captions = Caption.objects.filter(generation=OuterRef("pk"))
    orders = Generation.objects.filter(account_id=account_id).exclude(prompt="")
    return orders.filter(~Exists(captions))


def read(account_id: str, orders: QuerySet[Generation]) -> list[datetime]:
    """Write captions of these orders; return when each was asked for."""
    found = list(orders.values_list("pk", "prompt", "created_at"))
    captions = [
        Caption(generation_id=name, account_id=account_id, words=folded(prompt))
        for name, prompt, _moment in found
    ]
    Caption.objects.bulk_create(captions, batch_size=BATCH, ignore_conflicts=True)
    return [moment for *_rest, moment in found]


def folded(prompt: str) -> str:
    return " ".join(words_of(prompt))


def forget_caption(generation_id: str) -> None:
    """A prompt that is removed is found no more, nor kept in other words."""
    Caption.objects.filter(generation_id=generation_id).delete()
