"""Auto top-up: buy a pack with a saved card when a wallet runs low, within its caps.

A row is written first, under a name that can exist once, and the card is charged under
a key that follows from it: whoever asks again, asks for the same payment. The card is
never charged twice for one row, and there is one undecided row at a time.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from billing import notices
from billing.cards import default_card
from billing.checkout import name_of
from billing.customers import customer_of, invoice_email
from billing.fulfilment import (
    UNDECIDED,
    Kind,
    NotOurs,
    Status,
    fulfil_intent,
    move_on,
    payment_of_intent,
)
from billing.models import Card, StripePayment, TopUpRule, Wallet
from billing.packs import Pack, find_pack
from billing.processing import Declined, ProcessorAway, Refused, Thing
from billing.processor import is_live, is_open, mode, processor
from billing.turns import one_writer

State = TopUpRule.State
# An answer that has not come by then is asked for again, under the same key...
ANSWER_SECONDS = 60
# ...which the processor remembers for a day.
KEY_HOURS = 20
BLOCKED = Q(blocked_at__isnull=False)
NO_CARD, NO_PACK = "no_card", "no_pack"
DAILY_CAP, MONTHLY_CAP = "daily_cap", "monthly_cap"
WORDS: dict[str, str | Promise] = {
    "authentication_required": _("The bank wants you to confirm the payment."),
    "card_declined": _("The card was declined."),
    "expired_card": _("The card has expired."),
    "insufficient_funds": _("The card has not enough money."),
    "refused": _("The card processor refused it."),
    "no_answer": _("The card processor did not answer."),
    NO_CARD: _("There is no saved card."),
    NO_PACK: _("That pack is no longer on sale. Choose another one."),
    DAILY_CAP: _("The limit for a day is reached. It goes on tomorrow, UTC."),
    MONTHLY_CAP: _("The limit for a month is reached. It goes on next month."),
}
log = structlog.get_logger(__name__)


def words_for(code: str) -> str | Promise:
    return WORDS.get(code, WORDS["card_declined"]) if code else ""


def low_wallets() -> list[str]:
    """Return whose rule has something to do now."""
    now = timezone.now()
    may_try = Q(retry_at=None) | Q(retry_at__lte=now)
    on = TopUpRule.objects.filter(may_try, state=State.ON)
    on = on.exclude(account__in=Account.objects.filter(BLOCKED).values("pk"))
    spent = F("account__debits_posted") + F("account__held") + F("threshold")
    low = on.filter(account__credits_posted__lt=spent)
    return list(low.values_list("account", flat=True))


def is_on(wallet_id: str) -> bool:
    return TopUpRule.objects.filter(pk=wallet_id, state=State.ON).exists()


def top_up(wallet_id: str) -> StripePayment | None:
    """Buy a pack for a wallet that is low, unless something speaks against it."""
    payment = unanswered(wallet_id) or begin(wallet_id)
    return ask_for(payment) if payment else None


def unanswered(wallet_id: str) -> StripePayment | None:
    """Return a payment that was asked for, and of which we never heard."""
    before = timezone.now() - timedelta(seconds=ANSWER_SECONDS)
    lost = of_wallet(wallet_id).filter(
        status=Status.CREATED,
        payment_intent=None,
        livemode=is_live(),
        wallet__top_up__state=State.ON,
        created_at__range=(before - timedelta(hours=KEY_HOURS), before),
    )
    return lost.first()


def begin(wallet_id: str) -> StripePayment | None:
    """Write the next payment of a wallet's rule, if it is time for one."""
    with one_writer(), transaction.atomic():
        rule = TopUpRule.objects.select_for_update().filter(pk=wallet_id).first()
        if rule is None or not is_due(rule) or not is_open():
            return None
        pack, card = find_pack(rule.pack), card_of(rule)
        obstacle = obstacle_to(rule, pack, card)
        if obstacle or pack is None or card is None:
            note(rule, obstacle)
            return None
        now = timezone.now()
        rule.last_attempt_at = now
        rule.save(update_fields=["last_attempt_at"])
        name = f"auto:{wallet_id}:{now:%Y-%m-%d}"
        number = of_wallet(wallet_id).filter(auto_key__startswith=name).count() + 1
        return StripePayment.objects.create(
            wallet_id=wallet_id,
            kind=Kind.AUTO,
            auto_key=f"{name}:{number}",
            pack=pack.id,
            credits=pack.credits,
            amount_minor=pack.amount_minor,
            currency=pack.currency,
            livemode=is_live(),
        )


def is_due(rule: TopUpRule) -> bool:
    """Is the wallet low, and nothing under way?"""
    now = timezone.now()
    wallet = Wallet.objects.get(pk=rule.pk)
    if rule.state != State.ON or (rule.retry_at and rule.retry_at > now):
        return False
    if wallet.frozen or wallet.debt or wallet.available >= rule.threshold:
        return False
    if Account.objects.filter(BLOCKED, pk=rule.pk).exists():
        return False  # nobody pays for what may not be used
    return not of_wallet(rule.pk).filter(status__in=UNDECIDED).exists()


def obstacle_to(rule: TopUpRule, pack: Pack | None, card: Card | None) -> str:
    """Say what speaks against buying now, or nothing."""
    if card is None:
        return NO_CARD
    if pack is None:
        return NO_PACK
    now = timezone.now()
    if bought_since(rule.pk, day_of(now), pack) + pack.amount_minor > rule.daily_cap:
        return DAILY_CAP
    month = day_of(now).replace(day=1)
    if bought_since(rule.pk, month, pack) + pack.amount_minor > rule.monthly_cap:
        return MONTHLY_CAP
    return ""


def note(rule: TopUpRule, obstacle: str) -> None:
    if rule.last_error != obstacle:
        rule.last_error = obstacle
        rule.save(update_fields=["last_error"])


def bought_since(wallet_id: str, moment: datetime, pack: Pack) -> int:
    """Return what was bought automatically, or is being bought, in the pack's currency."""
    counted = of_wallet(wallet_id).filter(
        created_at__gte=moment,
        currency=pack.currency,
        status__in=(*UNDECIDED, Status.PAID),
    )
    return counted.aggregate(sum=Sum("amount_minor"))["sum"] or 0


@dataclass(frozen=True, slots=True)
class Bought:
    """What was bought in a currency: by itself, and by hand."""

    currency: str
    auto_minor: int
    by_hand_minor: int


def bought_this_month(wallet: Wallet) -> list[Bought]:
    """Return what a wallet's owner paid since the month began, by currency."""
    month = day_of(timezone.now()).replace(day=1)
    paid = StripePayment.objects.filter(
        wallet=wallet, status=Status.PAID, created_at__gte=month
    )
    sums = paid.values("currency").annotate(
        auto=Sum("amount_minor", filter=Q(kind=Kind.AUTO)),
        by_hand=Sum("amount_minor", filter=~Q(kind=Kind.AUTO)),
    )
    return [
        Bought(row["currency"], row["auto"] or 0, row["by_hand"] or 0)
        for row in sums.order_by("currency")
    ]


def of_wallet(wallet_id: str) -> QuerySet[StripePayment]:
    return StripePayment.objects.filter(wallet=wallet_id, kind=Kind.AUTO)


def card_of(rule: TopUpRule) -> Card | None:
    """Return the card the rule names, or else the wallet's default."""
    named = rule.payment_method
    is_good = named is not None and named.mode == mode()
    return named if is_good else default_card(rule.account)


def ask_for(payment: StripePayment) -> StripePayment:
    """Have the card charged; whatever comes of it is written down once."""
    try:
        intent = processor().charge(asked(payment), key=f"easel-{payment.auto_key}")
    except Declined as declined:
        remember_intent(payment, declined.intent_id)
        return fail(payment, declined.code, is_final=declined.needs_its_owner)
    except Refused as refusal:
        log.warning("top_up_refused", payment=payment.pk, reason=str(refusal))
        return fail(payment, "refused", is_final=True)
    except ProcessorAway:
        log.warning("top_up_unanswered", payment=payment.pk)
        return payment
    remember_intent(payment, intent["id"])
    return fulfil_intent(intent)


def asked(payment: StripePayment) -> Any:
    """Return what is asked for; asked again it must be the very same, so it is kept."""
    if payment.asked is None:
        payment.asked = params_of(payment)
        payment.save(update_fields=["asked"])
    return payment.asked


def params_of(payment: StripePayment) -> dict[str, Any]:
    wallet = payment.wallet
    card, customer = card_of(wallet.top_up), customer_of(wallet)
    if card is None:
        raise Refused("The card is gone.")
    params: dict[str, Any] = {
        "amount": payment.amount_minor,
        "currency": payment.currency,
        "customer": customer.pk,
        "payment_method": card.pk,
        "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
        "off_session": True,
        "confirm": True,
        "description": name_of(payment),
        "metadata": {"payment": str(payment.pk), "wallet": wallet.pk},
    }
    if email := invoice_email(wallet):
        params["receipt_email"] = email
    if settings.TAX:
        tax = processor().tax_on(customer.pk, payment.amount_minor, payment.currency)
        params["amount"] = tax["amount_total"]
        params["hooks"] = {"inputs": {"tax": {"calculation": tax["id"]}}}
    return params


def remember_intent(payment: StripePayment, intent_id: str | None) -> None:
    if intent_id:
        StripePayment.objects.filter(pk=payment.pk).update(payment_intent=intent_id)
        payment.payment_intent = intent_id


def news(intent: Thing) -> None:
    """An event about a payment that was made without its owner."""
    payment = payment_of_intent(intent)
    if payment.kind != Kind.AUTO:
        raise NotOurs("The session of this payment tells of it.")
    remember_intent(payment, intent["id"])
    if intent["status"] in ("succeeded", "processing"):
        fulfil_intent(intent)
        return
    error = intent.get("last_payment_error") or {}
    code = error.get("code") or "card_declined"
    fail(payment, code, is_final=code == "authentication_required")


def fail(payment: StripePayment, code: str, *, is_final: bool) -> StripePayment:
    """Close a payment that came to nothing, and let the rule rest, or pause it."""
    with one_writer(), transaction.atomic():
        rule = (
            TopUpRule.objects.select_for_update().filter(pk=payment.wallet_id).first()
        )
        if not move_on(payment, Status.FAILED, from_=UNDECIDED, error=code):
            return payment
        if rule is not None:
            hold_back(rule, code, is_final)
        is_paused = rule is not None and rule.state == State.PAUSED
        notices.top_up_failed(payment, words_for(code), is_paused=is_paused)
    return payment


def hold_back(rule: TopUpRule, code: str, is_final: bool) -> None:
    """Count a failure of a rule that is on; one that was switched off stays off."""
    if rule.state != State.ON:
        return
    rule.failures += 1
    rule.last_error = code[:80]
    wait = settings.TOP_UP_RETRY_MINUTES * 2 ** (rule.failures - 1)
    rule.retry_at = timezone.now() + timedelta(minutes=wait)
    if is_final or rule.failures >= settings.TOP_UP_TRIES:
        rule.state = State.PAUSED
    rule.save(update_fields=["failures", "last_error", "retry_at", "state"])


def day_of(moment: datetime) -> datetime:
    """Return when the day began, in UTC."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
