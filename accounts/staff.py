"""What each staff role may do on this server: one table for code, page and tests.

Staff are the people who run Easel for its customers. A role here says nothing of the
accounts somebody belongs to as a customer: that is `accounts.roles`.
"""

from typing import TYPE_CHECKING

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from accounts.models import Person


class StaffRole(TextChoices):
    SUPPORT = "support", _("Support")
    FINANCE = "finance", _("Finance")
    ADMIN = "admin", _("Admin")


class Power(TextChoices):
    SEE_CUSTOMERS = "see_customers", _("Find customers and their requests")
    REFUND = "refund", _("Give a request’s credits back")
    GRANT = "grant", _("Give credits to an account")
    PRICES = "prices", _("Groups and prices")
    MONEY = "money", _("Sales, payments and costs")
    CHANNELS = "channels", _("Channels and routing")
    HEALTH = "health", _("See how Easel is")
    MAINTENANCE = "maintenance", _("Take no new orders, and take them again")
    SAFETY = "safety", _("Prompt rules, blocked accounts and hidden pictures")
    INBOX = "inbox", _("Questions and reports, and their answers")
    ANNOUNCE = "announce", _("Incidents and announcements")
    ARENA = "arena", _("The arena’s challenges and entries")
    LOG = "log", _("Read the log of staff")
    STAFF = "staff", _("Say who is staff, and edit rows")


P = Power
POWERS: dict[StaffRole, frozenset[Power]] = {
    StaffRole.SUPPORT: frozenset(
        {P.SEE_CUSTOMERS, P.REFUND, P.HEALTH, P.SAFETY, P.INBOX, P.ANNOUNCE, P.LOG}
    ),
    StaffRole.FINANCE: frozenset(
        {P.SEE_CUSTOMERS, P.REFUND, P.GRANT, P.PRICES, P.MONEY, P.HEALTH, P.LOG}
    ),
    StaffRole.ADMIN: frozenset(Power),
}


def role_of(person: "Person") -> StaffRole | None:
    """Return a person's staff role. Django's superusers are admins without one."""
    if not (person.is_staff and person.is_active):
        return None
    if person.staff_role in StaffRole.values:
        return StaffRole(person.staff_role)
    return StaffRole.ADMIN if person.is_superuser else None


def may_operate(person: "Person", power: Power) -> bool:
    role = role_of(person)
    return role is not None and power in POWERS[role]


def roles_with(power: Power) -> list[StaffRole]:
    """Return the roles that may do this."""
    return [role for role in StaffRole if power in POWERS[role]]
