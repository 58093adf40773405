"""The test till's one page: what is bought, and a button for each way it can end."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.roles import Action
from billing import till
from billing.models import StripePayment
from playground.web.credits import payment_for, wallet_for
from playground.web.people import needs


@needs(Action.MONEY)
@require_http_methods(["GET", "HEAD", "POST"])
def counter(request: HttpRequest, session: str) -> HttpResponse:
    """Show a purchase at the till, or press one of its buttons."""
    if not till.is_open():
        raise Http404
    payment = payment_for(wallet_for(request), session)
    buttons = till.choices(payment)
    if not buttons:
        return redirect(returned_url(session))
    asked = request.POST.get("outcome", "")
    if request.method == "POST" and asked in buttons:
        return press(request, payment, till.Outcome(asked))
    context = {
        "payment": payment,
        "credits": f"{payment.credits:,}",
        "buttons": buttons,
        "is_declined": "declined" in request.GET,
    }
    return render(request, "billing/till.html", context)


def press(
    request: HttpRequest, payment: StripePayment, outcome: till.Outcome
) -> HttpResponse:
    receipt = till.press(payment, outcome)
    if receipt.status != 200:
        messages.error(request, _("The site refused the event: its log says why."))
    session = payment.session_id or ""
    if outcome is till.Outcome.DECLINE:
        return redirect(f"{reverse('till', args=[session])}?declined=1")
    return redirect(returned_url(session))


def returned_url(session: str) -> str:
    return f"{reverse('credits-returned')}?session={session}"
