"""A request on one page: whose it is, what was tried, what it cost; refunded and answered.

What was asked in words, and what was painted, is private. Staff see it after they said
why, for a quarter of an hour; that they did is in the log.
"""

import time
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import deeds
from accounts.roles import Role
from accounts.staff import Power, may_operate
from billing.ledger import MICRO, wallet_of
from playground.generation.errors import EaselError
from playground.generation.models import Attempt, Generation
from playground.generation.refunding import give_back
from playground.trust.answering import write_to
from playground.web.operator.door import operates, operator_of
from playground.web.operator.support.customers import letters_of, members_of
from playground.web.request_life import Field, attempts_of, fields_of, life_of
from playground.web.runs import run_of
from playground.web.seen import newest_of

LOOKED_AT = "operator_looked_at"
LOOK_SECONDS = 15 * 60
PRIVATE = ("prompt", "negative_prompt")


@operates(Power.SEE_CUSTOMERS)
@never_cache
@require_safe
def request_page(request: HttpRequest, request_id: str) -> HttpResponse:
    """GET /operator/support/requests/<id>"""
    return shown(request, order_named(request_id))


@operates(Power.SEE_CUSTOMERS)
@require_POST
def look(request: HttpRequest, request_id: str) -> HttpResponse:
    """POST /operator/support/requests/<id>/look: say why, and see what is private."""
    order = order_named(request_id)
    reason = request.POST.get("reason", "").strip()
    if not reason:
        return wrong(request, order, "look", _("Say why: the log keeps it."))
    about = deeds.Subject("request", order.pk)
    deeds.record(
        operator_of(request), "pictures.looked_at", subject=about, reason=reason
    )
    still = {name: until for name, until in looks(request).items() if until > now()}
    request.session[LOOKED_AT] = {**still, order.pk: now() + LOOK_SECONDS}
    return redirect("support-request", order.pk)


@operates(Power.REFUND)
@require_POST
def refund(request: HttpRequest, request_id: str) -> HttpResponse:
    """POST /operator/support/requests/<id>/refund"""
    order, number = order_named(request_id), request.POST.get("number", "")
    try:
        is_new = give_back(
            order,
            microcredits_in(request.POST.get("credits", "")),
            number=int(number) if number.isascii() and number.isdigit() else 0,
            reason=request.POST.get("reason", ""),
            by=operator_of(request),
        )
    except EaselError as error:
        return wrong(request, order, "refund", error.message)
    if is_new:
        messages.success(request, _("Given back. The customer’s statement says so."))
    else:
        messages.info(request, _("This refund was given already."))
    return redirect("support-request", order.pk)


@operates(Power.INBOX)
@require_POST
def answer(request: HttpRequest, request_id: str) -> HttpResponse:
    """POST /operator/support/requests/<id>/answer: write to the customer by mail."""
    order = order_named(request_id)
    form = AnswerForm(request.POST, emails=addresses_of(order))
    if not form.is_valid():
        return shown(request, order, answer_form=form)
    said = form.cleaned_data
    write_to(
        said["to"],
        said["words"],
        operator_of(request),
        about=order.pk,
        account=order.account_id,
    )
    messages.success(request, _("Sent to %(email)s.") % {"email": said["to"]})
    return redirect("support-request", order.pk)


class AnswerForm(forms.Form):
    """Words to the customer, and to which of their addresses."""

    to = forms.ChoiceField(label=gettext_lazy("To"))
    words = forms.CharField(
        label=gettext_lazy("Message"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def __init__(self, data: Any = None, *, emails: list[str]) -> None:
        super().__init__(data)
        self.fields["to"].choices = [(one, one) for one in emails]  # type: ignore[attr-defined]


def order_named(request_id: str) -> Generation:
    known = Generation.objects.select_related("key", "person", "account__group")
    return get_object_or_404(known, pk=request_id)


def wrong(
    request: HttpRequest, order: Generation, form: str, problem: str
) -> HttpResponse:
    return shown(request, order, problem={"form": form, "text": problem})


def shown(request: HttpRequest, order: Generation, **more: Any) -> HttpResponse:
    """Draw the page; `more` is what one of its forms has to say."""
    person, attempts = operator_of(request), attempts_of(order)
    is_open = looks(request).get(order.pk, 0) > now()
    # What its owner has deleted is not there for staff either.
    seen = newest_of(order.account).filter(pk=order.pk).first() if is_open else None
    emails, life = addresses_of(order), life_of(order, attempts)
    left = life["refundable"]
    context = {
        **life,
        "attempts": attempts,
        "cost_microusd": sum(one.cost_microusd for one in attempts),
        "run": run_of(seen) if seen else None,
        "fields": fields_shown(order, attempts, is_open=is_open),
        "left_credits": in_credits(left.left_microcredits) if left else "",
        "wallet": wallet_of(order.account_id),
        "members": members_of(order.account),
        "letters": letters_of(order.account, emails, about=order.pk),
        "answer_form": AnswerForm(emails=emails) if emails else None,
        "may_refund": may_operate(person, Power.REFUND),
        "may_answer": may_operate(person, Power.INBOX),
        "posted": request.POST,
        **more,
    }
    status = 422 if more else 200
    return render(request, "operator/support_request.html", context, status=status)


def looks(request: HttpRequest) -> dict[str, float]:
    """Return the requests this session may look into, each with until when."""
    known: dict[str, float] = request.session.get(LOOKED_AT, {})
    return known


def now() -> float:
    return time.time()


def fields_shown(
    order: Generation, attempts: list[Attempt], *, is_open: bool
) -> list[Field]:
    """Return the parameters; without leave, none that holds the customer's words."""
    if not order.prompt:  # it was purged
        return []
    fields = fields_of(order, attempts)
    if is_open:
        return fields
    asked = order.asked
    words = [text for text in (asked.prompt, asked.negative_prompt) if text]
    return [
        one
        for one in fields
        if one.name not in PRIVATE
        and not any(text in one.asked or text in one.sent for text in words)
    ]


def addresses_of(order: Generation) -> list[str]:
    """Return whom to answer: who made the request, then those who look after the account."""
    chiefs = [
        one.person.email
        for one in members_of(order.account)
        if one.role in (Role.OWNER, Role.ADMIN)
    ]
    maker = [order.person.email] if order.person and order.person.is_active else []
    return list(dict.fromkeys([*maker, *chiefs]))


def in_credits(microcredits: int) -> str:
    """Write an amount as a field takes it: no spaces, and no decimals that say nothing."""
    return f"{(Decimal(microcredits) / MICRO).normalize():f}"


def microcredits_in(text: str) -> int:
    """Read an amount of credits; what is none is nothing, which is refused."""
    try:
        amount = Decimal(text.strip().replace(",", ".")) * MICRO
    except InvalidOperation:
        return 0
    is_amount = amount.is_finite() and amount == amount.to_integral_value()
    return int(amount) if is_amount and abs(amount) < 10**18 else 0
