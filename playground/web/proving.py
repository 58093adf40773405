"""Asking once more who it is, before something that cannot be undone.

Whoever has a password, a passkey or an authenticator app is asked for that, on
allauth's pages. Whoever has none of them (they sign in by mailed codes, or elsewhere)
gets a code by mail, which works once, in this browser, for ten minutes.
"""

import time
from collections.abc import Callable
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from allauth.account.forms import ConfirmLoginCodeForm
from allauth.account.internal.flows.login import (
    get_authentication_records,
    record_authentication,
)
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from allauth.account.views import BaseReauthenticateView
from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _

from accounts.models import Person
from playground.web.people import View, person_of

PENDING = "easel.proof"
MOST_TRIES = 3
ask_again: Callable[[View], View] = reauthentication_required(app="allauth.account")


def has_only_mail(person: object) -> bool:
    """Say whether somebody can prove who they are by mail alone."""
    return isinstance(person, Person) and not get_reauthentication_flows(person)


def proved_lately(request: HttpRequest) -> bool:
    """Say whether this browser has just been asked who it is, and knew."""
    records = get_authentication_records(request, request.user)
    proofs = [one["at"] for one in records if one.get("reauthenticated")]
    limit: int = app_settings.REAUTHENTICATION_TIMEOUT
    return bool(proofs) and time.time() - proofs[-1] < limit


def code_in(request: HttpRequest) -> str:
    """Return the code that was sent and still counts, or nothing."""
    pending = request.session.get(PENDING, {})
    is_good = time.time() - pending.get("at", 0) < app_settings.LOGIN_BY_CODE_TIMEOUT
    return str(pending["code"]) if is_good else ""


def send_code(request: HttpRequest, person: Person) -> bool:
    """Mail a new code, unless there were too many; the former one counts no more."""
    limit = {"action": "request_login_code", "key": person.email}
    if not ratelimit.consume(request, **limit):
        return False
    adapter = get_adapter(request)
    code = adapter.generate_login_code()
    request.session[PENDING] = {"code": code, "at": time.time(), "tries": 0}
    adapter.send_mail("account/email/proof_code", person.email, {"code": code})
    return True


@method_decorator(login_required, name="dispatch")
class ProveByMail(BaseReauthenticateView):  # type: ignore[misc]
    """GET and POST /accounts/reauthenticate/code/"""

    form_class = ConfirmLoginCodeForm
    template_name = "account/reauthenticate_by_mail.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "send" not in request.POST:
            answer: HttpResponse = super().post(request, *args, **kwargs)
            return answer
        if not send_code(request, person_of(request)):
            messages.error(request, _("Too many tries. Wait a minute, then try again."))
        shown = self.get_context_data(form=self.empty_form())
        page: HttpResponse = self.render_to_response(shown)
        return page

    def empty_form(self) -> ConfirmLoginCodeForm:
        return ConfirmLoginCodeForm(code=code_in(self.request))

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "code": code_in(self.request)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        facts: dict[str, Any] = super().get_context_data(**kwargs)
        return {**facts, "is_sent": bool(code_in(self.request))}

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        """Count a wrong code; after three the one that was sent counts no more."""
        pending = self.request.session.get(PENDING, {})
        pending["tries"] = pending.get("tries", 0) + 1
        self.request.session[PENDING] = pending if pending["tries"] < MOST_TRIES else {}
        answer: HttpResponse = super().form_invalid(form)
        return answer

    def form_valid(self, form: BaseForm) -> HttpResponse:
        self.request.session.pop(PENDING, None)
        person = self.request.user
        facts = {"method": "code", "email": person.email, "reauthenticated": True}
        record_authentication(self.request, person, **facts)
        answer: HttpResponse = super().form_valid(form)
        return answer


prove_by_mail = ProveByMail.as_view()


def by_mail() -> dict[str, str]:
    """The way itself, as allauth lists such ways."""
    return {
        "id": "reauthenticate_by_mail",
        "description": _("Get a code by mail"),
        "url": reverse("prove-by-mail"),
    }
