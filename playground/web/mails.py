"""Which mails a person gets: those of security and billing always, others as they like."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.models import Person
from accounts.notices import KINDS, Notice, wants
from playground.web.people import needs_person


@dataclass(frozen=True, slots=True)
class Switch:
    """One kind of mail, as a row of the page."""

    kind: str
    label: Promise
    is_on: bool


@needs_person
def mails(request: HttpRequest) -> HttpResponse:
    """GET and POST /accounts/mails/"""
    person = request.user
    assert isinstance(person, Person)
    if request.method == "POST":
        wanted = request.POST.getlist("kind")
        mute(person, [one.kind for one in switchable() if one.kind not in wanted])
        messages.success(request, _("Saved."))
        return redirect("mails")
    context = {
        "always": [one.label for one in KINDS if one.always],
        "switches": [
            Switch(one.kind, one.label, wants(person, one)) for one in switchable()
        ],
    }
    return render(request, "account/mails.html", context)


def switchable() -> list[type[Notice]]:
    return [one for one in KINDS if not one.always]


def mute(person: Person, kinds: list[str]) -> None:
    person.muted = kinds
    person.save(update_fields=["muted"])
