"""The test till's one page: what is bought, saved or was paid, and a button for each end."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.roles import Action
from billing import till
from billing.cash import cash
from billing.counter import (
    LEAVES_PAGE,
    Button,
    buttons_of_intent,
    buttons_of_session,
    press,
)
from billing.models import StripePayment, TillObject
from billing.processing import Thing
from playground.web.credits import wallet_for
from playground.web.people import needs
from playground.web.templatetags.easel import number

LABELS: dict[Button, str | Promise] = {
    Button.PAY: gettext_lazy("Pay %(price)s"),
    Button.DECLINE: gettext_lazy("Decline"),
    Button.PAY_LATER: gettext_lazy("Pay later"),
    Button.EXPIRE: gettext_lazy("Let it expire"),
    Button.ARRIVE: gettext_lazy("The money arrives"),
    Button.FAIL: gettext_lazy("The payment fails"),
    Button.REFUND_HALF: gettext_lazy("Refund half"),
    Button.REFUND: gettext_lazy("Refund"),
    Button.REFUND_FAILS: gettext_lazy("The refund fails"),
    Button.DISPUTE: gettext_lazy("Open a dispute"),
    Button.WIN: gettext_lazy("The dispute is won"),
    Button.LOSE: gettext_lazy("The dispute is lost"),
    Button.SAVE_GOOD: gettext_lazy("Save a card that pays"),
    Button.SAVE_DECLINING: gettext_lazy("Save a card that declines"),
    Button.SAVE_ASKING: gettext_lazy("Save a card whose bank asks"),
}
MAIN = {Button.PAY, Button.ARRIVE, Button.SAVE_GOOD}


@dataclass(frozen=True, slots=True)
class Key:
    """A button as it stands on the page."""

    name: str
    label: str
    is_main: bool


@needs(Action.MONEY)
@require_http_methods(["GET", "HEAD", "POST"])
def counter(request: HttpRequest, session: str) -> HttpResponse:
    """Show what the till knows of something, or press one of its buttons."""
    if not till.is_open():
        raise Http404
    thing = thing_of(request, session)
    buttons = buttons_for(thing)
    asked = request.POST.get("outcome", "")
    if request.method == "POST" and asked in buttons:
        return pressed(request, thing, Button(asked))
    if not buttons and is_page(thing):
        return redirect(returned_url(thing))
    payment = payment_of(thing)
    price = cash(payment.amount_minor, payment.currency) if payment else ""
    context = {
        "payment": payment,
        "credits": number(payment.credits) if payment else "",
        "keys": [
            Key(one, str(LABELS[one]) % {"price": price}, one in MAIN)
            for one in buttons
        ],
        "is_declined": "declined" in request.GET,
        "is_page": is_page(thing),
    }
    return render(request, "billing/till.html", context)


def thing_of(request: HttpRequest, thing_id: str) -> Thing:
    """Find what the till knows of this wallet; another's looks like nothing at all."""
    found = get_object_or_404(TillObject, pk=thing_id, wallet=wallet_for(request))
    thing: Thing = found.data
    return thing


def is_page(thing: Thing) -> bool:
    return bool(thing["object"] == "checkout.session")


def buttons_for(thing: Thing) -> tuple[Button, ...]:
    if is_page(thing):
        return buttons_of_session(thing)
    if thing["object"] == "payment_intent":
        return buttons_of_intent(thing)
    raise Http404


def payment_of(thing: Thing) -> StripePayment | None:
    named = thing["metadata"].get("payment")
    return StripePayment.objects.get(pk=named) if named else None


def pressed(request: HttpRequest, thing: Thing, button: Button) -> HttpResponse:
    receipt = press(thing["id"], button)
    if receipt.status != 200:
        messages.error(request, _("The site refused the event: its log says why."))
    if button is Button.DECLINE:
        return redirect(f"{reverse('till', args=[thing['id']])}?declined=1")
    if button in LEAVES_PAGE:
        return redirect(returned_url(thing))
    messages.success(request, _("The site was told. The statement shows the outcome."))
    return redirect("till", thing["id"])


def returned_url(session: Thing) -> str:
    name = "card-returned" if session["mode"] == "setup" else "credits-returned"
    return f"{reverse(name)}?session={session['id']}"
