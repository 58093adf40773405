"""The form that signs somebody up, as slow for a known address as for a new one.

Hashing the password takes most of the time of a sign-up, so it is done as well
for an address that has an account: the clock must not tell who has one.
"""

from allauth.account.forms import SignupForm as AllauthSignupForm
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest, HttpResponse

from accounts.models import Person


class SignupForm(AllauthSignupForm):  # type: ignore[misc]
    def try_save(
        self, request: HttpRequest
    ) -> tuple[Person | None, HttpResponse | None]:
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        saved: tuple[Person | None, HttpResponse | None] = super().try_save(request)
        return saved
