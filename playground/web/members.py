"""The console's members: who belongs to the account, as what, and who was invited."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.inviting import invite, open_ones, resend, take_back
from accounts.models import Invitation, Membership
from accounts.roles import ALLOWED, Action, Role, may_hand_out
from accounts.teams import TeamError, change_role, keys_made_by, remove
from billing.ledger import Budget, budgets_of, member_name
from playground.web.people import (
    actor_of,
    current_place,
    needs,
    needs_person,
    own_account,
    own_place,
)


class InvitationForm(forms.Form):
    """Whom to invite, and as what."""

    email = forms.EmailField(
        label=gettext_lazy("Email"),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(label=gettext_lazy("Role"))

    def __init__(self, chief: Membership, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["role"].choices = choices_for(chief)  # type: ignore[attr-defined]
        self.fields["role"].initial = Role.DEVELOPER


def choices_for(chief: Membership) -> list[tuple[str, str]]:
    """Return the roles that somebody may hand out."""
    return [
        (one.value, str(one.label)) for one in Role if may_hand_out(chief.role, one)
    ]


@needs(Action.MEMBERS)
@require_safe
def members(request: HttpRequest) -> HttpResponse:
    """GET /console/members"""
    return page(request, InvitationForm(own_place(request)))


@needs(Action.MEMBERS)
@require_POST
def invite_one(request: HttpRequest) -> HttpResponse:
    """POST /console/members/invite"""
    chief = own_place(request)
    form = InvitationForm(chief, request.POST)
    if not form.is_valid():
        return page(request, form, status=422)
    email, role = form.cleaned_data["email"], Role(form.cleaned_data["role"])
    try:
        invited = invite(chief, email, role, actor_of(request))
    except TeamError as error:
        form.add_error("email", str(error))
        return page(request, form, status=422)
    messages.success(request, done_to(invited))
    return redirect("members")


@needs(Action.MEMBERS)
@require_POST
def change_invitation(request: HttpRequest, invitation_id: str) -> HttpResponse:
    """POST /console/invitations/<id>: send it again, or take it back."""
    waiting = open_ones(own_account(request))
    invitation = get_object_or_404(waiting, pk=invitation_id)
    act = resend if request.POST.get("do") == "resend" else take_back
    try:
        act(invitation, own_place(request), actor_of(request))
    except TeamError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done_to(invitation))
    return redirect("members")


def done_to(invitation: Invitation) -> str:
    words = {"email": invitation.email}
    if invitation.revoked_at:
        return _("The invitation of %(email)s is taken back.") % words
    return _("We wrote to %(email)s.") % words


@needs(Action.MEMBERS)
@require_POST
def change(request: HttpRequest, member_id: int) -> HttpResponse:
    """POST /console/members/<id>/role"""
    member = found(request, member_id)
    wanted = request.POST.get("role", "")
    try:
        if wanted in Role:
            change_role(member, Role(wanted), own_place(request), actor_of(request))
    except TeamError as error:
        messages.error(request, str(error))
    else:
        words = {"who": member.person, "role": member.get_role_display()}
        messages.success(request, _("%(who)s: %(role)s.") % words)
    return redirect("members")


@needs(Action.MEMBERS)
def end(request: HttpRequest, member_id: int) -> HttpResponse:
    """GET and POST /console/members/<id>/remove: say what follows, then do it."""
    member = found(request, member_id)
    context = {"member": member, "keys": keys_made_by(member)}
    if request.method != "POST":
        return render(request, "console/member_remove.html", context)
    try:
        keys = remove(member, own_place(request), actor_of(request))
    except TeamError as error:
        messages.error(request, str(error))
        return redirect("members")
    words = {"who": member.person}
    messages.success(request, _("%(who)s is no member any more.") % words)
    if not keys or current_place(request) == member:
        return redirect("members")
    context = {"member": member, "keys": keys, "is_removed": True}
    return render(request, "console/member_remove.html", context)


@needs_person
@require_safe
def roles(request: HttpRequest) -> HttpResponse:
    """GET /console/roles: the table, as it is in code."""
    rows = [
        (action.label, [action in ALLOWED[role] for role in Role]) for action in Action
    ]
    context = {"roles": [role.label for role in Role], "rows": rows}
    return render(request, "console/roles.html", context)


def found(request: HttpRequest, member_id: int) -> Membership:
    """Find a member of this account; another's looks like a missing one."""
    places = Membership.objects.filter(account=own_account(request))
    return get_object_or_404(places.select_related("person", "account"), pk=member_id)


def with_limits(members: list[Membership]) -> list[tuple[Membership, Budget | None]]:
    """Return members with what each may spend this month, and has."""
    names = [member_name(one.account_id, one.person_id) for one in members]
    known = {one.owner: one for one in budgets_of(*names)}
    return [(one, known.get(name)) for one, name in zip(members, names, strict=True)]


def page(
    request: HttpRequest, form: InvitationForm, *, status: int = 200
) -> HttpResponse:
    account, chief = own_account(request), own_place(request)
    places = account.memberships.select_related("person")
    members = list(places.order_by("created_at", "pk"))
    context = {
        "team": account,
        "rows": with_limits(members),
        "invitations": open_ones(account).order_by("created_at"),
        "form": form,
        "me": chief,
        "all_roles": Role.choices,
    }
    return render(request, "console/members.html", context, status=status)
