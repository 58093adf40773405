"""Credits: what is left, what can be bought, and where every one of them went.

Buying leaves the site for a page of the card processor (or the test till) and
comes back to `returned`, which tells how it went and knows nothing of money.
"""

from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from accounts.roles import Action
from billing import checkout, till
from billing.cash import cash, minor_in
from billing.counter import buttons_of_session
from billing.ledger import wallet_of
from billing.models import StripePayment, Wallet
from billing.packs import Pack, custom_pack, custom_ranges, find_pack, packs
from billing.processor import is_open
from playground.web.people import needs, own_account
from playground.web.statement import statement_of

Status = StripePayment.Status
CUSTOM = "custom"
NOT_PAID: dict[str, Promise] = {
    Status.FAILED: gettext_lazy(
        "The payment did not go through. You were not charged."
    ),
    Status.EXPIRED: gettext_lazy("The checkout has expired. You were not charged."),
}


@dataclass(frozen=True, slots=True)
class Shelf:
    """A pack as it stands on the page."""

    pack: Pack
    credits: str
    price: str
    price_per_credit: str
    is_chosen: bool


@vary_on_headers("HX-Request")
@needs(Action.MONEY)
@require_safe
def credits(request: HttpRequest) -> HttpResponse:
    """The page; its statement alone when that is turned."""
    wallet = wallet_for(request)
    before = line_number(request.GET.get("before", ""))
    if htmx_of(request):
        context = {"statement": statement_of(wallet, before)}
        return render(request, "console/_statement.html", context)
    return credits_page(request, wallet, before=before)


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
    payment = checkout.look_again(payment_for(wallet, request.GET.get("session", "")))
    if payment.status == Status.PAID:
        messages.success(request, credits_added(payment))
        return leave(request)
    if payment.status in NOT_PAID:
        messages.error(request, str(NOT_PAID[payment.status]))
        return leave(request)
    if htmx_of(request):
        return HttpResponse(status=204)  # nothing new, and nothing to announce again
    return credits_page(request, wallet, payment=payment)


def credits_page(
    request: HttpRequest,
    wallet: Wallet,
    *,
    before: int | None = None,
    payment: StripePayment | None = None,
) -> HttpResponse:
    context = {
        "wallet": wallet,
        "shelves": shelves() if is_open() else (),
        "is_till": till.is_open(),
        "is_cancelled": "cancelled" in request.GET,
        "statement": statement_of(wallet, before),
        **(processing(payment) if payment else {}),
    }
    return render(request, "console/credits.html", context)


def shelves() -> tuple[Shelf, ...]:
    """Lay the packs out, the middle one chosen."""
    on_sale = packs()
    return tuple(
        Shelf(
            pack,
            f"{pack.credits:,}",
            cash(pack.amount_minor, pack.currency),
            cash_exact(pack),
            is_chosen=place == len(on_sale) // 2,
        )
        for place, pack in enumerate(on_sale)
    )


def cash_exact(pack: Pack) -> str:
    """Write the price of one credit: it takes more than cents to tell packs apart."""
    sign = cash(0, pack.currency).replace("0", "").strip()
    each = f"{pack.minor_per_credit / 100:.4f}"
    return f"{sign}{each}" if len(sign) == 1 else f"{each} {sign}"


def processing(payment: StripePayment) -> dict[str, str]:
    """What the page needs to ask again about a payment on its way."""
    again = f"{reverse('credits-returned')}?session={payment.session_id}"
    at_till = till.is_open() and bool(
        buttons_of_session(till.recall(payment.session_id or ""))
    )
    till_page = reverse("till", args=[payment.session_id]) if at_till else ""
    return {"check_again": again, "till_page": till_page}


def credits_added(payment: StripePayment) -> str:
    text = ngettext(
        "%(count)s credit added", "%(count)s credits added", payment.credits
    )
    return text % {"count": f"{payment.credits:,}"}


def leave(request: HttpRequest) -> HttpResponse:
    """Go to the page itself: its address can be kept and opened again."""
    if htmx_of(request):
        return HttpResponseClientRedirect(reverse("credits"))
    return redirect("credits")


def wallet_for(request: HttpRequest) -> Wallet:
    """Return the wallet of the account that whoever signed in acts for."""
    return wallet_of(own_account(request).pk)


def payment_for(wallet: Wallet, session_id: str) -> StripePayment:
    """Find a purchase of this wallet; another's looks exactly like a missing one."""
    return get_object_or_404(StripePayment, wallet=wallet, session_id=session_id)


def absolute(request: HttpRequest, name: str) -> str:
    address = reverse(name)
    if settings.SITE_URL:
        return f"{settings.SITE_URL}{address}"
    return request.build_absolute_uri(address)


def line_number(text: str) -> int | None:
    """Read where a page of the statement begins; nonsense means at the top."""
    is_number = text.isascii() and text.isdigit() and len(text) < 19
    return int(text) if is_number else None


def htmx_of(request: HttpRequest) -> HtmxDetails | None:
    asked: HtmxDetails | None = getattr(request, "htmx", None)
    return asked or None
