"""What is compared, what people said of it, and what follows from that.

A `Challenge` is a prompt that every model gets in the same words; an `Entry` is one
picture a model made for it. A `Vote` is what somebody said of two entries, and holds the
whole duel: which stood on which side, and how long it was looked at. A `Preference` is
the same for an account's own comparisons, whose prompts stay its own.

Votes and preferences are only ever added: the database itself refuses edits. Everything
under `Ranking` is worked out from them and can be thrown away at any time.
"""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from playground.arena.starters import starters


class Category(models.TextChoices):
    """What a challenge tries; edits have their own."""

    PHOTOREALISM = "photorealism", _("Photorealism")
    PORTRAIT = "portrait", _("Portrait")
    LETTERING = "lettering", _("Lettering")
    COMPOSITION = "composition", _("Composition")
    PRODUCT = "product", _("Product")
    ILLUSTRATION = "illustration", _("Illustration")
    LOCAL_CHANGE = "local-change", _("Local change")
    RESTYLING = "restyling", _("Restyling")
    LIKENESS = "likeness", _("Keeping a likeness")


EDITING = (Category.LOCAL_CHANGE, Category.RESTYLING, Category.LIKENESS)


class Choice(models.TextChoices):
    LEFT = "left", _("Left is better")
    RIGHT = "right", _("Right is better")
    TIE = "tie", _("Tie")
    BAD = "bad", _("Both bad")


class Challenge(models.Model):
    """A named prompt in our own words. It is never changed, only retired."""

    slug = models.SlugField(primary_key=True, max_length=60)
    name = models.CharField(max_length=80)
    prompt = models.TextField()
    category = models.CharField(max_length=20, choices=Category)
    shape = models.CharField(max_length=8, default="1:1")
    is_edit = models.BooleanField(default=False)
    start = models.ForeignKey(  # what an edit starts from
        "generation.Picture", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["name", "is_demo"], name="one_challenge_a_name"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def language(self) -> str:
        """Return what its words are in: ours are English, and others' say it nowhere."""
        return "en" if self.is_demo or self.slug in starters() else ""


class Commission(models.Model):
    """An order whose pictures will be entries of a challenge."""

    generation = models.OneToOneField(
        "generation.Generation",
        on_delete=models.CASCADE,
        primary_key=True,
        db_constraint=False,
    )
    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE)
    is_collected = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(
                fields=["generation"],
                condition=Q(is_collected=False),
                name="commissions_to_collect",
            )
        ]


class Entry(models.Model):
    """A model's picture for a challenge, and where it came from.

    It stays when its picture was deleted: votes on it go on counting.
    """

    id = models.BigAutoField(primary_key=True)
    challenge = models.ForeignKey(
        Challenge, on_delete=models.PROTECT, related_name="entries"
    )
    model = models.CharField(max_length=80)
    picture = models.OneToOneField(
        "generation.Picture",
        null=True,
        on_delete=models.SET_NULL,
        related_name="entered",
    )
    generation_id = models.CharField(max_length=40)
    provider = models.CharField(max_length=40)
    sha256 = models.CharField(max_length=64)
    seed = models.BigIntegerField(null=True)
    price_microcredits = models.BigIntegerField()
    seconds = models.FloatField()
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "entries"
        indexes = [
            models.Index(fields=["challenge", "model"], name="entries_of_challenge")
        ]


class Vote(models.Model):
    """One duel and its outcome. `voter` and `network` are keyed hashes."""

    id = models.BigAutoField(primary_key=True)
    left = models.ForeignKey(
        Entry, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    right = models.ForeignKey(
        Entry, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    pair = models.CharField(max_length=44)  # both entries, the lower first
    choice = models.CharField(max_length=5, choices=Choice)
    voter = models.CharField(max_length=43)
    network = models.CharField(max_length=43)
    is_guest = models.BooleanField()
    took_ms = models.IntegerField()
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["voter", "created_at"], name="votes_of_voter"),
            models.Index(
                fields=["network", "created_at"],
                condition=Q(is_guest=True),
                name="votes_of_network",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["pair", "voter"], name="one_vote_a_pair"),
            models.UniqueConstraint(
                fields=["pair", "network"],
                condition=Q(is_guest=True),
                name="one_vote_a_pair_and_network",
            ),
        ]


class Preference(models.Model):
    """Which side of a comparison of their own somebody liked best.

    `chosen` is the order that painted it, and empty for a tie or when all were bad.
    """

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE)
    comparison = models.CharField(max_length=40)
    choice = models.CharField(max_length=5)
    chosen = models.CharField(max_length=40, blank=True, default="")
    voter = models.CharField(max_length=43)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["comparison", "voter"], name="one_preference_a_comparison"
            )
        ]


class Consent(models.Model):
    """An account's word that its preferences count in public, from then on."""

    account = models.OneToOneField(
        "accounts.Account", on_delete=models.CASCADE, primary_key=True
    )
    given_at = models.DateTimeField(default=timezone.now)


class Doubt(models.Model):
    """Why a vote does not count."""

    class Reason(models.TextChoices):
        QUICK = "quick", _("Too quick to have looked")
        STREAK = "streak", _("Always the same, or to and fro")
        FLOOD = "flood", _("Too many from one network at once")

    vote = models.OneToOneField(Vote, on_delete=models.CASCADE, primary_key=True)
    reason = models.CharField(max_length=8, choices=Reason)


class Ranking(models.Model):
    """The latest reckoning, and the votes it rests on: all up to these."""

    is_demo = models.BooleanField(primary_key=True)
    last_vote = models.BigIntegerField()
    last_preference = models.BigIntegerField()
    consents = models.CharField(max_length=64, blank=True)
    counted = models.IntegerField()
    doubted = models.IntegerField()
    preferred = models.IntegerField()
    computed_at = models.DateTimeField(default=timezone.now)


class Encounter(models.Model):
    """How two models did against each other in a challenge; `first` comes first by name.

    Without a challenge it is what accounts preferred among their own pictures.
    """

    id = models.BigAutoField(primary_key=True)
    is_demo = models.BooleanField()
    is_edit = models.BooleanField()
    challenge = models.ForeignKey(Challenge, null=True, on_delete=models.CASCADE)
    first = models.CharField(max_length=80)
    second = models.CharField(max_length=80)
    first_wins = models.IntegerField()
    second_wins = models.IntegerField()
    ties = models.IntegerField()
    bad = models.IntegerField()


class Standing(models.Model):
    """A model's place on a board: text to picture or edits, overall or in a category.

    A model without a rating cannot be compared with the others yet.
    """

    id = models.BigAutoField(primary_key=True)
    is_demo = models.BooleanField()
    is_edit = models.BooleanField()
    category = models.CharField(max_length=20, blank=True)
    model = models.CharField(max_length=80)
    rank = models.IntegerField(null=True)
    rating = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    votes = models.IntegerField()
    wins = models.IntegerField()
    losses = models.IntegerField()
    ties = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_demo", "is_edit", "category", "model"],
                name="one_standing_a_board",
            )
        ]
