"""Promotion and gift codes: made by the operator, redeemed once an account.

The count of uses, the use and the credits are written together or not at all, so
that a code that may be used once is used once, whoever tries at the same moment.
"""

import re
import secrets
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.activity import OPERATOR, Actor, note
from accounts.models import Deed
from billing.cash import credits_in_words
from billing.ledger import MICRO, credit
from billing.models import PromoCode, PromoUse, Transfer
from billing.models.gifts import LONGEST_CODE
from billing.turns import one_writer

# Neither 0 and O, nor 1, I and L: codes are read aloud and typed.
ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
GROUPS, GROUP_LENGTH = 3, 4
SPELLING = re.compile(rf"[A-Z0-9][A-Z0-9-]{{2,{LONGEST_CODE - 1}}}")


class NotRedeemed(Exception):
    """Nothing was given; the message says why."""

    def __init__(self, words: str | Promise) -> None:
        super().__init__(words)
        self.words = words


UNKNOWN = _("There is no such code. Check how it is spelled.")
NOT_YET = _("This code cannot be used yet.")
OVER = _("This code has ended.")
USED_UP = _("This code has been used as often as it may be.")
USED_BY_YOU = _("This account has used this code before.")


def new_code() -> str:
    """Make a code nobody can guess: about 59 bits."""
    letters = [secrets.choice(ALPHABET) for _ in range(GROUPS * GROUP_LENGTH)]
    groups = ["".join(letters[n::GROUPS]) for n in range(GROUPS)]
    return "-".join(groups)


def spelled(text: str) -> str:
    """Write a code as it is kept: in capitals, without spaces."""
    return re.sub(r"\s+", "", text).upper()


def redeem(account_id: str, text: str, by: Actor = OPERATOR) -> PromoUse:
    """Give an account a code's credits, or say why not."""
    code, now = spelled(text), timezone.now()
    promo = PromoCode.objects.filter(code=code).first()
    if promo is None:
        raise NotRedeemed(UNKNOWN)
    try:
        with one_writer(), transaction.atomic():
            if not usable(now).filter(pk=promo.pk).update(uses=F("uses") + 1):
                raise NotRedeemed(why_not(promo, account_id, now))
            used = use(promo, account_id, now)
            note(
                account_id,
                Deed.CODE_REDEEMED,
                by,
                subject=promo.code,
                detail=credits_in_words(promo.credits),
            )
            return used
    except IntegrityError as error:
        if PromoUse.objects.filter(promo=promo, account=account_id).exists():
            raise NotRedeemed(USED_BY_YOU) from error
        raise


def usable(now: datetime) -> QuerySet[PromoCode]:
    is_open = Q(ends_at=None) | Q(ends_at__gt=now)
    return PromoCode.objects.filter(is_open, starts_at__lte=now, uses__lt=F("max_uses"))


def use(promo: PromoCode, account_id: str, now: datetime) -> PromoUse:
    """Write the credits and the use; the code has been counted."""
    key = f"promo:{promo.code}:{account_id}"
    days = promo.expire_days
    is_new = credit(
        account_id,
        promo.credits * MICRO,
        kind=Transfer.Kind.PROMO,
        key=key,
        ref=("promo", str(promo.pk)),
        memo=promo.code,
        expires_at=now + timedelta(days=days) if days else None,
    )
    if not is_new:
        raise NotRedeemed(USED_BY_YOU)
    return PromoUse.objects.create(
        promo=promo, account_id=account_id, transfer=Transfer.objects.get(key=key)
    )


def why_not(promo: PromoCode, account_id: str, now: datetime) -> str | Promise:
    """Say why a code was not counted."""
    if PromoUse.objects.filter(promo=promo, account=account_id).exists():
        return USED_BY_YOU
    if promo.starts_at > now:
        return NOT_YET
    return OVER if promo.ends_at and promo.ends_at <= now else USED_UP
