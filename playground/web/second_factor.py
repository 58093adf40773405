"""Authenticator apps and passkeys: secrets sealed at rest, and names people know."""

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Person
from playground.generation.sealing import opened, sealed


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Easel's answers to allauth's questions about second factors."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy("That code does not fit."),
        "unverified_email": gettext_lazy("Confirm your email address first."),
        "add_email_blocked": gettext_lazy(
            "Turn the second step off before you add an email address."
        ),
    }

    def encrypt(self, text: str) -> str:
        return sealed(text)

    def decrypt(self, encrypted_text: str) -> str:
        return opened(encrypted_text)

    def get_totp_issuer(self) -> str:
        return "Easel"

    def generate_authenticator_name(
        self, user: Person, type: Authenticator.Type
    ) -> str:
        count = Authenticator.objects.filter(user=user, type=type).count()
        return _("Passkey %(number)s") % {"number": count + 1}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return {**entity, "name": "Easel"}
