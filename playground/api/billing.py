"""What an account has, and every line of its journal."""

from datetime import UTC
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router

from accounts.limits import READ_USAGE
from billing.ledger import wallet_of
from billing.models import Transfer
from billing.statement import StatementPage, statement
from playground.api.answers import amount
from playground.api.keys import may
from playground.api.queries import choice_in, count_in, text_in
from playground.api.schemas import Refusal
from playground.generation.database import in_thread
from playground.generation.errors import BadRequest
from playground.generation.request import Buyer
from playground.generation.storage import bytes_stored_lately, most_bytes

router = Router(auth=may(READ_USAGE))
LONGEST_NUMBER = 18


@router.get("/balance", response={200: dict, 401: Refusal})
@router.get("/balance/", response=dict, include_in_schema=False)
async def show_balance(request: HttpRequest) -> dict[str, Any]:
    """What the key's account has, what of it is set aside, and what it has stored."""
    buyer: Buyer = request.auth  # type: ignore[attr-defined]
    wallet = await in_thread(lambda: wallet_of(buyer.account_id))
    stored = await in_thread(lambda: bytes_stored_lately(buyer.account_id))
    return {
        "object": "balance",
        "storage": {"bytes": stored, "most_bytes": most_bytes()},
        "available": amount(wallet.available),
        "held": amount(wallet.held),
        "balance": amount(wallet.balance),
    }


@router.get("/billing/transactions", response={200: dict, 400: Refusal, 401: Refusal})
@router.get("/billing/transactions/", response=dict, include_in_schema=False)
async def list_transactions(request: HttpRequest) -> dict[str, Any]:
    """Every change of the balance, newest first, with the balance after it."""
    buyer: Buyer = request.auth  # type: ignore[attr-defined]
    kind = choice_in(request.GET, "kind", Transfer.Kind.values)
    count, before = count_in(request.GET), number_in(request)

    def read() -> StatementPage:
        wallet = wallet_of(buyer.account_id)
        return statement(wallet, before=before, kind=kind, count=count)

    page = await in_thread(read)
    older = page.older_before
    return {
        "object": "list",
        "data": [transaction_out(line) for line in page.lines],
        "has_more": older is not None,
        "next_after": None if older is None else str(older),
    }


def number_in(request: HttpRequest) -> int | None:
    """Read where a page begins: the id of the last line that was seen."""
    text = text_in(request.GET, "after")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER):
        message = _("after: write the `next_after` of a page.")
        raise BadRequest(message, param="after")
    return int(text)


def transaction_out(line: Transfer) -> dict[str, Any]:
    """One line; what goes out is negative."""
    order = line.ref_id if line.ref_type == "generation" else None
    return {
        "id": str(line.seq),
        "object": "transaction",
        "created": int(line.at.astimezone(UTC).timestamp()),
        "kind": line.kind,
        "amount": amount(line.amount * line.direction),
        "balance_after": amount(line.balance_after),
        "request_id": order,
        "memo": line.memo,
    }
