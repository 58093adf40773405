"""Who votes: a person, or a browser that nobody has signed in with; and from where."""

import base64
import secrets
from dataclasses import dataclass

from django.utils.crypto import salted_hmac


@dataclass(frozen=True, slots=True)
class Voter:
    """Somebody, unrecognisable: keyed hashes of who they are and of their network."""

    id: str
    network: str
    is_guest: bool


def hidden(kind: str, name: str) -> str:
    """Return what stands for somebody in the votes."""
    digest = salted_hmac(f"easel.arena.{kind}", name, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def of_person(person_id: int, network: str) -> Voter:
    return Voter(hidden("person", str(person_id)), network, is_guest=False)


def of_browser(name: str, network: str) -> Voter:
    return Voter(hidden("browser", name), network, is_guest=True)


def new_browser() -> str:
    """Return a name for a browser that has none yet."""
    return secrets.token_urlsafe(16)
