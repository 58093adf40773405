"""The terms, accepted by everybody who has an account, and again when they change.

Creating an account accepts them as they stand. Who signs in and has not accepted this
version is asked before anything else; signing out and leaving need no terms.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.accepting import accept, has_accepted
from accounts.models import Person
from playground.generation.errors import Forbidden
from playground.web.people import needs_person, person_of
from playground.web.terms_due import TERMS_DUE, is_due
from playground.web.trust.papers import TERMS, version_of, written


def accept_terms(person: Person) -> None:
    """Write down that somebody accepts the terms as they stand now."""
    accept(person, TERMS, version_of(TERMS))


def ask_whoever_has_not(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Lead somebody who has just signed in to the terms first, unless they know them."""
    person = request.user
    if not isinstance(person, Person):
        return response
    if has_accepted(person, TERMS, version_of(TERMS)):
        return response
    request.session[TERMS_DUE] = True
    if not 300 <= response.status_code < 400:
        return response
    wanted = urlencode({"next": response.headers["Location"]})
    response.headers["Location"] = f"{reverse('terms-accept')}?{wanted}"
    return response


def check_terms(request: HttpRequest) -> None:
    """Refuse an order of somebody who was asked and has not accepted the terms yet."""
    if is_due(request):
        raise Forbidden(
            _("The terms have changed: accept them first, under Accept the terms."),
            code="terms_not_accepted",
        )


@needs_person
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def terms(request: HttpRequest) -> HttpResponse:
    """GET and POST /accounts/terms/"""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(wanted, {request.get_host()}):
        wanted = reverse("create")
    if request.method == "POST":
        accept_terms(person_of(request))
        request.session.pop(TERMS_DUE, None)
        return redirect(wanted)
    context = {"paper": written(TERMS), "next": wanted}
    return render(request, "account/terms.html", context)
