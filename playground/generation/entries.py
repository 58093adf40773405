"""What is written in the books for an order, a picture and a try.

The column lists name what a statement carries, with PostgreSQL's types for
reading them out of one JSON parameter. The moments are the database's own.
"""

from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

ORDER_COLUMNS = {
    "id": "text",
    "account_id": "text",
    "key_id": "text",
    "person_id": "bigint",
    "group_id": "text",
    "is_test": "boolean",
    "lane": "text",
    "endpoint": "text",
    "network": "text",
    "model": "text",
    "prompt": "text",
    "request": "jsonb",
    "user": "text",
    "metadata": "jsonb",
    "kept_seconds": "bigint",
    "body_digest": "text",
    "joins": "smallint",
    "n": "smallint",
    "unit_price_microcredits": "bigint",
    "state": "text",
    "delivered": "smallint",
    "provider": "text",
    "error_code": "text",
    "error_message": "text",
    "claim": "text",
}
PICTURE_COLUMNS = {
    "id": "text",
    "generation_id": "text",
    "account_id": "text",
    "position": "smallint",
    "file": "text",
    "sha256": "text",
    "format": "text",
    "width": "integer",
    "height": "integer",
    "bytes": "bigint",
    "seed": "bigint",
    "revised_prompt": "text",
    "signature": "text",
    "expires_at": "timestamptz",
}
ATTEMPT_COLUMNS = {
    "generation_id": "text",
    "provider": "text",
    "model": "text",
    "channel": "text",
    "upstream": "text",
    "upstream_request_id": "text",
    "outcome": "text",
    "status": "smallint",
    "reason": "text",
    "pictures": "smallint",
    "first_byte_ms": "integer",
    "duration_ms": "integer",
    "cost_microusd": "bigint",
    "started_at": "timestamptz",
    "text_tokens_in": "integer",
    "picture_tokens_in": "integer",
    "tokens_out": "integer",
}
CLOSING_COLUMNS = {
    "generation_id": "text",
    "from_state": "text",
    "claim": "text",
    "state": "text",
    "delivered": "smallint",
    "provider": "text",
    "error_code": "text",
    "error_message": "text",
    "unpaid_state": "text",
    "overdue_only": "boolean",
}
MONEY_COLUMNS = {
    "job_id": "text",
    "wallet_id": "text",
    "amount": "bigint",
    "seconds": "float8",
    "member": "text",
    "idempotency_key": "text",
    "fingerprint": "text",
}
KEEPING_COLUMNS = {"generation_id": "text", "claim": "text", "provider": "text"}
CLAIM_COLUMNS = {"generation_id": "text", "claim": "text", "seconds": "float8"}


def listed(columns: dict[str, str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


def places(columns: dict[str, str]) -> str:
    return ", ".join(f":{name}" for name in columns)


def records(columns: dict[str, str], alias: str, parameter: int = 1) -> str:
    """Read a JSON array of records, one of the parameters, as a table with these columns."""
    typed = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
    return f"jsonb_to_recordset(${parameter}::jsonb) AS {alias}({typed})"


@dataclass(frozen=True, slots=True)
class PictureRow:
    """A picture as it will stand in the table; its file is written already."""

    id: str
    position: int
    file: str
    sha256: str
    format: str
    width: int
    height: int
    bytes: int
    seed: int | None
    revised_prompt: str
    expires_at: datetime | None
    signature: str = ""

    def record(self) -> dict[str, Any]:
        """Its own columns: `asdict` would copy every value, at a third of a request's cost."""
        return dict(zip(self.__slots__, PICTURE_VALUES(self), strict=True))


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One call to one provider as it will stand in the table."""

    provider: str
    upstream: str
    outcome: str
    duration_ms: int
    started_at: datetime
    model: str = ""
    channel: str = ""
    upstream_request_id: str = ""
    status: int | None = None
    reason: str = ""
    pictures: int = 0
    first_byte_ms: int | None = None
    cost_microusd: int = 0
    text_tokens_in: int | None = None
    picture_tokens_in: int | None = None
    tokens_out: int | None = None

    def record(self) -> dict[str, Any]:
        return dict(zip(self.__slots__, ATTEMPT_VALUES(self), strict=True))


ORDER_VALUES = attrgetter(*ORDER_COLUMNS)
PICTURE_VALUES = attrgetter(*PictureRow.__slots__)
ATTEMPT_VALUES = attrgetter(*AttemptRow.__slots__)
