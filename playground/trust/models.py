"""What an operator tells people, what they tell the operator, and how Easel itself fares.

`Look` is how a part of Easel was when it was last looked at, `ComponentDay` counts the
looks of a day. An `Incident` has dated `Update`s. An `Announcement` stands on top of
every page for a while. An `Inquiry` is what somebody wrote by a form, with the
`Reply`s of staff. A `CustomerNote` is what staff tell each other of an account.
"""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_id


class Component(models.TextChoices):
    WEB = "web", _("Web and API")
    WORKER = "worker", _("Worker")
    DATABASE = "database", _("Database")
    STORAGE = "storage", _("Storage of pictures")
    QUEUE = "queue", _("Queue")


class Health(models.TextChoices):
    GOOD = "good", _("Operational")
    SLOW = "slow", _("Slow")
    DOWN = "down", _("Down")


class Look(models.Model):
    """How a component was, and since when it has been so."""

    component = models.CharField(primary_key=True, max_length=10, choices=Component)
    health = models.CharField(max_length=4, choices=Health, default=Health.GOOD)
    looked_at = models.DateTimeField()
    since = models.DateTimeField(default=timezone.now)


class ComponentDay(models.Model):
    """How often a component was found how, on a day in UTC."""

    component = models.CharField(max_length=10, choices=Component)
    day = models.DateField()
    good = models.IntegerField(default=0)
    slow = models.IntegerField(default=0)
    down = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["component", "day"], name="one_line_a_component_and_day"
            )
        ]


class Echo(models.Model):
    """The last message that went through the queue and back by a worker: one row."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    sent_at = models.DateTimeField()
    answered_at = models.DateTimeField()


def new_incident_id() -> str:
    return new_id("inc")


class IncidentQuerySet(models.QuerySet["Incident"]):
    def open(self) -> Self:
        return self.filter(resolved_at=None)

    def told_since(self, moment: datetime) -> Self:
        """Return what is open or ended after this, newest first."""
        lately = self.filter(Q(resolved_at=None) | Q(resolved_at__gte=moment))
        return lately.prefetch_related("updates").order_by("-begun_at", "-pk")


class Incident(models.Model):
    """Something that went wrong, or will be worked on, as the operator tells it."""

    class Impact(models.TextChoices):
        NOTE = "note", _("Nothing fails")
        SLOW = "slow", _("Slow")
        PARTIAL = "partial", _("Some requests fail")
        OUTAGE = "outage", _("Nothing works")

    class State(models.TextChoices):
        INVESTIGATING = "investigating", _("Investigating")
        IDENTIFIED = "identified", _("Identified")
        MONITORING = "monitoring", _("Monitoring")
        RESOLVED = "resolved", _("Resolved")

    id = models.CharField(primary_key=True, max_length=40, default=new_incident_id)
    title = models.CharField(max_length=120)
    impact = models.CharField(max_length=8, choices=Impact, default=Impact.PARTIAL)
    state = models.CharField(max_length=14, choices=State, default=State.INVESTIGATING)
    # What it is about: "model:…", "provider:…" or "component:…".
    affected = models.JSONField(default=list)
    begun_at = models.DateTimeField(default=timezone.now)
    resolved_at = models.DateTimeField(null=True)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["-begun_at"], name="incidents_by_time")]

    @property
    def is_open(self) -> bool:
        return self.resolved_at is None


class Update(models.Model):
    """What was known of an incident at a moment. Rows are added, never edited."""

    id = models.BigAutoField(primary_key=True)
    incident = models.ForeignKey(
        Incident, on_delete=models.CASCADE, related_name="updates"
    )
    state = models.CharField(max_length=14, choices=Incident.State)
    words = models.TextField(max_length=2000)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at", "-pk"]


def new_announcement_id() -> str:
    return new_id("ann")


class Announcement(models.Model):
    """A line on top of every page, from a moment until another."""

    class Level(models.TextChoices):
        NEWS = "news", _("News")
        WARNING = "warning", _("Warning")
        ALERT = "alert", _("Alert")

    id = models.CharField(primary_key=True, max_length=40, default=new_announcement_id)
    text = models.CharField(max_length=140)
    link = models.CharField(max_length=300, blank=True, default="")
    level = models.CharField(max_length=7, choices=Level, default=Level.NEWS)
    starts_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField(null=True)

    def is_on(self, now: datetime) -> bool:
        return self.starts_at <= now and (self.ends_at is None or now < self.ends_at)


def new_inquiry_id() -> str:
    return new_id("inq")


class Inquiry(models.Model):
    """What somebody wrote to the operator: a question, or a report of abuse."""

    class Kind(models.TextChoices):
        CONTACT = "contact", _("Question")
        ABUSE = "abuse", _("Report of abuse")
        SUPPORT = "support", _("Begun by support")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ANSWERED = "answered", _("Answered")
        CLOSED = "closed", _("Closed")

    id = models.CharField(primary_key=True, max_length=40, default=new_inquiry_id)
    kind = models.CharField(max_length=8, choices=Kind)
    topic = models.CharField(max_length=20)
    email = models.CharField(max_length=254, blank=True, default="")
    about = models.CharField(max_length=300, blank=True, default="")
    words = models.TextField(max_length=4000)
    network = models.CharField(max_length=43)
    account_id = models.CharField(max_length=40, blank=True, default="")
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    created_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "inquiries"
        indexes = [
            models.Index(fields=["state", "-created_at"], name="inquiries_by_state"),
            models.Index(fields=["network", "created_at"], name="inquiries_of_network"),
            models.Index(fields=["about"], name="inquiries_by_subject"),
        ]


class Reply(models.Model):
    """What staff answered, by mail. Rows are added, never edited."""

    id = models.BigAutoField(primary_key=True)
    inquiry = models.ForeignKey(
        Inquiry, on_delete=models.CASCADE, related_name="replies"
    )
    person = models.ForeignKey(
        "accounts.Person", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    to = models.CharField(max_length=254)
    words = models.TextField(max_length=4000)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at", "pk"]


class CustomerNote(models.Model):
    """What staff should know of a customer. It goes when the account is closed."""

    id = models.BigAutoField(primary_key=True)
    account_id = models.CharField(max_length=40)
    person = models.ForeignKey(
        "accounts.Person", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    words = models.TextField(max_length=2000)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["account_id"], name="notes_of_account")]


class Process(models.Model):
    """A process of Easel that said a moment ago that it is alive."""

    class Kind(models.TextChoices):
        WEB = "web", _("Web")
        WORKER = "worker", _("Worker")

    id = models.CharField(primary_key=True, max_length=120)  # kind:host:pid
    kind = models.CharField(max_length=8, choices=Kind)
    host = models.CharField(max_length=80)
    pid = models.IntegerField()
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()


class Run(models.Model):
    """When something that is done by the clock was last done, and whether it went well."""

    task = models.CharField(primary_key=True, max_length=120)
    ended_at = models.DateTimeField()
    seconds = models.FloatField()
    error = models.CharField(max_length=200, blank=True, default="")
    succeeded_at = models.DateTimeField(null=True)
