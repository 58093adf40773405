"""Invitations by mail: made, sent again, taken back, and accepted by whom they name.

The text of the link is in the mail and nowhere else. Whoever holds it has the mailbox,
so it confirms the address of somebody who signs up with it.
"""

import secrets
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts.activity import Actor, note
from accounts.chronicle import a_week_on
from accounts.models import Account, Deed, Invitation, Membership, Person
from accounts.notices import (
    MemberAdded,
    address,
    in_language_of,
    owner_of,
    tell,
    written,
)
from accounts.roles import Role
from accounts.tasks import post
from accounts.teams import TeamError, check_rank

PAUSE = timedelta(minutes=1)


def invite(chief: Membership, email: str, role: Role, by: Actor) -> Invitation:
    """Invite somebody to an account; whoever was invited before is invited anew."""
    check_rank(chief, role)
    email, account = email.lower(), chief.account
    if not account.is_team:
        raise TeamError(_("This is your own account. Create a team to work together."))
    if account.people.filter(emailaddress__email=email).exists():
        raise TeamError(_("%(email)s is a member already.") % {"email": email})
    with transaction.atomic():
        check_not_too_many(account)
        open_ones(account).filter(email=email).update(revoked_at=timezone.now())
        token = secrets.token_urlsafe(24)
        invitation = Invitation.objects.create(
            account=account,
            email=email,
            role=role,
            digest=digest_of(token),
            invited_by=chief.person,
        )
        send(invitation, token)
        note(account, Deed.MEMBER_INVITED, by, subject=email, detail=role.label)
    return invitation


def resend(invitation: Invitation, chief: Membership, by: Actor) -> None:
    """Send the mail again, with a new link that works for another week."""
    check_rank(chief, invitation.role)
    if invitation.sent_at > timezone.now() - PAUSE:
        raise TeamError(_("It was sent a moment ago. Wait a minute, then try again."))
    with transaction.atomic():
        token = secrets.token_urlsafe(24)
        invitation.digest, invitation.sent_at = digest_of(token), timezone.now()
        invitation.expires_at, invitation.invited_by = a_week_on(), chief.person
        invitation.save()
        send(invitation, token)
        account, email = invitation.account, invitation.email
        note(account, Deed.INVITATION_RESENT, by, subject=email)


def take_back(invitation: Invitation, chief: Membership, by: Actor) -> None:
    """End an invitation: its link works no more."""
    check_rank(chief, invitation.role)
    with transaction.atomic():
        invitation.revoked_at = timezone.now()
        invitation.save(update_fields=["revoked_at"])
        account, email = invitation.account, invitation.email
        note(account, Deed.INVITATION_REVOKED, by, subject=email)


def invitation_of(token: str) -> Invitation | None:
    """Return the invitation of a link, if it can still be accepted."""
    found = Invitation.objects.filter(digest=digest_of(token), account__closed_at=None)
    invitation = found.select_related("account", "invited_by").first()
    return invitation if invitation and invitation.is_open else None


def is_for(invitation: Invitation, person: Person) -> bool:
    """Say whether an invitation names an address that this person has confirmed."""
    addresses = EmailAddress.objects.filter(user=person, verified=True)
    return bool(addresses.filter(email__iexact=invitation.email).exists())


def accept(invitation: Invitation, person: Person, by: Actor) -> Membership:
    """Take the place that was offered; whoever has one already keeps it."""
    if not is_for(invitation, person):
        words = {"email": invitation.email}
        raise TeamError(_("This invitation is for %(email)s.") % words)
    with transaction.atomic():
        taken = Invitation.objects.filter(
            pk=invitation.pk, accepted_at=None, revoked_at=None
        )
        if not taken.update(accepted_at=timezone.now()):
            raise TeamError(_("This invitation was used or taken back."))
        account, role = invitation.account, Role(invitation.role)
        member, is_new = Membership.objects.get_or_create(
            person=person, account=account, defaults={"role": role}
        )
        if is_new:
            note(account, Deed.MEMBER_JOINED, by, subject=person.email)
            tell(account, MemberAdded(who=person.email, role=role.label))
    return member


def open_ones(account: Account) -> QuerySet[Invitation]:
    """Return invitations that wait, those that have expired among them."""
    return Invitation.objects.filter(account=account, accepted_at=None, revoked_at=None)


def check_not_too_many(account: Account) -> None:
    """Mail to strangers is not for anybody's bulk."""
    since = timezone.now() - timedelta(days=1)
    made = Invitation.objects.filter(account=account, created_at__gte=since).count()
    if made >= settings.INVITATIONS_A_DAY:
        raise TeamError(_("That is enough invitations for a day. Go on tomorrow."))


def send(invitation: Invitation, token: str) -> None:
    inviter = invitation.invited_by
    words = {
        "account": invitation.account,
        "inviter": str(inviter) if inviter else "Easel",
        "role": Role(invitation.role).label,
        "link": address("invitation", token),
        "until": invitation.expires_at,
    }
    with in_language_of(owner_of(invitation.email)):
        post(written("invitation", invitation.email, words))


def digest_of(token: str) -> str:
    return salted_hmac("easel.invitation", token, algorithm="sha256").hexdigest()
