"""What each role may do in an account: one table for code, page and tests.

What somebody made in the playground is theirs alone until they share it; no role
changes that. "Others' pictures" are those that were shared, and those of API calls.
"""

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    OWNER = "owner", _("Owner")
    ADMIN = "admin", _("Admin")
    DEVELOPER = "developer", _("Developer")
    BILLING = "billing", _("Billing")
    VIEWER = "viewer", _("Viewer")


class Action(TextChoices):
    PAINT = "paint", _("Make pictures in the playground")
    KEYS = "keys", _("API keys and webhooks")
    MONEY = "money", _("Credits, payments and invoices")
    REQUESTS = "requests", _("Usage and requests")
    PICTURES = "pictures", _("Others’ pictures: shared ones, and those of API calls")
    PURGE = "purge", _("Delete others’ pictures, or take them from the team")
    MEMBERS = "members", _("Members and the activity log")
    SETTINGS = "settings", _("Settings of the account")
    OWNERSHIP = "ownership", _("Make and unmake owners, close the account")


A = Action
ALLOWED: dict[Role, frozenset[Action]] = {
    Role.OWNER: frozenset(Action),
    Role.ADMIN: frozenset(Action) - {A.OWNERSHIP},
    Role.DEVELOPER: frozenset({A.PAINT, A.KEYS, A.REQUESTS, A.PICTURES}),
    Role.BILLING: frozenset({A.MONEY, A.REQUESTS}),
    Role.VIEWER: frozenset({A.REQUESTS, A.PICTURES}),
}

# What somebody who may not do it is told, beside whom to ask.
REFUSALS: dict[Action, Promise] = {
    A.PAINT: _("Your role in this account does not make pictures."),
    A.KEYS: _("Your role in this account does not manage keys and webhooks."),
    A.MONEY: _("Your role in this account does not manage money."),
    A.REQUESTS: _("Your role in this account does not see its requests."),
    A.PICTURES: _("Your role in this account does not see others’ pictures."),
    A.PURGE: _("Your role in this account does not delete others’ pictures."),
    A.MEMBERS: _("Your role in this account does not manage its members."),
    A.SETTINGS: _("Your role in this account does not change its settings."),
    A.OWNERSHIP: _("Only an owner of this account may do that."),
}


def may(role: str, action: Action) -> bool:
    """Say whether a role may do this; an unknown one, or none, may nothing."""
    return role in ALLOWED and action in ALLOWED[Role(role)]


def roles_that_may(action: Action) -> list[Role]:
    """Return the roles that may do this, the mightiest first."""
    return [role for role in Role if action in ALLOWED[role]]


def may_hand_out(role: str, other: str) -> bool:
    """Say whether a role may give or take another: owners are made by owners alone."""
    if other == Role.OWNER:
        return may(role, Action.OWNERSHIP)
    return may(role, Action.MEMBERS)
