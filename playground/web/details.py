"""Billing details: what stands on an account's invoices, and where those go."""

import re
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.activity import Actor, Facts, note_change
from accounts.models import Deed
from accounts.roles import Action
from billing.customers import TAX_ID_KINDS, details_of, known_customer, send_details
from billing.models import BillingDetails, Wallet
from billing.processing import ProcessorAway, Refused
from billing.turns import one_writer
from playground.web.credits import wallet_for
from playground.web.people import actor_of, needs


class DetailsForm(forms.ModelForm):  # type: ignore[type-arg]  # at run time it takes none
    """Everything is optional; half an address is not one."""

    tax_id_kind = forms.ChoiceField(
        label=gettext_lazy("Kind of tax id"),
        required=False,
        choices=[("", gettext_lazy("None")), *TAX_ID_KINDS.items()],
    )
    country = forms.CharField(
        label=gettext_lazy("Country"),
        required=False,
        max_length=2,
        help_text=gettext_lazy("Two letters, such as DE, US or CN."),
        widget=forms.TextInput(attrs={"autocomplete": "country", "size": 4}),
    )

    class Meta:
        model = BillingDetails
        fields = (
            *("company", "invoice_email", "line1", "line2", "postal_code", "city"),
            *("state", "country", "tax_id_kind", "tax_id"),
        )
        widgets = {
            "company": forms.TextInput(attrs={"autocomplete": "organization"}),
            "invoice_email": forms.EmailInput(attrs={"autocomplete": "email"}),
            "line1": forms.TextInput(attrs={"autocomplete": "address-line1"}),
            "line2": forms.TextInput(attrs={"autocomplete": "address-line2"}),
            "postal_code": forms.TextInput(attrs={"autocomplete": "postal-code"}),
            "city": forms.TextInput(attrs={"autocomplete": "address-level2"}),
            "state": forms.TextInput(attrs={"autocomplete": "address-level1"}),
        }

    def clean_country(self) -> str:
        country = str(self.cleaned_data["country"]).upper()
        if country and not re.fullmatch("[A-Z]{2}", country):
            raise forms.ValidationError(_("Write two letters, such as DE."))
        return country

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("line1") and not said.get("country"):
            self.add_error("country", _("An address needs its country."))
        if bool(said.get("tax_id")) != bool(said.get("tax_id_kind")):
            self.add_error("tax_id", _("A tax id needs its number and its kind."))
        return said


@needs(Action.MONEY)
def details(request: HttpRequest) -> HttpResponse:
    """GET and POST /console/credits/details"""
    wallet = wallet_for(request)
    known = details_of(wallet)
    before = in_words(known)  # a form that is checked writes into what it was given
    form = DetailsForm(request.POST or None, instance=known)
    if request.method == "POST" and form.is_valid():
        form.instance.wallet = wallet
        save(form, before, actor_of(request))
        if send(wallet, form):
            messages.success(request, _("Saved"))
            return redirect("credits")
    status = 422 if form.errors else 200
    return render(request, "console/details.html", {"form": form}, status=status)


def in_words(details: BillingDetails) -> Facts:
    """Say what stands in the details, each by its field's label."""
    fields = DetailsForm.base_fields.items()
    return {one.label or name: str(getattr(details, name)) for name, one in fields}


def save(form: DetailsForm, before: Facts, by: Actor) -> None:
    """Write the details, and in the activity log what was changed of them."""
    with one_writer(), transaction.atomic():
        details = form.save()
        note_change(
            details.wallet.account,
            Deed.BILLING_CHANGED,
            by,
            subject=gettext_lazy("Billing details"),
            before=before,
            after=in_words(details),
        )


def send(wallet: Wallet, form: DetailsForm) -> bool:
    """Tell the processor, where it knows this account; it may refuse a tax id."""
    customer = known_customer(wallet)
    if customer is None:
        return True
    try:
        send_details(wallet, customer)
    except Refused as refusal:
        if refusal.field in ("value", "type"):
            form.add_error("tax_id", _("This is no tax id of that kind. Check it."))
            return False
    except ProcessorAway:
        pass  # it is told with the next purchase
    return True
