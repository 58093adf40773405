"""What happens when allauth signs somebody up, confirms a mail, or lets someone in.

A new person gets an account. Their first confirmed e-mail address brings the
welcome credits, once for every address there ever was. Until they are in, their
browser stays the guest it was; signing in brings the guest's pictures along.
"""

import hashlib
from datetime import timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.db import transaction
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.issuing import account_of, open_account
from accounts.models import Deed, Letter, Person
from accounts.notices import in_language_of, owner_of
from accounts.tasks import post
from billing.ledger import MICRO, credit
from playground.addresses import client_address
from playground.web.accepting import accept_terms, ask_whoever_has_not
from playground.web.arrivals import note_arrival
from playground.web.guarding import note_lock, note_own
from playground.web.people import (
    GUEST_COOKIE,
    bring_guest_along,
    forget_who_looked,
    guest_of,
    network_of,
)
from playground.web.proving import by_mail, has_only_mail, proved_lately
from playground.web.tries import pictures_today, remember_tries, tries_spent


class SignupAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Easel's answers to allauth's questions."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("That email and password do not match."),
        "incorrect_password": _("That is not your password."),
        "too_many_login_attempts": _(
            "Too many tries. Wait five minutes, then try again."
        ),
        "rate_limited": _("Too many tries. Wait a minute, then try again."),
        "account_inactive": _("This account is switched off."),
    }

    def save_user(
        self,
        request: HttpRequest,
        user: Person,
        form: BaseForm,
        commit: bool = True,
    ) -> Person:
        """Make the person and their account together, the terms accepted."""
        with transaction.atomic():
            super().save_user(request, user, form, commit=commit)
            if commit:
                open_account(user)
                accept_terms(user)
        return user

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Confirm the address, and welcome whoever had none before."""
        is_first = not has_confirmed_address(email_address.user)
        confirmed = bool(super().confirm_email(request, email_address))
        person, email = email_address.user, email_address.email
        if confirmed and is_first:
            welcome(person, email)
        elif confirmed:
            note_own(request, person, Deed.ADDRESS_ADDED, detail=email)
        return confirmed

    def post_login(
        self, request: HttpRequest, user: Person, **how: Any
    ) -> HttpResponse:
        """Let the person in, with what their browser made before."""
        guest = guest_of(request)
        forget_who_looked(request)
        if how.get("signup") and has_confirmed_address(user):
            welcome(user, user.email)  # an invitation, say, had confirmed it before
        response: HttpResponse = super().post_login(request, user, **how)
        if guest is not None:
            spent = tries_spent(request) + pictures_today(account_id=guest.pk)
            remember_tries(response, spent)
            bring_guest_along(request, user)
        note_arrival(request, response, user)
        response.delete_cookie(GUEST_COOKIE, samesite="Lax")
        return ask_whoever_has_not(request, response)

    def send_mail(
        self, template_prefix: str, email: str, context: dict[str, Any]
    ) -> None:
        """Leave the mail to a worker: no clock tells a known address by its sending."""
        facts = {"email": email, "request": self.request, **context}
        with in_language_of(owner_of(email)):
            mail = self.render_mail(template_prefix, email, facts)
            post(
                Letter(
                    kind=template_prefix.rpartition("/")[2][:40],
                    to=email,
                    subject=str(mail.subject)[:250],
                    text=str(mail.body),
                )
            )

    def send_notification_mail(
        self,
        template_prefix: str,
        user: Person,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell somebody that a lock of theirs was changed, and write it down."""
        note_lock(self.request, user, template_prefix, context or {})
        super().send_notification_mail(template_prefix, user, context, email)

    def is_reauthentication_required(self, *, app: str, **how: Any) -> bool:
        """Ask those as well who have nothing but their mailbox to prove themselves by."""
        is_required = bool(super().is_reauthentication_required(app=app, **how))
        if is_required and has_only_mail(self.request.user):
            if not proved_lately(self.request):
                raise ReauthenticationRequired
        return is_required

    def get_reauthentication_methods(self, user: Person) -> list[dict[str, str]]:
        ways: list[dict[str, str]] = super().get_reauthentication_methods(user)
        return [by_mail()] if has_only_mail(user) else ways

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request.META, settings.TRUSTED_PROXIES) or "unknown"

    def _get_login_attempts_cache_key(
        self, request: HttpRequest, **credentials: Any
    ) -> str:
        """Count wrong passwords by network and address, so that strangers who guess
        elsewhere do not lock the owner out."""
        address = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{network_of(request)}:{address}"


def has_confirmed_address(person: Person) -> bool:
    return bool(EmailAddress.objects.filter(user=person, verified=True).exists())


def welcome(person: Person, email: str) -> bool:
    """Grant the welcome credits; an address that had them gets nothing."""
    if settings.WELCOME_CREDITS <= 0:
        return False
    days = settings.WELCOME_DAYS
    address = hashlib.sha256(email.strip().lower().encode()).hexdigest()
    return credit(
        account_of(person).pk,
        settings.WELCOME_CREDITS * MICRO,
        kind="grant",
        key=f"grant:welcome:{address}",
        memo=str(_("welcome")),
        expires_at=timezone.now() + timedelta(days=days) if days else None,
    )
