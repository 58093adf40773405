"""Buying credits: away to the card processor (or the test till), and back.

`returned` tells how it went and knows nothing of money.
"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.roles import Action
from billing import checkout, receipts, till
from billing.cash import cash, minor_in
from billing.counter import has_buttons
from billing.customers import TAX_ID_KINDS, details_of, invoice_email
from billing.models import StripePayment
from billing.packs import Pack, custom_pack, custom_ranges, find_pack
from billing.processing import ProcessorAway, Refused
from billing.processor import is_open
from playground.web.credits import (
    absolute,
    credits_page,
    htmx_of,
    leave,
    payment_for,
    wallet_for,
)
from playground.web.people import actor_of, needs
from playground.web.templatetags.easel import number

Status = StripePayment.Status
CUSTOM = "custom"
NOT_PAID: dict[str, Promise] = {
    Status.FAILED: gettext_lazy(
        "The payment did not go through. You were not charged."
    ),
    Status.EXPIRED: gettext_lazy("The checkout has expired. You were not charged."),
}


@needs(Action.MONEY)
@require_POST
def buy(request: HttpRequest) -> HttpResponse:
    """Begin a purchase and go where it is paid."""
    pack = chosen_pack(request)
    if pack is None or not is_open():
        messages.error(request, not_on_sale(request))
        return redirect("credits")
    try:
        address = checkout.open_checkout(
            wallet_for(request),
            pack,
            return_url=absolute(request, "credits-returned"),
            cancel_url=absolute(request, "credits"),
            saves_card="save_card" in request.POST,
            by=actor_of(request),
        )
    except checkout.CheckoutUnavailable:
        text = _("The card processor did not answer. You were not charged; try again.")
        messages.error(request, text)
        return redirect("credits")
    return HttpResponseRedirect(address)


def chosen_pack(request: HttpRequest) -> Pack | None:
    """Return the pack that was chosen, or one made of the amount that was written."""
    if request.POST.get("pack") != CUSTOM:
        return find_pack(request.POST.get("pack", ""))
    amount = minor_in(request.POST.get("amount", ""))
    return custom_pack(request.POST.get("currency", ""), amount) if amount else None


def not_on_sale(request: HttpRequest) -> str:
    limits = custom_ranges().get(request.POST.get("currency", ""))
    if request.POST.get("pack") != CUSTOM or limits is None:
        return _("That pack is not on sale. Choose another one.")
    return _("Name an amount between %(least)s and %(most)s.") % {
        "least": cash(limits.least_minor, limits.currency),
        "most": cash(limits.most_minor, limits.currency),
    }


@vary_on_headers("HX-Request")
@needs(Action.MONEY)
@require_safe
def returned(request: HttpRequest) -> HttpResponse:
    """Back from paying: say how it went, or that it is not known yet."""
    wallet = wallet_for(request)
    session = request.GET.get("session", "")
    payment = checkout.look_again(payment_for(wallet, session_id=session))
    if payment.status == Status.PAID:
        messages.success(request, credits_added(payment))
        return leave(request)
    if payment.status in NOT_PAID:
        messages.error(request, str(NOT_PAID[payment.status]))
        return leave(request)
    if htmx_of(request):
        return HttpResponse(status=204)  # nothing new, and nothing to announce again
    return credits_page(request, wallet, **processing(payment))


def processing(payment: StripePayment) -> dict[str, str]:
    """What the page needs to ask again about a payment on its way."""
    session = payment.session_id or ""
    again = f"{reverse('credits-returned')}?session={session}"
    at_till = till.is_open() and has_buttons(session)
    return {
        "check_again": again,
        "till_page": reverse("till", args=[session]) if at_till else "",
    }


def credits_added(payment: StripePayment) -> str:
    text = ngettext(
        "%(count)s credit added", "%(count)s credits added", payment.credits
    )
    return text % {"count": number(payment.credits)}


@needs(Action.MONEY)
@require_safe
def receipt(request: HttpRequest, payment_id: int) -> HttpResponse:
    """Show a payment's receipt: the processor's own page, or ours."""
    payment = payment_for(wallet_for(request), pk=payment_id, status=Status.PAID)
    try:
        page = receipts.hosted_page(payment)
    except (ProcessorAway, Refused):
        text = _("The card processor did not answer. Try again in a moment.")
        messages.error(request, text)
        return redirect("credits")
    if page:
        return HttpResponseRedirect(page)
    details = details_of(payment.wallet)
    kind = TAX_ID_KINDS.get(details.tax_id_kind, "")
    context = {
        "payment": payment,
        "paper": receipts.Paper(payment, *receipts.stands(payment)),
        "details": details,
        "recipient": invoice_email(payment.wallet),
        "tax_id": f"{kind} {details.tax_id}".strip(),
        "price": cash(payment.amount_minor, payment.currency),
    }
    return render(request, "billing/receipt.html", context)
