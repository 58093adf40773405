"""Who is here: people, the accounts they belong to, and the keys that open them.

A person signs in; an account owns keys, pictures and one wallet. A guest is an
account without a person, bound to a signed cookie.
"""

from decimal import Decimal
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.chronicle import (
    Acceptance,
    Activity,
    Deed,
    Device,
    Invitation,
    Letter,
    StaffDeed,
)
from accounts.ids import new_id
from accounts.limits import Limits
from accounts.roles import Action, Role, may
from accounts.staff import StaffRole

__all__ = [
    "Acceptance",
    "AccessGroup",
    "Account",
    "Activity",
    "ApiKey",
    "Deed",
    "Device",
    "Invitation",
    "KeyLimits",
    "Letter",
    "Membership",
    "Person",
    "RetiredSecret",
    "StaffDeed",
]


def new_account_id() -> str:
    return new_id("acc")


def new_key_id() -> str:
    return new_id("key")


class PersonManager(BaseUserManager["Person"]):
    def create_user(
        self, email: str, password: str | None = None, **extra: Any
    ) -> "Person":
        person = self.model(email=self.normalize_email(email).lower(), **extra)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def create_superuser(self, email: str, password: str, **extra: Any) -> "Person":
        powers = {"is_staff": True, "is_superuser": True, "staff_role": StaffRole.ADMIN}
        return self.create_user(email, password, **powers, **extra)


class Person(AbstractBaseUser, PermissionsMixin):
    """Someone who signs in. `muted` are the kinds of mail they do not want."""

    class Theme(models.TextChoices):
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=150, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    # What they may do for everybody on this server: a `StaffRole`, or empty.
    staff_role = models.CharField(
        max_length=10, choices=StaffRole, blank=True, default="", db_default=""
    )
    created_at = models.DateTimeField(default=timezone.now)
    language = models.CharField(max_length=12, blank=True, default="")
    theme = models.CharField(max_length=5, choices=Theme, blank=True, default="")
    has_single_keys = models.BooleanField(default=True)
    muted = models.JSONField(default=list)
    default_account = models.ForeignKey(
        "Account", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    objects = PersonManager()

    class Meta:
        verbose_name_plural = "people"

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def initials(self) -> str:
        """Two letters for the round badge in the top bar."""
        words = (self.name or self.email.split("@")[0]).replace(".", " ").split()
        letters = (
            [word[0] for word in words[:2]] if len(words) > 1 else list(words[0][:2])
        )
        return "".join(letters).upper()


class AccessGroup(models.Model):
    """A price level: everything its members buy is multiplied."""

    slug = models.SlugField(primary_key=True, max_length=40)
    name = models.CharField(max_length=80)
    multiplier = models.DecimalField(max_digits=6, decimal_places=4, default=Decimal(1))
    is_public = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(multiplier__gte=0),
                name="group_multiplier_not_negative",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Account(models.Model):
    """The owner of one wallet, of keys and of pictures.

    `kept_seconds` is how long pictures of its API calls are kept when a call does not
    say; 0 is for good, and None leaves it to the instance. A closed account keeps its
    books and nothing else. A blocked one orders nothing, and its people read why.
    """

    class Kind(models.TextChoices):
        PERSONAL = "personal", _("Personal")
        TEAM = "team", _("Team")
        GUEST = "guest", _("Guest")

    id = models.CharField(primary_key=True, max_length=40, default=new_account_id)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.PERSONAL)
    name = models.CharField(max_length=150, blank=True)
    group = models.ForeignKey(AccessGroup, on_delete=models.PROTECT, default="standard")
    granted_groups = models.ManyToManyField(
        AccessGroup, related_name="granted_to", blank=True
    )
    kept_seconds = models.BigIntegerField(null=True, blank=True)
    people = models.ManyToManyField(
        Person, through="Membership", related_name="accounts"
    )
    created_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)
    blocked_at = models.DateTimeField(null=True, blank=True)
    blocked_because = models.CharField(max_length=300, blank=True, db_default="")

    def __str__(self) -> str:
        return self.name or self.id

    @property
    def is_guest(self) -> bool:
        return self.kind == self.Kind.GUEST

    @property
    def is_team(self) -> bool:
        return self.kind == self.Kind.TEAM

    def may_use(self, group: AccessGroup) -> bool:
        """A key may name a public group, the account's own, or one granted to it."""
        if group.is_public or group.pk == self.group_id:
            return True
        return self.granted_groups.filter(pk=group.pk).exists()


class Membership(models.Model):
    """A person's place in an account."""

    Role = Role

    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, related_name="memberships"
    )
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(max_length=10, choices=Role, default=Role.OWNER)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "account"], name="one_membership_each"
            )
        ]

    def may(self, action: Action) -> bool:
        return may(self.role, action)


class ApiKey(models.Model):
    """A key is shown once; only its prefix and a keyed digest are kept."""

    id = models.CharField(primary_key=True, max_length=40, default=new_key_id)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="keys")
    made_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL
    )
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=20)
    digest = models.CharField(max_length=64, unique=True)
    is_test = models.BooleanField(default=False)
    group = models.ForeignKey(
        AccessGroup, null=True, blank=True, on_delete=models.PROTECT
    )
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["account", "-created_at"], name="keys_of_account")
        ]

    def __str__(self) -> str:
        return self.name


class RetiredSecret(models.Model):
    """A key's former text, which works on for a while after the key was rotated."""

    key = models.ForeignKey(
        ApiKey, on_delete=models.CASCADE, related_name="retired_secrets"
    )
    digest = models.CharField(max_length=64, unique=True)
    works_until = models.DateTimeField()


class KeyLimits(models.Model):
    """What a key may do. A key without this row has no limits."""

    key = models.OneToOneField(
        ApiKey, primary_key=True, on_delete=models.CASCADE, related_name="limited"
    )
    scopes = models.JSONField(default=list)
    model_ids = models.JSONField(default=list)
    max_tier = models.CharField(max_length=8, blank=True, default="")
    max_n = models.IntegerField(null=True)
    requests_per_minute = models.IntegerField(null=True)
    pictures_per_minute = models.IntegerField(null=True)
    concurrency = models.IntegerField(null=True)
    ip_ranges = models.JSONField(default=list)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "limits of keys"

    @property
    def limits(self) -> Limits:
        """The same, as everyone else speaks of it."""
        return Limits(
            scopes=tuple(self.scopes),
            models=tuple(self.model_ids),
            max_tier=self.max_tier,
            max_n=self.max_n,
            requests_per_minute=self.requests_per_minute,
            pictures_per_minute=self.pictures_per_minute,
            concurrency=self.concurrency,
            ip_ranges=tuple(self.ip_ranges),
            expires_at=self.expires_at,
        )
