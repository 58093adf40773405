"""Browsers that somebody has signed in with, so that a strange one can be told of.

A browser is known by a random name in a cookie; only a digest of it is kept.
"""

import hashlib
from datetime import timedelta

from django.utils import timezone

from accounts.models import Device, Person

KEPT = timedelta(days=400)


def is_strange(person: Person, name: str) -> bool:
    """Remember a browser, and say whether this person signs in with it for the first
    time; the very first browser of all is no stranger."""
    had_any = person.devices.exists()
    digest = hashlib.sha256(name.encode()).hexdigest()
    device, is_new = Device.objects.get_or_create(person=person, digest=digest)
    if not is_new:
        device.last_seen_at = timezone.now()
        device.save(update_fields=["last_seen_at"])
    return is_new and had_any


def forget_old() -> None:
    Device.objects.filter(last_seen_at__lt=timezone.now() - KEPT).delete()
