"""Forms to the operator: a question, and a report of abuse. No account is needed."""

import re
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from playground.gallery.models import Report
from playground.generation.errors import TooMany
from playground.trust.inquiring import Said, take
from playground.trust.models import Inquiry
from playground.web.people import current_account, current_person, network_of

TOPICS = (
    ("help", gettext_lazy("Something does not work")),
    ("money", gettext_lazy("Credits and payments")),
    ("account", gettext_lazy("My account or my data")),
    ("other", gettext_lazy("Something else")),
)
THREAD = re.compile(r"inq_[0-9a-z]{26}")
AREA = forms.Textarea(attrs={"rows": 6})


class ContactForm(forms.Form):
    """A question, and where to answer it."""

    topic = forms.ChoiceField(label=gettext_lazy("About"), choices=TOPICS)
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    words = forms.CharField(label=gettext_lazy("Message"), max_length=4000, widget=AREA)
    # The thread that an answer of ours led here from.
    about = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_about(self) -> str:
        about: str = self.cleaned_data["about"]
        return about if THREAD.fullmatch(about) else ""


class AbuseForm(forms.Form):
    """What is wrong, and where."""

    about = forms.CharField(
        label=gettext_lazy("Address of the picture or page"),
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    topic = forms.ChoiceField(
        label=gettext_lazy("What is wrong with it?"), choices=Report.Reason
    )
    words = forms.CharField(
        label=gettext_lazy("What should we know?"), max_length=4000, widget=AREA
    )
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address, if you want an answer"),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest) -> HttpResponse:
    """GET and POST /contact"""
    person = current_person(request)
    first = {
        "email": person.email if person else "",
        "about": request.GET.get("about", ""),
    }
    form = ContactForm(request.POST or None, initial=first)
    return written(request, form, Inquiry.Kind.CONTACT, "trust/contact.html")


@require_http_methods(["GET", "HEAD", "POST"])
def abuse(request: HttpRequest) -> HttpResponse:
    """GET and POST /report-abuse"""
    form = AbuseForm(request.POST or None, initial={"about": request.GET.get("about")})
    return written(request, form, Inquiry.Kind.ABUSE, "trust/abuse.html")


def written(
    request: HttpRequest, form: forms.Form, kind: str, template: str
) -> HttpResponse:
    """Take what a form says, or show it with what is wrong."""
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            take(said_in(request, form.cleaned_data, kind))
        except TooMany as error:
            form.add_error(None, error.message)
            status = 429
        else:
            messages.success(request, _("Thank you. Somebody will read it."))
            return redirect("contact" if kind == Inquiry.Kind.CONTACT else "abuse")
    elif request.method == "POST":
        status = 422
    return render(request, template, {"form": form}, status=status)


def said_in(request: HttpRequest, data: dict[str, Any], kind: str) -> Said:
    account = current_account(request)
    return Said(
        kind=kind,
        topic=data["topic"],
        words=data["words"],
        network=network_of(request),
        email=data["email"],
        about=data.get("about", ""),
        account_id=account.pk if account else "",
    )
