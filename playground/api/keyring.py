"""Keys that hand out keys: made, limited, rotated and ended by a program.

All of it needs a key with the scope `manage_keys`, which makes no pictures itself and
is made by a person. A key's text is in one answer and nowhere else.
"""

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router

from accounts.issuing import (
    NO_LIMITS,
    GroupNotAllowed,
    issue_key,
    revoke_key,
    rotate_key,
)
from accounts.limits import MANAGE_KEYS, WrongLimits
from accounts.models import AccessGroup, Account, ApiKey, Person
from billing.keyholding import Wanted, cap, change
from billing.ledger import budgets_of, member_name
from playground.api.key_words import (
    KeyChange,
    NewKey,
    Rotation,
    budget_out,
    key_out,
    manages_keys,
    readable,
    seconds,
)
from playground.api.keys import acting, may
from playground.api.queries import count_in
from playground.api.schemas import Refusal
from playground.generation.database import in_thread
from playground.generation.errors import BadRequest, Forbidden, NotFound
from playground.generation.limits import rates_of
from playground.generation.places import live_orders
from playground.generation.quoting import is_text
from playground.generation.request import Buyer
from playground.generation.studio import studio

router = Router()
MANAGER = may(MANAGE_KEYS)
ANSWERS = {200: dict, 400: Refusal, 401: Refusal, 403: Refusal, 404: Refusal}


@router.get("/key", response=ANSWERS)
@router.get("/key/", response=dict, include_in_schema=False)
async def show_own_key(request: HttpRequest) -> dict[str, Any]:
    """This key: its limits, what is used of them, and when they begin again."""
    buyer: Buyer = request.auth  # type: ignore[attr-defined]
    shown = await in_thread(lambda: standing(buyer))
    meter = studio().meter
    readings = [await meter.read(rate) for rate, _amount in rates_of(buyer)]
    rates = {
        one.rate.what: {
            "limit": one.rate.most,
            "remaining": one.left,
            "resets_in_seconds": one.window.forgotten_in,
        }
        for one in readings
    }
    return {**shown, "rates_per_minute": rates or None}


def standing(buyer: Buyer) -> dict[str, Any]:
    key = own_keys(buyer).get(pk=buyer.key_id)
    member = member_name(buyer.account_id, buyer.member_id)
    whose = {"account": buyer.account_id, "member": member}
    caps = {
        name: [budget_out(one) for one in budgets_of(o)] for name, o in whose.items()
    }
    return {
        **key_out(key, budgets_of(key.pk)),
        "account_monthly": next(iter(caps["account"]), None),
        "member_monthly": next(iter(caps["member"]), None),
        "under_way": live_orders(key.pk),
    }


@router.get("/keys", response=ANSWERS, auth=MANAGER)
@router.get("/keys/", response=dict, include_in_schema=False, auth=MANAGER)
async def list_keys(request: HttpRequest) -> dict[str, Any]:
    """The account's keys, newest first, those that ended among them."""
    buyer: Buyer = request.auth  # type: ignore[attr-defined]
    count, after = count_in(request.GET), request.GET.get("after", "")

    def read() -> dict[str, Any]:
        keys = own_keys(buyer).order_by("-pk")  # an id begins with its time
        if after:
            keys = keys.filter(pk__lt=found(buyer, after).pk)
        page = list(keys[: count + 1])
        shown, has_more = page[:count], len(page) > count
        budgets = budgets_of(*[key.pk for key in shown])
        return {
            "object": "list",
            "data": [
                key_out(key, [one for one in budgets if one.owner == key.pk])
                for key in shown
            ],
            "has_more": has_more,
            "next_after": shown[-1].pk if has_more else None,
        }

    return await in_thread(read)


@router.post("/keys", response=ANSWERS, auth=MANAGER)
@router.post("/keys/", response=dict, include_in_schema=False, auth=MANAGER)
async def make_key(request: HttpRequest, body: NewKey) -> dict[str, Any]:
    """Make a key. Its text is in `secret`, this one time."""
    buyer: Buyer = request.auth  # type: ignore[attr-defined]

    def make() -> dict[str, Any]:
        account = Account.objects.get(pk=buyer.account_id)
        try:
            key, secret = issue_key(
                account,
                name=readable(body.name),
                person=Person.objects.filter(pk=buyer.member_id or 0).first(),
                is_test=body.test,
                group=group_named(body.group),
                limits=body.changed(NO_LIMITS),
                by=acting(request),
            )
        except (WrongLimits, GroupNotAllowed) as wrong:
            raise in_words(wrong) from wrong
        cap(key, body.caps())
        return {**shown_now(buyer, key.pk), "secret": secret}

    return await in_thread(make)


@router.get("/keys/{key_id}", response=ANSWERS, auth=MANAGER)
@router.get("/keys/{key_id}/", response=dict, include_in_schema=False, auth=MANAGER)
async def show_key(request: HttpRequest, key_id: str) -> dict[str, Any]:
    """One key, with its limits and what it has spent of them."""
    buyer: Buyer = request.auth  # type: ignore[attr-defined]
    return await in_thread(lambda: shown_now(buyer, key_id))


@router.patch("/keys/{key_id}", response=ANSWERS, auth=MANAGER)
@router.patch("/keys/{key_id}/", response=dict, include_in_schema=False, auth=MANAGER)
async def edit_key(
    request: HttpRequest, key_id: str, body: KeyChange
) -> dict[str, Any]:
    """Change a key's name, group or limits. What is left out stays, `null` lifts."""
    buyer: Buyer = request.auth  # type: ignore[attr-defined]

    def edit() -> dict[str, Any]:
        key, said = managed(buyer, key_id), body.model_fields_set
        if "scopes" in said and manages_keys(key):
            message = _("The scopes of a key that manages keys are not changed here.")
            raise BadRequest(message, param="scopes")
        now = key.limited.limits if hasattr(key, "limited") else NO_LIMITS
        name = readable(body.name or "") if "name" in said else key.name
        group = group_named(body.group) if "group" in said else key.group
        try:
            wanted = Wanted(name, group, body.changed(now), body.caps())
            change(key, wanted, acting(request))
        except (WrongLimits, GroupNotAllowed) as wrong:
            raise in_words(wrong) from wrong
        return shown_now(buyer, key_id)

    return await in_thread(edit)


@router.delete("/keys/{key_id}", response=ANSWERS, auth=MANAGER)
@router.delete("/keys/{key_id}/", response=dict, include_in_schema=False, auth=MANAGER)
async def end_key(request: HttpRequest, key_id: str) -> dict[str, Any]:
    """End a key at once and for good. Its requests stay in the books."""
    buyer: Buyer = request.auth  # type: ignore[attr-defined]

    def end() -> dict[str, Any]:
        revoke_key(managed(buyer, key_id), acting(request))
        return shown_now(buyer, key_id)

    return await in_thread(end)


@router.post(
    "/keys/{key_id}/rotate", response=ANSWERS, auth=MANAGER, summary="Rotate key"
)
@router.post(
    "/keys/{key_id}/rotate/", response=dict, include_in_schema=False, auth=MANAGER
)
async def rotate(
    request: HttpRequest, key_id: str, body: Rotation | None = None
) -> dict[str, Any]:
    """Give a key a new text, in `secret`; the old one works on for `overlap_hours`."""
    buyer: Buyer = request.auth  # type: ignore[attr-defined]
    overlap = timedelta(hours=(body or Rotation()).overlap_hours)

    def turn() -> dict[str, Any]:
        key = managed(buyer, key_id)
        if key.revoked_at:
            raise BadRequest(_("This key was revoked: make a new one."))
        secret = rotate_key(key, overlap, acting(request))
        former = key.retired_secrets.order_by("-pk").first() if overlap else None
        until = seconds(former.works_until) if former else None
        told = {"secret": secret, "old_secret_works_until": until}
        return {**shown_now(buyer, key_id), **told}

    return await in_thread(turn)


def own_keys(buyer: Buyer) -> QuerySet[ApiKey]:
    """The account's keys, as they stand in answers."""
    keys = ApiKey.objects.filter(account_id=buyer.account_id)
    return keys.select_related("limited", "group")


def found(buyer: Buyer, key_id: str) -> ApiKey:
    named = own_keys(buyer).filter(pk=key_id if is_text(key_id) else "")
    key = named.first()
    if key is None:
        raise NotFound(_("There is no key of this id."), code="key_not_found")
    return key


def managed(buyer: Buyer, key_id: str) -> ApiKey:
    """Find a key to change; of those that manage keys, only the caller's own."""
    key = found(buyer, key_id)
    if manages_keys(key) and key.pk != buyer.key_id:
        raise Forbidden(
            _("Another key that manages keys is changed by a person, not by a key."),
            code="scope_not_allowed",
        )
    return key


def shown_now(buyer: Buyer, key_id: str) -> dict[str, Any]:
    return key_out(found(buyer, key_id), budgets_of(key_id))


def group_named(name: str | None) -> AccessGroup | None:
    """Find the group a key names; which ones it may name is for the account to say."""
    if name is None:
        return None
    group = AccessGroup.objects.filter(pk=name if is_text(name) else "").first()
    if group is None:
        raise in_words(GroupNotAllowed(name))
    return group


def in_words(wrong: WrongLimits | GroupNotAllowed) -> BadRequest:
    if isinstance(wrong, WrongLimits):
        return BadRequest(str(wrong))
    message = _("This account may not use that group; leave group out for its own.")
    return BadRequest(message, param="group")
