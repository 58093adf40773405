"""Signing in with an account of another place: who they are there, they are here."""

from typing import Any

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.db import transaction
from django.forms import BaseForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.issuing import open_account
from accounts.models import Person


class ElsewhereAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Easel's answers to allauth's questions about other places."""

    error_messages = DefaultSocialAccountAdapter.error_messages | {
        "disconnect_last": _("Set a password first: this is your only way in."),
        "no_password": _("Set a password first: this is your only way in."),
    }

    def populate_user(
        self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]
    ) -> Person:
        """Take the name as people say it; addresses are small letters here."""
        person: Person = super().populate_user(request, sociallogin, data)
        parts = (data.get("first_name") or "", data.get("last_name") or "")
        person.name = (data.get("name") or " ".join(parts).strip())[:150]
        person.email = person.email.lower()
        return person

    def save_user(
        self,
        request: HttpRequest,
        sociallogin: SocialLogin,
        form: BaseForm | None = None,
    ) -> Person:
        """Make the person and their account together."""
        with transaction.atomic():
            person: Person = super().save_user(request, sociallogin, form)
            open_account(person)
        return person
