"""What people do with pictures once they have them.

A `Note` is what is kept about one picture beside the picture itself: a star, words, a
link, a place in the gallery. It is made when there is something to note. A `Board` is a
named collection. A `Report` says that a public picture should not be one. `Caption` is
what a search reads.
"""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_id

NAME_LENGTH = 80


def new_board_id() -> str:
    return new_id("brd")


class Note(models.Model):
    """What is noted about a picture. `expires_at` is the end it would have had, unkept.

    `verdict` is what the operator tells its owner of why it is hidden, or was declined.
    """

    picture = models.OneToOneField(
        "generation.Picture", on_delete=models.CASCADE, primary_key=True
    )
    account = models.ForeignKey(
        "accounts.Account", on_delete=models.CASCADE, db_index=False
    )
    starred_at = models.DateTimeField(null=True)
    alt_text = models.TextField(blank=True, default="")
    token = models.CharField(max_length=32, null=True, unique=True)
    tells_prompt = models.BooleanField(default=False)
    public_at = models.DateTimeField(null=True)
    approved_at = models.DateTimeField(null=True)
    hidden_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)
    verdict = models.CharField(max_length=300, blank=True, db_default="")
    remixes = models.IntegerField(default=0)
    expires_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["account", "-starred_at"],
                condition=Q(starred_at__isnull=False),
                name="notes_starred",
            ),
            models.Index(
                fields=["-public_at", "picture"],
                condition=Q(approved_at__isnull=False, hidden_at__isnull=True),
                name="notes_newest_public",
            ),
            models.Index(
                fields=["-remixes", "-public_at", "picture"],
                condition=Q(approved_at__isnull=False, hidden_at__isnull=True),
                name="notes_most_remixed",
            ),
            models.Index(
                fields=["deleted_at"],
                condition=Q(deleted_at__isnull=False),
                name="notes_to_purge",
            ),
        ]

    @property
    def is_shown(self) -> bool:
        """Whether strangers find the picture in the gallery."""
        return self.approved_at is not None and self.hidden_at is None


class Board(models.Model):
    """A named collection of an account's pictures."""

    id = models.CharField(primary_key=True, max_length=40, default=new_board_id)
    account = models.ForeignKey(
        "accounts.Account", on_delete=models.CASCADE, related_name="boards"
    )
    name = models.CharField(max_length=NAME_LENGTH)
    cover = models.ForeignKey(
        "generation.Picture",
        null=True,
        on_delete=models.SET_NULL,
        related_name="covers",
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "name"], name="one_board_a_name")
        ]

    def __str__(self) -> str:
        return self.name


class Pin(models.Model):
    """A picture's place on a board; the lowest comes first."""

    id = models.BigAutoField(primary_key=True)
    board = models.ForeignKey(Board, on_delete=models.CASCADE, related_name="pins")
    picture = models.ForeignKey(
        "generation.Picture", on_delete=models.CASCADE, related_name="pins"
    )
    place = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["board", "place"], name="pins_in_order")]
        constraints = [
            models.UniqueConstraint(fields=["board", "picture"], name="one_pin_a_board")
        ]


class Report(models.Model):
    """Somebody says that a public picture should not be public."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        KEPT = "kept", _("Kept")
        HIDDEN = "hidden", _("Hidden")

    class Reason(models.TextChoices):
        SEXUAL = "sexual", _("Sexual")
        VIOLENT = "violent", _("Violent or hateful")
        PERSON = "person", _("Shows a real person")
        RIGHTS = "rights", _("Breaks somebody’s rights")
        OTHER = "other", _("Something else")

    id = models.BigAutoField(primary_key=True)
    picture = models.ForeignKey(
        "generation.Picture", on_delete=models.CASCADE, related_name="reports"
    )
    reason = models.CharField(max_length=10, choices=Reason)
    words = models.CharField(max_length=500, blank=True, default="")
    network = models.CharField(max_length=43)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    created_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=Q(state="open"),
                name="reports_to_decide",
            ),
            models.Index(fields=["network", "created_at"], name="reports_of_network"),
        ]


class Caption(models.Model):
    """The words of one order's prompt, folded for searching.

    The index over them is made in a migration: PostgreSQL's GIN, SQLite's FTS5.
    """

    id = models.BigAutoField(primary_key=True)
    generation = models.OneToOneField(
        "generation.Generation", on_delete=models.CASCADE, db_constraint=False
    )
    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE)
    words = models.TextField()


class Reading(models.Model):
    """Which of an account's orders have been read for searching: all from `oldest` to
    `newest`, and the older ones too once it is complete."""

    account = models.OneToOneField(
        "accounts.Account", on_delete=models.CASCADE, primary_key=True
    )
    newest = models.DateTimeField()
    oldest = models.DateTimeField()
    is_complete = models.BooleanField(default=False)
