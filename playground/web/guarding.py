"""What is noted when somebody changes how they get in: in every account they belong to.

Each such change is told to them by a letter; the letter's name says what was done.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.http import HttpRequest

from accounts.activity import note_for
from accounts.models import Deed, Person
from playground.web.people import actor_of

DEEDS = {
    "password_changed": Deed.PASSWORD_CHANGED,
    "password_set": Deed.PASSWORD_SET,
    "password_reset": Deed.PASSWORD_RESET,
    "webauthn_added": Deed.PASSKEY_ADDED,
    "webauthn_removed": Deed.PASSKEY_REMOVED,
    "totp_activated": Deed.APP_ADDED,
    "totp_deactivated": Deed.APP_REMOVED,
    "recovery_codes_generated": Deed.CODES_MADE,
    "email_changed": Deed.ADDRESS_CHANGED,
    "email_deleted": Deed.ADDRESS_REMOVED,
    "account_connected": Deed.PLACE_CONNECTED,
    "account_disconnected": Deed.PLACE_REMOVED,
}


def note_lock(
    request: HttpRequest, person: Person, letter: str, facts: Mapping[str, Any]
) -> None:
    """Write down the change that a letter tells of."""
    deed = DEEDS[letter.rpartition("/")[2]]
    note_own(request, person, deed, detail=words_of(facts))


def note_own(request: HttpRequest, person: Person, deed: Deed, *, detail: str) -> None:
    """Write down what somebody did themselves, though they may not have signed in yet."""
    by = replace(actor_of(request), person_id=person.pk)
    note_for(person, deed, by, detail=detail)


def words_of(facts: Mapping[str, Any]) -> str:
    """Name the address, or the place, that it is about."""
    if "to_email" in facts:
        return f"{facts['from_email']} → {facts['to_email']}"
    provider = facts.get("provider")
    return str(facts.get("deleted_email") or (provider.name if provider else ""))
