"""Deleting one's account: what goes, what stays, and who must be asked first.

Money moves no more and its books stay, without a name. Pictures and prompts are purged
by a worker right after. A team that others belong to goes on.
"""

from dataclasses import dataclass
from functools import partial

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity import Actor, note
from accounts.issuing import revoke_key
from accounts.models import Account, Activity, Deed, Membership, Person
from accounts.notices import written
from accounts.roles import Role
from accounts.tasks import post
from accounts.teams import TeamError, memberships_of
from billing.models import TopUpRule
from playground.gallery.tasks import forget_later
from playground.webhooks.models import Endpoint


@dataclass(frozen=True, slots=True)
class Farewell:
    """What becomes of a person's accounts, as the page says it before it happens."""

    closed: tuple[Account, ...]
    left: tuple[Membership, ...]
    kept_from: tuple[Account, ...]


def farewell_of(person: Person) -> Farewell:
    """Sort a person's accounts: those that end with them, those they leave, and those
    that still need them as their owner."""
    closed, left, kept_from = [], [], []
    for place in memberships_of(person):
        others = place.account.memberships.exclude(pk=place.pk)
        if not others.exists():
            closed.append(place.account)
        elif place.role == Role.OWNER and not others.filter(role=Role.OWNER).exists():
            kept_from.append(place.account)
        else:
            left.append(place)
    return Farewell(tuple(closed), tuple(left), tuple(kept_from))


def delete_person(person: Person, by: Actor) -> None:
    """Delete a person for good, and close the accounts that only they belong to."""
    with transaction.atomic():
        # Teams are locked, so that two owners cannot leave past each other.
        teams = person.accounts.order_by("pk").values_list("pk", flat=True)
        list(Account.objects.select_for_update().filter(pk__in=list(teams)))
        farewell = farewell_of(person)
        if farewell.kept_from:
            names = ", ".join(account.name for account in farewell.kept_from)
            raise TeamError(_("Make somebody else an owner first: %s.") % names)
        for account in farewell.closed:
            close(account, by)
        for place in farewell.left:
            note(place.account_id, Deed.MEMBER_LEFT, by)
        Activity.objects.filter(
            person=person, kind__in=[Deed.SIGN_IN, Deed.SIGN_IN_NEW]
        ).delete()
        post(written("account_deleted", person.email, {}))
        end_sessions(person)
        EmailAddress.objects.filter(user=person).delete()
        touched = [one.pk for one in farewell.closed]
        touched += [one.account_id for one in farewell.left]
        person.delete()
        for account_id in touched:
            transaction.on_commit(partial(forget_later, account_id))


def close(account: Account, by: Actor) -> None:
    """End an account: its keys, its webhooks and its name. Its books stay."""
    for key in account.keys.filter(revoked_at=None):
        revoke_key(key, by)
    Endpoint.objects.filter(account=account).delete()
    TopUpRule.objects.filter(account_id=account.pk).update(state=TopUpRule.State.OFF)
    account.invitations.all().delete()
    account.activities.all().delete()
    account.memberships.all().delete()
    account.name, account.closed_at = "", timezone.now()
    account.save(update_fields=["name", "closed_at"])


def end_sessions(person: Person) -> None:
    for session in UserSession.objects.filter(user=person):
        session.end()
