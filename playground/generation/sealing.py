"""Secrets at rest: unreadable without `EASEL_ENCRYPTION_KEY`.

The setting may name several keys. The first one seals; all of them open, so that a
key can be changed without losing what an older one sealed.
"""

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def sealed(text: str) -> str:
    return keys().encrypt(text.encode()).decode()


def opened(text: str) -> str:
    return keys().decrypt(text.encode()).decode()


def keys() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.ENCRYPTION_KEYS])
