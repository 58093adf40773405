"""Who is staff, and how somebody becomes it. The last admin stays."""

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts import deeds
from accounts.models import Person
from accounts.staff import StaffRole, role_of


class LastAdmin(Exception):
    """Somebody has to stay who may say who is staff."""


def staff() -> QuerySet[Person]:
    """Return everybody who may do something on this server."""
    has_role = Q(staff_role__in=StaffRole.values) | Q(is_superuser=True)
    return Person.objects.filter(has_role, is_staff=True, is_active=True)


def admins() -> QuerySet[Person]:
    is_admin = Q(staff_role=StaffRole.ADMIN) | Q(staff_role="", is_superuser=True)
    return staff().filter(is_admin)


def keep_an_admin(person: Person) -> None:
    """Refuse to let the last admin go; to be asked in the transaction that does it."""
    # All are locked, always in this order: two cannot unmake each other.
    left = {one.pk for one in admins().select_for_update().order_by("pk")}
    if left == {person.pk}:
        raise LastAdmin


def appoint(person: Person, role: StaffRole | None, by: Person | None = None) -> None:
    """Give somebody a staff role, another one, or none. Nobody named: a command does."""
    with transaction.atomic():
        if role != StaffRole.ADMIN:
            keep_an_admin(person)
        before = role_of(person)
        person.staff_role, person.is_staff = role or "", role is not None
        person.is_superuser = person.is_superuser and role == StaffRole.ADMIN
        person.save(update_fields=["staff_role", "is_staff", "is_superuser"])
        deeds.record(
            by,
            "staff.appointed",
            subject=person,
            before={"role": before or ""},
            after={"role": role or ""},
        )
