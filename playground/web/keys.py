"""The console's keys: make one, see it once, limit it, give it a new text, end it.

Every step is a page of its own that works without a script; htmx shows the same
steps in a dialog over the list.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRedirect

from accounts.issuing import groups_for, issue_key, revoke_key, rotate_key
from accounts.limits import MANAGE_KEYS, Limits
from accounts.models import Account, ApiKey
from accounts.roles import Action
from billing.keyholding import Wanted, cap, change
from billing.ledger import Budget, budgets_of, given_back_of
from playground.generation.summing import Window
from playground.generation.usage import Filter, sums_of, used
from playground.web.chrome import address_of
from playground.web.figures import fitting
from playground.web.key_forms import (
    LIVE,
    SCOPES,
    TEST,
    ChangeKeyForm,
    NewKeyForm,
    RotateForm,
    TypedNameForm,
    limits_of,
)
from playground.web.people import actor_of, current_person, needs, own_account
from playground.web.sifted import Sieve

UNUSED_AFTER = timedelta(days=90)
SOON = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Row:
    """A key as the list shows it."""

    key: ApiKey
    limits: Limits
    budget: Budget | None
    spent_microcredits: int
    old_works_until: datetime | None

    @property
    def may(self) -> str:
        """Say in words what it may do."""
        if MANAGE_KEYS in self.limits.scopes:
            return _("Manage keys")
        if not self.limits.scopes:
            return _("All")
        return ", ".join(str(name) for one, name in SCOPES if one in self.limits.scopes)

    @property
    def edit_page(self) -> str:
        return address_of("key-edit", self.key.pk)

    @property
    def rotate_page(self) -> str:
        return address_of("key-rotate", self.key.pk)

    @property
    def revoke_page(self) -> str:
        return address_of("key-revoke", self.key.pk)

    @property
    def edit_label(self) -> str:
        return _("Limits of %(name)s") % {"name": self.key.name}

    @property
    def rotate_label(self) -> str:
        return _("Rotate %(name)s") % {"name": self.key.name}

    @property
    def revoke_label(self) -> str:
        return _("Revoke %(name)s") % {"name": self.key.name}

    @property
    def is_unused(self) -> bool:
        used = self.key.last_used_at or self.key.created_at
        return timezone.now() - used > UNUSED_AFTER

    @property
    def has_ended(self) -> bool:
        ends = self.limits.expires_at
        return ends is not None and ends <= timezone.now()

    @property
    def ends_soon(self) -> bool:
        ends = self.limits.expires_at
        return ends is not None and ends - timezone.now() < SOON


@needs(Action.KEYS)
def keys(request: HttpRequest) -> HttpResponse:
    """GET /console/keys"""
    return render(request, "console/keys.html", listed(own_account(request)))


@needs(Action.KEYS)
@never_cache
@vary_on_headers("HX-Request")
def new_key(request: HttpRequest) -> HttpResponse:
    """GET and POST /console/keys/new: ask, make, and show the key this one time."""
    account = own_account(request)
    wanted = TEST if request.GET.get("kind") == TEST else LIVE
    form = NewKeyForm(account, request.POST or None, initial={"kind": wanted})
    if request.method != "POST" or not form.is_valid():
        heading = _("New key")
        return in_frame(request, "console/key_form.html", form=form, heading=heading)
    with transaction.atomic():
        key, secret = issue_key(
            account,
            name=form.cleaned_data["name"],
            person=current_person(request),
            is_test=form.is_test,
            group=form.chosen_group(),
            limits=form.limits(),
            by=actor_of(request),
        )
        cap(key, form.caps())
    return told(request, key, secret)


@needs(Action.KEYS)
@never_cache
@vary_on_headers("HX-Request")
def edit_key(request: HttpRequest, key_id: str) -> HttpResponse:
    """GET and POST /console/keys/<id>: what it is called, may do and may spend."""
    key = living(request, key_id)
    form = ChangeKeyForm(key, request.POST or None)
    if request.method != "POST" or not form.is_valid():
        heading = _("Limits of %(name)s") % {"name": key.name}
        return in_frame(
            request, "console/key_form.html", form=form, key=key, heading=heading
        )
    name, group = form.cleaned_data["name"], form.chosen_group()
    wanted = Wanted(name, group, form.limits(), form.caps())
    change(key, wanted, actor_of(request))
    return done(request, _("%(name)s is changed.") % {"name": key.name})


@needs(Action.KEYS)
@never_cache
@vary_on_headers("HX-Request")
def turn_key(request: HttpRequest, key_id: str) -> HttpResponse:
    """GET and POST /console/keys/<id>/rotate: a new text, and how long the old one works."""
    key = living(request, key_id)
    form = RotateForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        heading = _("Rotate %(name)s?") % {"name": key.name}
        return in_frame(
            request, "console/key_rotate.html", form=form, key=key, heading=heading
        )
    secret = rotate_key(key, form.length, actor_of(request))
    return told(request, key, secret)


@needs(Action.KEYS)
@never_cache
@vary_on_headers("HX-Request")
def end_key(request: HttpRequest, key_id: str) -> HttpResponse:
    """GET and POST /console/keys/<id>/revoke: ask for the name, then end the key."""
    key = living(request, key_id)
    form = TypedNameForm(key.name, request.POST or None)
    if request.method != "POST" or not form.is_valid():
        heading = _("Revoke %(name)s?") % {"name": key.name}
        return in_frame(
            request,
            "console/key_revoke.html",
            form=form,
            key=key,
            heading=heading,
            used_today=requests_of(key),
        )
    revoke_key(key, actor_of(request))
    return done(request, _("%(name)s is revoked.") % {"name": key.name})


def living(request: HttpRequest, key_id: str) -> ApiKey:
    """Find a key of this account that was not ended."""
    live = ApiKey.objects.filter(account=own_account(request), revoked_at=None)
    return get_object_or_404(
        live.select_related("limited", "account", "group"), pk=key_id
    )


def requests_of(key: ApiKey) -> int:
    """Count what a key was used for in the last 24 hours."""
    which = Filter(key.account_id, key_id=key.pk)
    requests, _spent = sums_of(which, Window.last("24h"))
    return requests


def listed(account: Account) -> dict[str, object]:
    """Return the account's keys, living ones first and newest first."""
    every = list(
        account.keys.select_related("group", "limited", "made_by")
        .prefetch_related("retired_secrets")
        .order_by("-created_at")
    )
    live = [key for key in every if key.revoked_at is None]
    spent = spent_this_month(account)
    budgets = {
        one.owner: one
        for one in budgets_of(*[key.pk for key in live])
        if one.period == "month"
    }
    return {
        "rows": [row_of(key, budgets.get(key.pk), spent) for key in live],
        "revoked_keys": [key for key in every if key.revoked_at is not None],
        "own_group": account.group,
        "has_groups": len(groups_for(account)) > 1,
    }


def row_of(key: ApiKey, budget: Budget | None, spent: dict[str, int]) -> Row:
    former = [one.works_until for one in key.retired_secrets.all()]
    old = max(former, default=None)
    return Row(
        key=key,
        limits=limits_of(key),
        budget=budget,
        spent_microcredits=budget.spent if budget else spent.get(key.pk, 0),
        old_works_until=old if old and old > timezone.now() else None,
    )


def spent_this_month(account: Account) -> dict[str, int]:
    now = timezone.now()
    first = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    spent: Counter[str] = Counter()
    month = Window(first, now, "day")
    for _day, usage in used(Filter(account.pk), month):
        spent.update({key: sums[2] for key, sums in usage.keys.items()})
    orders = Sieve().orders(account, month)
    for order, amount in fitting(given_back_of(account.pk), orders):
        key = order.key_id or ""
        spent[key] = max(0, spent[key] - amount)
    return spent


def told(request: HttpRequest, key: ApiKey, secret: str) -> HttpResponse:
    """Show a key's text, this one time."""
    return in_frame(
        request,
        "console/key_made.html",
        key=key,
        secret=secret,
        stays=True,
        heading=_("Copy it now"),
        **listed(own_account(request)),
    )


def done(request: HttpRequest, words: str, to: str = "keys") -> HttpResponse:
    """Go back to the list, and say what was done."""
    messages.success(request, words)
    back = redirect(to)
    return HttpResponseClientRedirect(back.url) if is_htmx(request) else back


def in_frame(request: HttpRequest, template: str, **context: object) -> HttpResponse:
    """Show one step in a dialog, or as a page of its own."""
    place = "dialog" if is_htmx(request) else "page"
    frame = f"console/_{place}_frame.html"
    status = 422 if is_wrong(context.get("form")) else 200
    return render(request, template, {**context, "frame": frame}, status=status)


def is_wrong(form: object) -> bool:
    return isinstance(form, forms.BaseForm) and form.is_bound and not form.is_valid()


def is_htmx(request: HttpRequest) -> bool:
    return bool(getattr(request, "htmx", False))
