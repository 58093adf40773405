"""What guides do not say themselves: numbers, prices, names, each taken from its code.

A guide writes `{{ retention_time }}` and gets what is true of this instance now. A name
nobody knows is an error, which a test meets before a reader does.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from decimal import Decimal

from django.conf import settings

from accounts.limits import MANAGE_KEYS, ORDINARY
from billing.cash import cash
from billing.ledger import MICRO
from billing.packs import Pack, packs
from playground.api.key_words import PERIODS
from playground.api.orders import LONGEST_KEY
from playground.api.queries import MOST_COUNT
from playground.api.tasks import LONGEST_WAIT_SECONDS
from playground.codes import CODES, Code
from playground.generation import fetching, inputs, normalise, retries, terms, wishes
from playground.generation.catalogue import catalogue
from playground.generation.histogram import ENOUGH
from playground.generation.offered import Model
from playground.generation.price import listed
from playground.generation.providers import rehearsal
from playground.generation.providers.connected import TRADES
from playground.generation.request import FORMATS, KEY_HOURS
from playground.generation.sizes import SHAPES, sized_by_area
from playground.generation.summing import WINDOWS
from playground.webhooks import endpoints, events, schedule, sending

NAME = re.compile(r"\{\{ ([a-z0-9_]+) \}\}")
MEGABYTE = 1024 * 1024
GEMINI = "gemini-3-pro-image-preview"
EXAMPLES = (GEMINI, "gemini-3.1-flash-image-preview", "gpt-image-2", "sketch-1")


def filled(text: str, *, origin: str) -> str:
    """Put what is true in the place of its name."""

    def found(name: re.Match[str]) -> str:
        if name[1] == "url":
            return origin
        return str(INSERTS[name[1]]())

    return NAME.sub(found, text)


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def code(words: Iterable[object]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def megabytes(count: int) -> int:
    return count // MEGABYTE


def every_code() -> str:
    """Every error, by status: what it means, and what to do."""
    by_status: dict[int, list[tuple[str, Code]]] = {}
    for name, one in CODES.items():
        by_status.setdefault(one.status, []).append((name, one))
    return "\n\n".join(
        f"## Status {status}\n\n" + "\n\n".join(explained(*pair) for pair in pairs)
        for status, pairs in sorted(by_status.items())
    )


def explained(name: str, one: Code) -> str:
    final = " Clients that retry by themselves are told not to." if one.is_final else ""
    return f"### `{name}`\n\n{one.meaning} {one.hint}{final} Type: `{one.kind}`."


def pack_list() -> str:
    rows = [
        (cash(one.amount_minor, one.currency), f"{one.credits:,}", of_one(one))
        for one in packs()
    ]
    return table(("pack", "credits", "one credit"), rows)


def of_one(pack: Pack) -> str:
    return f"{pack.minor_per_credit / 100:.4f} {pack.currency.upper()}"


def prices() -> str:
    """What a few models cost, as their pages and the bill have it."""
    shown = [one for one in map(catalogue().find, EXAMPLES) if not one.is_retired]
    rows = [
        (f"`{model.id}`", kind.tier, kind.quality or "", in_credits(price))
        for model in shown
        for kind, price in listed(model, Decimal(1))
    ]
    return table(("model", "tier", "quality", "credits a picture"), rows)


def in_credits(microcredits: int) -> str:
    return f"{Decimal(microcredits) / MICRO:f}"


def standard_sizes() -> str:
    """The thirty sizes; each is a shape and a tier."""
    tiers = ("1K", "2K", "4K")
    rows = [
        (shape, *(f"{w}×{h}" for w, h in (sized_by_area(shape, t) for t in tiers)))
        for shape in SHAPES
    ]
    return table(("shape", *tiers), rows)


def native_sizes() -> str:
    """What one model paints itself, for comparison."""
    model = catalogue().find(GEMINI)
    rows = [
        (shape, *(pixels(model, shape, tier) for tier in model.tiers))
        for shape in model.shapes
    ]
    return table((f"`{model.id}`", *model.tiers), rows)


def pixels(model: Model, shape: str, tier: str) -> str:
    if not model.sizes.has(shape, tier):
        return "—"
    width, height = model.sizes.pixels(shape, tier)
    return f"{width}×{height}"


def names() -> str:
    """Every id, and the other names it answers to."""
    rows = []
    for model in catalogue().models:
        others = [name for name in model.names if name != model.id]
        if others:
            rows.append((f"`{model.id}`", model.vendor, code(others)))
    return table(("id here", "vendor", "also called"), rows)


def providers() -> str:
    rows = [
        (
            f"`{name}`",
            settings.PROVIDER_KEYS.get(name, "needs none"),
            sum(name in {offer.provider for offer in one.offers} for one in models()),
        )
        for name in TRADES
    ]
    return table(("provider", "its key", "models with an offer of it"), rows)


def models() -> tuple[Model, ...]:
    return catalogue().models


def retired() -> str:
    rows = [
        (f"`{model.id}`", f"`{model.lifecycle.successor or ''}`")
        for model in catalogue().models
        if model.is_retired
    ]
    return table(("retired", "its successor"), rows)


def for_sale() -> int:
    return sum(not model.is_retired for model in catalogue().models)


def pauses() -> str:
    """When a webhook is sent again."""
    return ", ".join(span(timedelta(seconds=one)) for one in schedule.PAUSES)


def span(time: timedelta) -> str:
    seconds = int(time.total_seconds())
    for size, name in ((3600, "hour"), (60, "minute"), (1, "second")):
        if seconds >= size and seconds % size == 0:
            count = seconds // size
            return f"{count} {name}{'' if count == 1 else 's'}"
    return f"{seconds} seconds"


def sketch_price() -> str:
    model = catalogue().find("sketch-1")
    return ", ".join(
        f"{in_credits(price)} for {kind.tier}"
        for kind, price in listed(model, Decimal(1))
    )


def gemini_price() -> str:
    prices = listed(catalogue().find(GEMINI), Decimal(1))
    return in_credits(next(price for kind, price in prices if kind.tier == "2K"))


def settings_file() -> str:
    text = (settings.BASE_DIR / ".env.example").read_text().strip()
    return f"```sh .env\n{text}\n```"


def quote_time() -> str:
    return span(timedelta(seconds=settings.QUOTE_SECONDS))


def retention_time() -> str:
    days = settings.RETENTION_DAYS
    return f"{days} day{'' if days == 1 else 's'}" if days else "for good"


INSERTS: dict[str, Callable[[], object]] = {
    "batch_lines": lambda: f"{settings.BATCH_LINES:,}",
    "batch_mb": lambda: settings.BATCH_FILE_MB,
    "batch_tries": lambda: settings.BATCH_TRIES,
    "default_model": lambda: settings.DEFAULT_MODEL or "none",
    "every_code": every_code,
    "events": lambda: code(events.NAMES),
    "file_url_time": lambda: span(timedelta(seconds=settings.FILE_URL_SECONDS)),
    "for_sale": for_sale,
    "formats": lambda: code(FORMATS),
    "free_pictures": lambda: settings.FREE_PICTURES_A_DAY,
    "gemini_price_2k": gemini_price,
    "guest_pictures": lambda: settings.GUEST_PICTURES_A_DAY,
    "key_characters": lambda: LONGEST_KEY,
    "key_hours": lambda: KEY_HOURS,
    "least_samples": lambda: ENOUGH,
    "longest_deadline": lambda: wishes.LONGEST_SECONDS,
    "longest_label_name": lambda: terms.LONGEST_NAME,
    "longest_label_value": lambda: terms.LONGEST_VALUE,
    "longest_side": lambda: f"{inputs.LONGEST_SIDE:,}",
    "longest_user": lambda: terms.LONGEST_USER,
    "longest_wait": lambda: LONGEST_WAIT_SECONDS,
    "manage_scope": lambda: f"`{MANAGE_KEYS}`",
    "most_data_uri": lambda: f"{fetching.MOST_DATA_CHARACTERS:,}",
    "most_endpoints": lambda: endpoints.MOST_ENDPOINTS,
    "most_files": lambda: inputs.MOST_FILES,
    "most_labels": lambda: terms.MOST_PAIRS,
    "most_listed": lambda: MOST_COUNT,
    "most_megapixels": lambda: inputs.MOST_PIXELS // 1_000_000,
    "most_models": lambda: wishes.MOST_MODELS,
    "most_n": lambda: max(model.n_max for model in models()),
    "most_picture_mb": lambda: megabytes(inputs.MOST_BYTES),
    "most_providers_named": lambda: wishes.MOST_NAMES,
    "most_references": lambda: max(m.capabilities.references for m in models()),
    "most_seed": lambda: f"{normalise.MOST_SEED:,}",
    "most_upload_mb": lambda: settings.MAX_UPLOAD_MB,
    "names": names,
    "native_sizes": native_sizes,
    "packs": pack_list,
    "pauses": pauses,
    "periods": lambda: code(PERIODS),
    "prices": prices,
    "prompt_characters": lambda: f"{catalogue().find('sketch-1').prompt_characters:,}",
    "provider_timeout": lambda: settings.PROVIDER_TIMEOUT_SECONDS,
    "providers": providers,
    "quote_time": quote_time,
    "rehearsal_late": lambda: rehearsal.LATE_SECONDS,
    "rehearsal_retry": lambda: rehearsal.RETRY_AFTER_SECONDS,
    "rehearsal_slow": lambda: rehearsal.SLOW_SECONDS,
    "rehearsal_slowest": lambda: rehearsal.SLOWEST_SECONDS,
    "rejoin_time": lambda: span(retries.JOINED_WITHIN),
    "retention_time": retention_time,
    "retired": retired,
    "rotation_time": lambda: span(endpoints.BOTH_SIGN),
    "scopes": lambda: code(ORDINARY),
    "settings": settings_file,
    "sketch_price": sketch_price,
    "standard_sizes": standard_sizes,
    "tries": lambda: len(schedule.PAUSES) + 1,
    "unpaid_usd": lambda: f"{settings.UNPAID_USD_AN_HOUR:g}",
    "webhook_kept_days": lambda: sending.KEPT.days,
    "webhook_seconds": lambda: f"{settings.WEBHOOK_SECONDS:g}",
    "webp_side": lambda: f"{normalise.WEBP_SIDE:,}",
    "welcome_credits": lambda: settings.WELCOME_CREDITS,
    "windows": lambda: code(WINDOWS),
}
