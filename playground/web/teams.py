"""A person's accounts: their own and their teams, made, chosen, left and renamed."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.inviting import accept, invitation_of, is_for
from accounts.models import Membership, Person
from accounts.roles import Action
from accounts.teams import TeamError, memberships_of, open_team, remove, rename
from playground.web.capping import form_for, limit_of
from playground.web.key_forms import TypedNameForm
from playground.web.leaving import close_team, closing_of
from playground.web.people import (
    CHOSEN_ACCOUNT,
    actor_of,
    current_person,
    needs,
    needs_person,
    own_account,
    own_place,
    person_of,
)
from playground.web.proving import ask_again


class TeamForm(forms.Form):
    """What a team is called."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )


@needs_person
def teams(request: HttpRequest) -> HttpResponse:
    """GET and POST /accounts/teams/: where one belongs; a new team."""
    person = person_of(request)
    form = TeamForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        team = open_team(form.cleaned_data["name"], person, actor_of(request))
        request.session[CHOSEN_ACCOUNT] = team.pk
        words = {"team": team.name}
        messages.success(request, _("%(team)s is open. Invite somebody.") % words)
        return redirect("members")
    context = {"places": memberships_of(person), "form": form}
    status = 422 if form.errors else 200
    return render(request, "account/teams.html", context, status=status)


@needs_person
@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """POST /accounts/switch: act for another account of one's own from now on."""
    place = place_named(person_of(request), request.POST.get("account", ""))
    request.session[CHOSEN_ACCOUNT] = place.account_id
    return redirect("create" if request.POST.get("next") == "/" else "console")


@needs_person
@require_POST
def usual(request: HttpRequest) -> HttpResponse:
    """POST /accounts/teams/usual: the account that a sign-in begins with."""
    person = person_of(request)
    place = place_named(person, request.POST.get("account", ""))
    person.default_account = place.account
    person.save(update_fields=["default_account"])
    messages.success(request, _("Saved."))
    return redirect("teams")


@needs_person
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """POST /accounts/teams/leave"""
    place = place_named(person_of(request), request.POST.get("account", ""))
    try:
        remove(place, place, actor_of(request))
    except TeamError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("You left %(team)s.") % {"team": place.account})
    return redirect("teams")


@needs(Action.SETTINGS)
def settings(request: HttpRequest) -> HttpResponse:
    """GET and POST /console/settings: what the account is called."""
    account = own_account(request)
    form = TeamForm(request.POST or None, initial={"name": account.name})
    if request.method == "POST" and form.is_valid():
        rename(account, form.cleaned_data["name"], actor_of(request))
        messages.success(request, _("Saved."))
        return redirect("settings")
    limit = limit_of(account)
    context = {
        "team": account,
        "form": form,
        "limit": limit,
        "limit_form": form_for(account),
    }
    status = 422 if form.errors else 200
    return render(request, "console/settings.html", context, status=status)


@needs(Action.OWNERSHIP)
@ask_again
def close(request: HttpRequest) -> HttpResponse:
    """GET and POST /console/settings/close: say what ends with a team, then end it."""
    chief = own_place(request)
    if not chief.account.is_team:
        return redirect("delete-account")
    name, wrong = chief.account.name, _("That is not the name of this team.")
    form = TypedNameForm(name, request.POST or None, wrong=wrong)
    if request.method == "POST" and form.is_valid():
        try:
            close_team(chief, actor_of(request))
        except TeamError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("%(team)s is closed.") % {"team": name})
            return redirect("teams")
    context = {"team": chief.account, "form": form, "closing": closing_of(chief)}
    status = 422 if form.errors else 200
    return render(request, "console/team_close.html", context, status=status)


def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """GET and POST /invitations/<token>: look at it, and take it.

    A newcomer who goes on from here need not confirm the address: the link was sent
    to it.
    """
    found = invitation_of(token)
    person = current_person(request)
    if found is None:
        return render(request, "account/invitation.html", status=404)
    if request.method == "POST" and person:
        try:
            place = accept(found, person, actor_of(request))
        except TeamError as error:
            messages.error(request, str(error))
            return redirect("invitation", token)
        request.session[CHOSEN_ACCOUNT] = place.account_id
        words = {"team": place.account}
        messages.success(request, _("You belong to %(team)s now.") % words)
        return redirect("console")
    if person is None:
        request.session["account_verified_email"] = found.email
    context = {"invitation": found, "is_mine": person and is_for(found, person)}
    return render(request, "account/invitation.html", context)


def place_named(person: Person, account_id: str) -> Membership:
    places = Membership.objects.filter(person=person, account__closed_at=None)
    return get_object_or_404(
        places.select_related("account", "person"), account_id=account_id
    )
