"""Who is staff, and with which role. Only admins see and change it; the last one stays."""

from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import Person
from accounts.staff import POWERS, Power, StaffRole
from accounts.staffing import LastAdmin, appoint, staff
from playground.web.operator.door import SECOND_STEPS, operates, operator_of

NONE = "none"


class AppointForm(forms.Form):
    """Somebody who has an account here, and what they may do on this server."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        help_text=gettext_lazy("Of somebody who has an account here already."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(
        label=gettext_lazy("Staff role"),
        choices=[*StaffRole.choices, (NONE, gettext_lazy("None"))],
    )

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        self.person = Person.objects.filter(email=email, is_active=True).first()
        if self.person is None:
            raise forms.ValidationError(
                _("Nobody has this address here. They sign up first.")
            )
        return email

    @property
    def outcome(self) -> str:
        said = {"email": self.cleaned_data["email"]}
        if self.cleaned_data["role"] == NONE:
            return _("%(email)s is no staff any more.") % said
        said["role"] = str(StaffRole(self.cleaned_data["role"]).label)
        return _("%(email)s is staff now: %(role)s.") % said

    def appoint(self, by: Person) -> bool:
        """Give the role; the last admin keeps it, which is said beside the field."""
        assert self.person is not None  # the address was checked
        role = self.cleaned_data["role"]
        try:
            appoint(self.person, None if role == NONE else StaffRole(role), by)
        except LastAdmin:
            self.add_error("role", _("This is the last admin: make another one first."))
            return False
        return True


@operates(Power.STAFF)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """GET and POST /operator/staff"""
    form = AppointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if form.appoint(operator_of(request)):
            messages.success(request, form.outcome)
            return redirect("staff")
    everybody = staff().order_by("email")
    ready = with_second_step(everybody)
    context = {
        "form": form,
        "lines": [(one, one.pk in ready) for one in everybody],
        "roles": StaffRole,
        "powers": [
            (power, [power in POWERS[role] for role in StaffRole]) for power in Power
        ],
    }
    status = 422 if form.errors else 200
    return render(request, "operator/staff.html", context, status=status)


def with_second_step(people: QuerySet[Person]) -> set[int]:
    """Return the ids of those who sign in with an app's code or a passkey, too."""
    known = Authenticator.objects.filter(user__in=people, type__in=SECOND_STEPS)
    return set(known.values_list("user", flat=True))
