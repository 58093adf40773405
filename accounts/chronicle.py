"""Rows about people that come and go beside the accounts themselves.

An invitation waits for somebody, an activity tells what was done in an account and a
staff deed what staff did on this server, a letter is a mail on its way, and a device is
a browser that somebody signed in with before.
"""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_id
from accounts.roles import Role

INVITED_FOR = timedelta(days=7)


def new_invitation_id() -> str:
    return new_id("inv")


def new_letter_id() -> str:
    return new_id("mail")


def a_week_on() -> datetime:
    return timezone.now() + INVITED_FOR


class Invitation(models.Model):
    """Somebody's place in an account, before they took it. Its text is only in the mail."""

    id = models.CharField(primary_key=True, max_length=40, default=new_invitation_id)
    account = models.ForeignKey(
        "accounts.Account", on_delete=models.CASCADE, related_name="invitations"
    )
    email = models.EmailField(_("e-mail"))
    role = models.CharField(max_length=10, choices=Role)
    digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(
        "accounts.Person", null=True, on_delete=models.SET_NULL
    )
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(default=a_week_on)
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "email"],
                condition=Q(accepted_at__isnull=True, revoked_at__isnull=True),
                name="one_open_invitation_each",
            )
        ]

    @property
    def has_expired(self) -> bool:
        return self.expires_at <= timezone.now()

    @property
    def is_open(self) -> bool:
        """Say whether it can still be accepted."""
        return not (self.accepted_at or self.revoked_at or self.has_expired)


class Deed(models.TextChoices):
    """What can be done in an account. What stands before the dot is its family."""

    SIGN_IN = "sign_in.done", _("Signed in")
    SIGN_IN_NEW = "sign_in.new_device", _("Signed in on a new device")
    PASSWORD_CHANGED = "security.password_changed", _("Changed a password")
    PASSWORD_SET = "security.password_set", _("Set a first password")
    PASSWORD_RESET = "security.password_reset", _("Set a new password by mail")
    PASSKEY_ADDED = "security.passkey_added", _("Added a passkey")
    PASSKEY_REMOVED = "security.passkey_removed", _("Removed a passkey")
    APP_ADDED = "security.app_added", _("Turned an authenticator app on")
    APP_REMOVED = "security.app_removed", _("Turned an authenticator app off")
    CODES_MADE = "security.codes_made", _("Made new recovery codes")
    ADDRESS_ADDED = "security.address_added", _("Added an email address")
    ADDRESS_CHANGED = "security.address_changed", _("Changed the email address")
    ADDRESS_REMOVED = "security.address_removed", _("Removed an email address")
    PLACE_CONNECTED = "security.place_connected", _("Connected a way in from elsewhere")
    PLACE_REMOVED = "security.place_removed", _("Removed a way in from elsewhere")
    MEMBER_INVITED = "member.invited", _("Invited somebody")
    INVITATION_RESENT = "member.invitation_resent", _("Sent an invitation again")
    INVITATION_REVOKED = "member.invitation_revoked", _("Took an invitation back")
    MEMBER_JOINED = "member.joined", _("Joined")
    MEMBER_LEFT = "member.left", _("Left")
    MEMBER_REMOVED = "member.removed", _("Removed a member")
    ROLE_CHANGED = "member.role_changed", _("Changed a role")
    KEY_MADE = "key.made", _("Made a key")
    KEY_CHANGED = "key.changed", _("Changed a key")
    KEY_ROTATED = "key.rotated", _("Rotated a key")
    KEY_REVOKED = "key.revoked", _("Revoked a key")
    LIMIT_CHANGED = "limit.changed", _("Changed a limit")
    TOPPED_UP = "billing.topped_up", _("Credits bought")
    TOPUP_FAILED = "billing.topup_failed", _("A top-up failed")
    REFUNDED = "billing.refunded", _("A payment was taken back")
    BILLING_CHANGED = "billing.changed", _("Changed billing settings")
    CODE_REDEEMED = "billing.code_redeemed", _("Redeemed a code")
    ACCOUNT_OPENED = "settings.opened", _("Opened the account")
    ACCOUNT_BLOCKED = "settings.blocked", _("The account was blocked")
    ACCOUNT_UNBLOCKED = "settings.unblocked", _("The account is no longer blocked")
    TEAM_CLOSED = "settings.team_closed", _("A team was closed")
    SETTINGS_CHANGED = "settings.changed", _("Changed settings")
    WEBHOOK_MADE = "settings.webhook_made", _("Added a webhook")
    WEBHOOK_CHANGED = "settings.webhook_changed", _("Changed a webhook")
    WEBHOOK_REMOVED = "settings.webhook_removed", _("Removed a webhook")
    WEBHOOK_DISABLED = "settings.webhook_disabled", _("A webhook was disabled")


class Activity(models.Model):
    """One thing that was done in an account. Only ever added: a trigger sees to it.

    People and keys are named without the database's check, so that a row can outlive
    whoever it is about without being edited.
    """

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(
        "accounts.Account", on_delete=models.CASCADE, related_name="activities"
    )
    at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(max_length=40)  # a `Deed`
    person = models.ForeignKey(
        "accounts.Person",
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
    )
    key = models.ForeignKey(
        "accounts.ApiKey",
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
    )
    subject = models.CharField(max_length=254, blank=True, default="")
    detail = models.CharField(max_length=500, blank=True, default="")
    address = models.GenericIPAddressField(null=True)
    agent = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        verbose_name_plural = "activities"
        indexes = [models.Index(fields=["account", "-id"], name="activity_of_account")]


class StaffDeed(models.Model):
    """One thing that staff did. Only ever added: a trigger sees to it.

    The person is named without the database's check, so that a row can outlive them.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(default=timezone.now)
    person = models.ForeignKey(
        "accounts.Person",
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
    )
    role = models.CharField(max_length=10, blank=True, default="")
    action = models.CharField(max_length=40)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=100)
    reason = models.CharField(max_length=500, blank=True, default="")
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["subject_id", "-id"], name="deeds_of_subject"),
            models.Index(fields=["action", "-id"], name="deeds_by_action"),
        ]


class Letter(models.Model):
    """A mail to be sent, or that was. It is written with what it tells of."""

    id = models.CharField(primary_key=True, max_length=40, default=new_letter_id)
    kind = models.CharField(max_length=40)
    to = models.EmailField()
    subject = models.CharField(max_length=250)
    text = models.TextField()
    language = models.CharField(max_length=12, default="en")
    # A second letter under the same name is not written: each tells of one thing.
    name = models.CharField(max_length=200, null=True)
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(null=True, default=timezone.now)
    tries = models.SmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "to"], name="one_letter_a_name")
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(due_at__isnull=False),
                name="letters_to_send",
            )
        ]


class Device(models.Model):
    """A browser that somebody has signed in with, known by a cookie of its own."""

    person = models.ForeignKey(
        "accounts.Person", on_delete=models.CASCADE, related_name="devices"
    )
    digest = models.CharField(max_length=64)
    first_seen_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "digest"], name="one_device_each")
        ]


class Acceptance(models.Model):
    """Somebody accepted a paper as it then stood. Rows are added, never edited."""

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(
        "accounts.Person", on_delete=models.CASCADE, related_name="acceptances"
    )
    paper = models.CharField(max_length=20)
    version = models.CharField(max_length=40)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "paper", "version"], name="one_acceptance_a_version"
            )
        ]
