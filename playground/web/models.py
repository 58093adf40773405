"""What the pages remember beside orders: pictures sent to be edited, and conversations.

An `EditTurn` says of an order which picture it changed, and in whose conversation: that
of the picture it all began with. Pictures are named, not pointed to: one may be deleted
while its descendants stay.
"""

from django.db import models
from django.utils import timezone


class Upload(models.Model):
    """A picture somebody brought to edit, and nobody else sees. The row keeps its file."""

    id = models.CharField(primary_key=True, max_length=40)
    account = models.ForeignKey(
        "accounts.Account", on_delete=models.CASCADE, related_name="+"
    )
    person = models.ForeignKey(
        "accounts.Person", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    network = models.CharField(max_length=43, blank=True, default="")
    file = models.CharField(max_length=120)
    title = models.CharField(max_length=200, blank=True, default="")
    format = models.CharField(max_length=8)
    width = models.IntegerField()
    height = models.IntegerField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["network", "created_at"], name="uploads_of_network"),
            models.Index(fields=["created_at"], name="uploads_by_age"),
        ]


class EditTurn(models.Model):
    """One step of a conversation about a picture: the order, and what it started from.

    `root` is the picture the conversation is about, `base` the version that was changed;
    `frame` says how many pixels were added on each side, when that was asked.
    """

    generation = models.OneToOneField(
        "generation.Generation",
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="edit_turn",
        db_constraint=False,
    )
    root = models.CharField(max_length=40)
    base = models.CharField(max_length=40)
    frame = models.JSONField(null=True)

    class Meta:
        indexes = [models.Index(fields=["root"], name="edit_turns_of_root")]
