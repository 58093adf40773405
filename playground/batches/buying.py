"""Who pays for a batch: whoever handed it in, as they stand when a line is painted.

A batch runs for hours. A key that was revoked meanwhile, or a person who may no longer
make pictures for the account, buys nothing any more.
"""

from dataclasses import replace

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import ApiKey, Membership
from accounts.roles import REFUSALS, Action
from playground.api.keys import buyer_behind, check_expiry, limits_of
from playground.batches.models import Batch
from playground.generation.errors import Forbidden, Unauthorized
from playground.generation.request import Buyer


def buyer_of(batch: Batch) -> Buyer:
    """Return who buys this batch's pictures now, or say why nobody does."""
    return of_key(batch.key_id) if batch.key_id else of_person(batch)


def of_key(key_id: str) -> Buyer:
    keys = ApiKey.objects.select_related("group", "account__group", "limited")
    key = keys.get(pk=key_id)
    if key.revoked_at is not None:
        raise Unauthorized(_("The API key that handed in this batch was revoked."))
    limits = limits_of(key)
    if limits and limits.expires_at:
        check_expiry(limits.expires_at, timezone.now())
    return replace(buyer_behind(key, limits), lane="batch")


def of_person(batch: Batch) -> Buyer:
    places = Membership.objects.select_related("account__group")
    place = places.filter(account=batch.account_id, person=batch.person_id).first()
    if place is None or not place.may(Action.PAINT):
        raise Forbidden(str(REFUSALS[Action.PAINT]))
    account = place.account
    return Buyer(
        account_id=account.pk,
        group=account.group.pk,
        multiplier=account.group.multiplier,
        lane="batch",
        person_id=place.person_id,
        member_id=place.person_id,
        is_test=batch.is_test,
        kept_seconds=account.kept_seconds,
    )
