"""Credits that staff give: looked at first, given once, with the reason in the statement."""

import secrets
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import Account, Person
from accounts.staff import Power, may_operate
from billing.granting import LONGEST_REASON, Grant, give
from billing.ledger import MICRO, wallet_of
from billing.models import Transfer, Wallet
from playground.web.operator.door import operates
from playground.web.people import current_person
from playground.web.spreadsheets import AT_ONCE, Row, plain, spreadsheet

ROWS_A_PAGE = 50
MOST_CREDITS = 1_000_000
GRANT = ("time", "account", "amount_microcredits", "reason", "key")


class GrantForm(forms.Form):
    """To whom, how much, why. `nonce` names the form, so that it gives once."""

    account = forms.CharField(
        label=gettext_lazy("Account"),
        max_length=254,
        help_text=gettext_lazy("Its id, or the e-mail of somebody in it."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    credits = forms.DecimalField(
        label=gettext_lazy("Credits"),
        min_value=Decimal("0.000001"),
        max_value=MOST_CREDITS,
        decimal_places=6,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=LONGEST_REASON,
        help_text=gettext_lazy("The customer reads it in the statement."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    nonce = forms.CharField(
        max_length=40, required=False, widget=forms.HiddenInput(attrs={"id": ""})
    )

    def clean_account(self) -> Account:
        """Find the account; an e-mail of somebody in several names none."""
        words = self.cleaned_data["account"].strip()
        found = list(accounts_named(words)[:5])
        if len(found) == 1:
            return found[0]
        if not found:
            raise forms.ValidationError(_("There is no such account."))
        ids = ", ".join(f"{one} ({one.pk})" if one.name else one.pk for one in found)
        message = _("This person is in several accounts; name one: %(ids)s.")
        raise forms.ValidationError(message % {"ids": ids})

    def grant(self) -> Grant:
        said = self.cleaned_data
        amount = int(said["credits"] * MICRO)
        return Grant(amount, said["reason"], said["nonce"])


@operates(Power.MONEY)
@never_cache
def grants(request: HttpRequest) -> HttpResponseBase:
    """GET and POST /operator/money/grants"""
    person = current_person(request)
    if request.method == "POST":
        return granted(request)
    return page(request, GrantForm() if may_give(person) else None)


@operates(Power.GRANT)
def granted(request: HttpRequest) -> HttpResponse:
    """Show what would be given; give it when that was seen."""
    form = GrantForm(request.POST)
    if not form.is_valid():
        return page(request, form, status=422)
    account, grant = form.cleaned_data["account"], form.grant()
    if not grant.nonce:
        wallet = wallet_of(account.pk)
        seen = {
            "account": account,
            "people": ", ".join(account.people.values_list("email", flat=True)[:5]),
            "amount": grant.amount,
            "before": wallet.balance,
            "after": after_debts(wallet, grant.amount),
            "nonce": secrets.token_hex(12),
        }
        return page(request, form, seen=seen)
    if give(account, grant, current_person(request)):
        messages.success(request, _("Given. The statement shows it, with the reason."))
    else:
        messages.error(request, _("It was given already, and only once."))
    return redirect("money-grants")


def after_debts(wallet: Wallet, amount: int) -> int:
    """Return the balance once what is owed has been paid from it."""
    balance = wallet.balance + amount
    return balance - max(0, min(wallet.debt, balance - wallet.held))


@operates(Power.MONEY)
@require_safe
def grants_csv(request: HttpRequest) -> HttpResponseBase:
    """GET /operator/money/grants.csv, as far back as it goes."""
    return spreadsheet("easel-grants.csv", GRANT, pages())


def page(
    request: HttpRequest,
    form: GrantForm | None,
    *,
    seen: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    rows = list(given()[:ROWS_A_PAGE])
    context = {"form": form, "seen": seen, "rows": rows}
    return render(request, "operator/grants.html", context, status=status)


def may_give(person: Person | None) -> bool:
    return person is not None and may_operate(person, Power.GRANT)


def accounts_named(words: str) -> QuerySet[Account]:
    """Return accounts that are still open, by id or by somebody's e-mail."""
    known = Account.objects.filter(closed_at=None).exclude(kind=Account.Kind.GUEST)
    if "@" in words:
        return known.filter(people__email__iexact=words).order_by("created_at")
    return known.filter(pk=words)


def given() -> QuerySet[Transfer]:
    return Transfer.objects.filter(kind=Transfer.Kind.GRANT).order_by("-pk")


def pages() -> Iterator[list[Row]]:
    rows = given()
    found = list(rows[:AT_ONCE])
    while found:
        yield [cells(one) for one in found]
        found = list(rows.filter(pk__lt=found[-1].pk)[:AT_ONCE])


def cells(one: Transfer) -> Row:
    said = (one.at.isoformat(), one.wallet_id, one.amount)
    return [*said, plain(one.memo), plain(one.key)]
