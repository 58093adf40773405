"""A person's own pages: who they are, how Easel looks to them, their data, and the end."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.models import Person
from accounts.teams import TeamError
from billing.ledger import wallet_of
from playground.web.exporting import pieces_of
from playground.web.leaving import delete_person, farewell_of
from playground.web.people import actor_of, needs_person, person_of
from playground.web.proving import ask_again
from playground.web.sent_files import as_download, streamed

FIELDS = ["name", "theme", "language", "has_single_keys"]


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a person may say of themselves."""

    theme = forms.ChoiceField(
        label=gettext_lazy("Theme"),
        required=False,
        choices=[("", gettext_lazy("As the system has it")), *Person.Theme.choices],
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        required=False,
        choices=[("", gettext_lazy("As the browser has it")), *settings.LANGUAGES],
    )
    has_single_keys = forms.BooleanField(
        label=gettext_lazy("Single letters are shortcuts (R, E, D, …)"), required=False
    )

    class Meta:
        model = Person
        fields = FIELDS


class FarewellForm(forms.Form):
    """Typing the address is what confirms it."""

    typed_email = forms.CharField(widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, person: Person, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.person = person
        words = {"email": person.email}
        self.fields["typed_email"].label = _("Type %(email)s to confirm") % words

    def clean_typed_email(self) -> str:
        typed: str = self.cleaned_data["typed_email"]
        if typed.strip().lower() != self.person.email.lower():
            raise forms.ValidationError(_("That is not your address."))
        return typed


@needs_person
def profile(request: HttpRequest) -> HttpResponse:
    """GET and POST /accounts/profile/"""
    form = ProfileForm(request.POST or None, instance=person_of(request))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("profile")
    status = 422 if form.errors else 200
    return render(request, "account/profile.html", {"form": form}, status=status)


@needs_person
@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """GET /accounts/data/: take it along, or have it deleted."""
    return render(request, "account/data.html")


@needs_person
@ask_again
@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """GET /accounts/data/export: everything, as a zip that is written while it is sent."""
    response = streamed(pieces_of(person_of(request)), "application/zip")
    as_download(response, f"easel-{timezone.localtime():%Y-%m-%d}.zip")
    return response


@needs_person
@ask_again
def delete(request: HttpRequest) -> HttpResponse:
    """GET and POST /accounts/data/delete: say what goes and what stays, then do it."""
    person = person_of(request)
    form = FarewellForm(person, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            delete_person(person, actor_of(request))
        except TeamError as error:
            form.add_error(None, str(error))
        else:
            logout(request)
            messages.success(request, _("Your account is deleted."))
            return redirect("create")
    farewell = farewell_of(person)
    lost = sum(wallet_of(account.pk).available for account in farewell.closed)
    context = {"form": form, "farewell": farewell, "lost_microcredits": lost}
    status = 422 if form.errors else 200
    return render(request, "account/delete.html", context, status=status)
