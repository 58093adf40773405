"""The kill matrix as a table: what was on disk after a death, and after the repair.

Tests of a parallel run each add their row; the table in `test-results` is written
anew each time.
"""

import fcntl
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection

from billing.ledger import MICRO, wallet_of
from billing.models import Hold, Transfer
from playground.generation.models import Generation, Picture
from tests.services.commands import ROOT

TABLE = ROOT / "test-results" / "kill-matrix.md"
DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
HEAD = (
    "| database | killed | on disk | the customer sees | after one sweep | charged |\n"
    "|---|---|---|---|---|---|\n"
)


@dataclass(frozen=True)
class Row:
    """One death."""

    number: int
    database: str
    step: str
    on_disk: str
    seen: str
    repaired: str
    charged: str

    def line(self) -> str:
        cells = list(asdict(self).values())[1:]
        return f"| {' | '.join(cells)} |\n"


def files() -> set[Path]:
    folder = settings.DATA_DIR / "pictures"
    return {file for file in folder.rglob("*") if file.is_file()}


def state_of(customer, files_before: set[Path]) -> str:
    """Say what the database and the folder hold of a customer's one order."""
    orders = Generation.objects.filter(account=customer.account)
    holds = Hold.objects.filter(wallet_id=customer.account.pk)
    wallet = wallet_of(customer.account.pk)
    parts = [f"order {order.state}" for order in orders]
    parts += [f"hold {hold.state}" for hold in holds]
    parts += [f"{wallet.held // MICRO} held"] if wallet.held else []
    pictures = Picture.objects.filter(account=customer.account).count()
    parts += [f"{pictures} pictures"] if pictures else []
    orphans = len(files() - files_before) - pictures
    parts += [f"{orphans} files without a row"] if orphans else []
    return ", ".join(parts) or "nothing"


def charged_to(customer) -> int:
    charges = Transfer.objects.filter(wallet_id=customer.account.pk, kind="charge")
    return sum(charges.values_list("amount", flat=True)) // MICRO


def note(row: Row) -> None:
    """Add a row, print it, and write the table."""
    print(f"\n{row.line()}", end="")
    folder = TABLE.parent / "kill-matrix"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as place:
        fcntl.flock(place, fcntl.LOCK_EX)
        name = f"{row.database}-{row.number:02}.json"
        (folder / name).write_text(json.dumps(asdict(row)))
        rows = [Row(**json.loads(file.read_text())) for file in folder.glob("*.json")]
        rows.sort(key=lambda one: (one.number, one.database))
        TABLE.write_text(HEAD + "".join(one.line() for one in rows))


def database() -> str:
    return DATABASES[connection.vendor]
