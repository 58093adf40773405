"""Why the books did not open an order: a twin has its key, or there is no room for it.

The books say yes or no in one statement. What was missing is looked up afterwards, only
when it was no.
"""

from decimal import Decimal
from functools import lru_cache

import structlog
from django.core.cache import cache
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError as BrokerAway

from billing.ledger import MICRO, Budget, budgets_of, member_name, wallet_of
from playground.celery import app
from playground.generation.database import in_thread
from playground.generation.errors import CannotPay, EaselError, TwinAhead
from playground.generation.limits import too_many_at_once
from playground.generation.models import Generation
from playground.generation.places import live_orders
from playground.generation.request import Buyer, Once
from playground.generation.twins import give_key_back, holder

DRY_SECONDS = 10  # a caller who goes on asking is told of once in so long
log = structlog.get_logger()


async def why_not(
    generation: Generation, buyer: Buyer, once: Once | None
) -> EaselError:
    """Say why the books did not open an order: a twin has its key, or it cannot be paid."""
    if once is not None:
        owner = buyer.account_id, once
        if await in_thread(lambda: holder(*owner)):
            return TwinAhead(
                _("The same order is being painted: ask again in a moment.")
            )
        await in_thread(lambda: give_key_back(*owner, generation.id))
    most = buyer.limits and buyer.limits.concurrency
    if most and await in_thread(lambda: live_orders(buyer.key_id or "")) >= most:
        return too_many_at_once(most)
    needed = generation.quoted_microcredits
    owners = buyer.key_id or "", buyer.account_id, member_of(buyer)
    for budget in await in_thread(lambda: budgets_of(*owners)) if needed else ():
        if budget.left < needed:
            return beyond(budget, needed)
    return await why_it_cannot_pay(generation)


def member_of(buyer: Buyer) -> str:
    """Whose monthly limit an order counts in, by hand or by one of their keys."""
    return member_name(buyer.account_id, buyer.member_id)


def beyond(budget: Budget, needed: int) -> CannotPay:
    """Name the limit, its value, and when it resets."""
    said = {
        "key": _(
            "This key may spend %(cap)s credits %(period)s, and %(used)s of them are"
            " spent or held."
        ),
        "account": _(
            "This account may spend %(cap)s credits %(period)s, and %(used)s of them are"
            " spent or held."
        ),
        "member": _(
            "This member may spend %(cap)s credits %(period)s, and %(used)s of them are"
            " spent or held."
        ),
    }[budget.kind] % {
        "cap": in_credits(budget.cap),
        "period": budget.words,
        "used": in_credits(budget.used),
    }
    if budget.resets_at:
        when = {"when": f"{budget.resets_at:%Y-%m-%d %H:%M}"}
        said = f"{said} {_('It resets at %(when)s UTC.') % when}"
    return CannotPay(
        said,
        code="budget_exceeded",
        required_credits=Decimal(needed) / MICRO,
        available_credits=Decimal(budget.left) / MICRO,
    )


async def why_it_cannot_pay(generation: Generation) -> CannotPay:
    """Say what is missing, in credits."""
    wallet = await in_thread(lambda: wallet_of(generation.account_id))
    if wallet.frozen or wallet.debt:
        return CannotPay(
            _("This account owes credits or is frozen. Settle it under Credits first."),
            code="payment_due",
        )
    await in_thread(lambda: say_it_is_dry(generation.account_id))
    needed, available = generation.quoted_microcredits, wallet.available
    missing = {"needed": in_credits(needed), "available": in_credits(available)}
    return CannotPay(
        _(
            "This needs %(needed)s credits and %(available)s are available."
            " Buy credits in the console, or ask for fewer or smaller pictures."
        )
        % missing,
        required_credits=Decimal(needed) / MICRO,
        available_credits=Decimal(available) / MICRO,
    )


def say_it_is_dry(wallet_id: str) -> None:
    """Let its owner's auto top-up know, if there is one; this order is refused anyway."""
    if not cache.add(f"dry:{wallet_id}", True, timeout=DRY_SECONDS):
        return
    try:
        app.send_task("billing.tasks.top_up", (wallet_id,), ignore_result=True)
    except (BrokerAway, OSError) as error:
        log.warning("broker.away", wallet=wallet_id, reason=str(error))


@lru_cache(maxsize=1024)
def in_credits(microcredits: int) -> str:
    """Write an amount exactly, without needless zeros."""
    return f"{Decimal(microcredits) / MICRO:f}"
