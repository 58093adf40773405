"""Deleting one's account, or closing a team: what goes, what stays, and what must be
done first.

Money moves no more and its books stay, without a name. Pictures and prompts are purged
by a worker right after. A team that others belong to goes on when somebody leaves, and
ends for all of them when an owner closes it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity import Actor, note
from accounts.issuing import account_of, revoke_key
from accounts.models import Account, Activity, ApiKey, Deed, Membership, Person
from accounts.notices import TeamClosed, in_language_of, write_to, written
from accounts.roles import Role
from accounts.staffing import LastAdmin, keep_an_admin
from accounts.tasks import post
from accounts.teams import TeamError, memberships_of
from billing.ledger import wallet_of
from billing.models import StripePayment, TopUpRule, Wallet
from billing.turns import one_writer
from playground.batches.tasks import forget_soon as forget_batches_soon
from playground.gallery.tasks import forget_later
from playground.trust.models import CustomerNote
from playground.web.tasks import forget_uploads_soon
from playground.webhooks.models import Endpoint

# What tells of nobody but the person themselves goes with them.
OWN = Q(kind__startswith="sign_in.") | Q(kind__startswith="security.")


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
        stay_if_last_admin(person)
        stay_if_paying(farewell.closed)
        for account in farewell.closed:
            close(account)
        for place in farewell.left:
            note(place.account_id, Deed.MEMBER_LEFT, by)
        Activity.objects.filter(OWN, person=person).delete()
        with in_language_of(person):
            post(written("account_deleted", person.email, {}))
        end_sessions(person)
        EmailAddress.objects.filter(user=person).delete()
        touched = [one.account_id for one in farewell.left]
        person.delete()
        for account_id in touched:
            transaction.on_commit(partial(forget_later, account_id))
        transaction.on_commit(forget_uploads_soon)


def stay_if_last_admin(person: Person) -> None:
    try:
        keep_an_admin(person)
    except LastAdmin as error:
        message = _("You are the last admin of this server: make another one first.")
        raise TeamError(message) from error


def stay_if_paying(accounts: Iterable[Account]) -> None:
    for account in accounts:
        if is_being_paid(wallet_of(account.pk)):
            raise TeamError(
                _(
                    "A payment is on its way. Wait until its credits are here, then"
                    " delete your account."
                )
            )


def is_being_paid(wallet: Wallet) -> bool:
    on_its_way = StripePayment.Status.PROCESSING
    return wallet.payments.filter(status=on_its_way).exists()


@dataclass(frozen=True, slots=True)
class Closing:
    """What ends with a team, and what speaks against closing it now."""

    keys: tuple[ApiKey, ...]
    webhooks: int
    others: int
    left_microcredits: int
    debt_microcredits: int
    obstacle: str


def closing_of(chief: Membership) -> Closing:
    team = chief.account
    wallet = wallet_of(team.pk)
    return Closing(
        keys=tuple(team.keys.filter(revoked_at=None).order_by("name")),
        webhooks=Endpoint.objects.filter(account=team).exclude(url="").count(),
        others=team.memberships.exclude(pk=chief.pk).count(),
        left_microcredits=wallet.available,
        debt_microcredits=wallet.debt,
        obstacle=obstacle_to_closing(wallet),
    )


def obstacle_to_closing(wallet: Wallet) -> str:
    """Say which money is still on its way, or nothing."""
    if wallet.held:
        return _(
            "Credits are held for pictures that are being painted. Wait until they"
            " are done, or cancel them, then close the team."
        )
    if is_being_paid(wallet):
        return _(
            "A payment is on its way. Wait until its credits are here, then close"
            " the team."
        )
    return ""


def close_team(chief: Membership, by: Actor) -> None:
    """Close a team for all its members, and tell them; refused while money is held."""
    team, name = chief.account, chief.account.name
    wallet_of(team.pk)
    with one_writer(), transaction.atomic():
        wallet = Wallet.objects.select_for_update().get(pk=team.pk)
        if obstacle := obstacle_to_closing(wallet):
            raise TeamError(obstacle)
        keys = team.keys.filter(revoked_at=None).count()
        told = TeamClosed(team=name, by=chief.person.email, keys=keys)
        for member in team.memberships.select_related("person"):
            write_to(member.person, told)
            # The team's own log ends with it: each reads of it in their own account's.
            note(account_of(member.person), Deed.TEAM_CLOSED, by, subject=name)
        close(team)
        transaction.on_commit(forget_uploads_soon)


def close(account: Account) -> None:
    """End an account: its keys, its webhooks and its name. Its books stay.

    Nothing can be held from its wallet any more, whoever asks at the same moment.
    """
    for key in account.keys.filter(revoked_at=None):
        revoke_key(key)
    Endpoint.objects.filter(account=account).delete()
    TopUpRule.objects.filter(account_id=account.pk).update(state=TopUpRule.State.OFF)
    Wallet.objects.filter(pk=account.pk).update(frozen=True)
    transaction.on_commit(partial(forget_batches_soon, account.pk))
    account.invitations.all().delete()
    CustomerNote.objects.filter(account_id=account.pk).delete()
    account.activities.all().delete()
    account.memberships.all().delete()
    account.name, account.closed_at = "", timezone.now()
    account.save(update_fields=["name", "closed_at"])
    transaction.on_commit(partial(forget_later, account.pk))


def end_sessions(person: Person) -> None:
    for session in UserSession.objects.filter(user=person):
        session.end()
