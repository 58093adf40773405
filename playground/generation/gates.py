"""What an operator keeps shut: the whole studio for a while, prompts by rules for good.

A `Closure` is there as long as no new orders are taken. A `PromptRule` refuses prompts
before any money is held.
"""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Closure(models.Model):
    """Since when no new orders are taken, what is said of it, and about until when."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    since = models.DateTimeField(default=timezone.now)
    words = models.CharField(max_length=200, blank=True, default="")
    until = models.DateTimeField(null=True)


class PromptRule(models.Model):
    """Prompts that are refused. `label` is what customers are told; no groups are all."""

    class Kind(models.TextChoices):
        WORDS = "words", _("Words")
        PATTERN = "pattern", _("Pattern")

    id = models.BigAutoField(primary_key=True)
    label = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.WORDS)
    text = models.TextField()
    groups = models.JSONField(default=list)
    is_on = models.BooleanField(default=True)
    stopped = models.IntegerField(default=0)
    last_stopped_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.label
