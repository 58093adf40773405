"""The operator's desk of the arena: challenges, who is in them, and which votes do not count.

Entries are ordered like any other picture, at the price of the operator's own account,
which is shown before anything is ordered.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import deeds
from accounts.staff import Power
from playground.arena import entering
from playground.arena.entering import Plan
from playground.arena.models import EDITING, Category, Challenge, Commission, Doubt
from playground.arena.preferring import DEMO_PAINTERS
from playground.arena.tasks import collect_pictures
from playground.generation import tasks
from playground.generation.catalogue import catalogue
from playground.generation.errors import EaselError
from playground.generation.models import Generation, Picture
from playground.generation.quoting import is_text
from playground.generation.sizes import SHAPES
from playground.web.arena_facts import name_of
from playground.web.operator.door import operates, operator_of
from playground.web.panel import is_connected
from playground.web.people import current_person, own_account

DOUBTS_SHOWN = 25
NAME_LENGTH, PROMPT_LENGTH = 80, 2000


class EnterForm(forms.Form):
    """Which models paint for which challenges, and how often."""

    challenges = forms.MultipleChoiceField(
        label=gettext_lazy("Challenges"), widget=forms.CheckboxSelectMultiple
    )
    models = forms.MultipleChoiceField(
        label=gettext_lazy("Models"), widget=forms.CheckboxSelectMultiple
    )
    count = forms.IntegerField(
        label=gettext_lazy("Pictures of each"),
        help_text=gettext_lazy("Several, so that one lucky picture does not decide."),
        min_value=1,
        max_value=entering.MOST_ENTRIES,
        initial=2,
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        open_ones = Challenge.objects.filter(is_demo=False, retired_at__isnull=True)
        known = [(one.pk, one.name) for one in open_ones.order_by("is_edit", "name")]
        self.fields["challenges"].choices = known  # type: ignore[attr-defined]
        self.fields["models"].choices = models_to_enter()  # type: ignore[attr-defined]


class ChallengeForm(forms.Form):
    """A challenge of the operator's own."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=NAME_LENGTH)
    prompt = forms.CharField(
        label=gettext_lazy("Prompt"),
        max_length=PROMPT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    category = forms.ChoiceField(
        label=gettext_lazy("Category"), choices=Category.choices
    )
    shape = forms.ChoiceField(
        label=gettext_lazy("Shape"), choices=[(one, one) for one in SHAPES]
    )
    start = forms.CharField(
        label=gettext_lazy("Picture to start from"),
        help_text=gettext_lazy("For edits: the id of a picture of yours, pic_…"),
        required=False,
    )

    def __init__(self, account_id: str, data: Any = None) -> None:
        super().__init__(data)
        self.account_id = account_id

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if Challenge.objects.filter(pk=slugify(name)[:60]).exists() or not slugify(
            name
        ):
            raise forms.ValidationError(_("Choose a name that no other challenge has."))
        return name

    def clean_start(self) -> Picture | None:
        if not (said := self.cleaned_data["start"].strip()):
            return None
        found = picture_named(self.account_id, said)
        if found is None:
            raise forms.ValidationError(_("You have no such picture."))
        return found

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = self.cleaned_data
        is_edit = said.get("category") in EDITING
        if is_edit and "start" in said and said["start"] is None:
            self.add_error("start", _("An edit needs a picture to start from."))
        return said

    def opened(self) -> Challenge:
        said = self.cleaned_data
        return Challenge.objects.create(
            slug=slugify(said["name"])[:60],
            name=said["name"],
            prompt=said["prompt"],
            category=said["category"],
            shape=said["shape"],
            is_edit=said["category"] in EDITING,
            start=said["start"],
        )


def picture_named(account_id: str, said: str) -> Picture | None:
    """Find a picture by its id, or by the address that ends in it."""
    name = said.strip().rstrip("/").rpartition("/")[2]
    return (
        Picture.objects.filter(pk=name, account=account_id).first()
        if is_text(name)
        else None
    )


@dataclass(frozen=True, slots=True)
class Line:
    """A challenge as the desk lists it."""

    challenge: Challenge
    entries: int
    models: int
    waiting: int


@operates(Power.ARENA)
@never_cache
def desk(request: HttpRequest) -> HttpResponse:
    """GET /operator/arena"""
    collect_pictures()
    return render(request, "operator/arena.html", desk_context(request))


def desk_context(request: HttpRequest) -> dict[str, Any]:
    account = own_account(request)
    return {
        "lines": lines(),
        "form": EnterForm(),
        "has_models": bool(models_to_enter()),
        "new": ChallengeForm(account.pk),
        "doubts": doubts(),
        "reasons": reasons(),
    }


def lines() -> list[Line]:
    challenges = Challenge.objects.filter(is_demo=False).prefetch_related("entries")
    waiting = Counter(
        Commission.objects.filter(
            is_collected=False, generation__state__in=Generation.LIVE
        ).values_list("challenge", flat=True)
    )
    found = []
    for one in challenges.order_by("is_edit", "category", "name"):
        live = [entry for entry in one.entries.all() if entry.picture_id]
        models = {entry.model for entry in live}
        found.append(Line(one, len(live), len(models), waiting[one.pk]))
    return found


def doubts() -> list[Doubt]:
    """Return the votes set aside last, with the two models."""
    found = Doubt.objects.select_related("vote__left", "vote__right")
    return list(found.order_by("-vote")[:DOUBTS_SHOWN])


def reasons() -> list[tuple[str, int]]:
    """Count the votes set aside by why."""
    counts = Counter(Doubt.objects.values_list("reason", flat=True))
    known = Doubt.Reason.choices
    return [(str(label), counts[one]) for one, label in known if counts[one]]


def models_to_enter() -> list[tuple[str, str]]:
    """Name the models that could compete; ours that only demonstrates is none."""
    known = (model for model in catalogue().models if is_connected(model))
    return [
        (model.id, model.name)
        for model in known
        if not model.is_retired and model.id not in DEMO_PAINTERS
    ]


@operates(Power.ARENA)
@require_POST
def open_starters(request: HttpRequest) -> HttpResponse:
    """POST /operator/arena/starters"""
    with transaction.atomic():
        added = entering.open_starters()
        for one in added:
            deeds.record(operator_of(request), "challenge.opened", subject=one)
    count = len(added)
    messages.success(request, _("%(count)d challenges added.") % {"count": count})
    return redirect("arena-desk")


@operates(Power.ARENA)
@require_POST
def new_challenge(request: HttpRequest) -> HttpResponse:
    """POST /operator/arena/challenges"""
    form = ChallengeForm(own_account(request).pk, request.POST)
    if form.is_valid():
        with transaction.atomic():
            new = form.opened()
            deeds.record(
                operator_of(request),
                "challenge.opened",
                subject=new,
                after=facts_of(new),
            )
        name = new.name
        messages.success(request, _("“%(name)s” is open.") % {"name": name})
        return redirect("arena-desk")
    context = desk_context(request) | {"new": form}
    return render(request, "operator/arena.html", context, status=422)


@operates(Power.ARENA)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def challenge(request: HttpRequest, slug: str) -> HttpResponse:
    """GET /operator/arena/challenges/<slug>: its pictures; POST: close it, take one out, or
    say what an edit starts from."""
    found = get_object_or_404(Challenge, pk=slug, is_demo=False)
    if request.method != "POST":
        entries = found.entries.filter(picture__isnull=False).select_related("picture")
        listed = [(one, name_of(one.model)) for one in entries.order_by("model", "pk")]
        context = {"challenge": found, "entries": listed}
        return render(request, "operator/arena_challenge.html", context)
    if "entry" in request.POST:
        take_out(request, found)
        return redirect("arena-challenge-desk", found.pk)
    before = facts_of(found)
    if "start" in request.POST:
        mine = picture_named(own_account(request).pk, request.POST["start"])
        if mine is None:
            messages.error(request, _("You have no such picture."))
        elif found.start_id is None:
            found.start = mine
    else:
        is_closed = request.POST.get("is_open") == "no"
        found.retired_at = timezone.now() if is_closed else None
    with transaction.atomic():
        found.save(update_fields=["start", "retired_at"])
        deeds.record(
            operator_of(request),
            "challenge.changed",
            subject=found,
            before=before,
            after=facts_of(found),
        )
    return redirect("arena-desk")


def take_out(request: HttpRequest, challenge: Challenge) -> None:
    """Deal a picture no more, or again."""
    entry, is_out = request.POST["entry"], request.POST.get("is_out") == "yes"
    with transaction.atomic():
        entering.take_out(challenge, entry, is_out=is_out)
        deeds.record(
            operator_of(request),
            "challenge.entry_out" if is_out else "challenge.entry_in",
            subject=challenge,
            after={"entry": entry},
        )


def facts_of(challenge: Challenge) -> dict[str, Any]:
    """Return how a challenge stands; its prompt is on its own page."""
    return {
        "name": challenge.name,
        "category": challenge.category,
        "shape": challenge.shape,
        "start": challenge.start_id,
        "closed_at": challenge.retired_at,
    }


@operates(Power.ARENA)
@never_cache
@require_POST
def enter(request: HttpRequest) -> HttpResponse:
    """POST /operator/arena/entries: say what it would cost; with `sure`, order it."""
    form = EnterForm(request.POST)
    if not form.is_valid():
        context = desk_context(request) | {"form": form}
        return render(request, "operator/arena.html", context, status=422)
    plans, problems = planned(request, form)
    total = sum(plan.total_microcredits for plan in plans)
    if "sure" not in request.POST or request.POST["sure"] != str(total):
        context = {"plans": plans, "problems": problems, "total": total, "form": form}
        return render(request, "operator/arena_enter.html", context)
    count, failed = ordered(request, plans)
    for problem in failed:
        messages.error(request, problem)
    if count:
        message = _(
            "%(count)d orders are being painted. Their pictures enter by themselves."
        )
        messages.success(request, message % {"count": count})
    return redirect("arena-desk")


def planned(request: HttpRequest, form: EnterForm) -> tuple[list[Plan], list[str]]:
    """Plan each model for each challenge, or say why one cannot take part."""
    buyer = buyer_for_arena(request)
    plans, problems = [], []
    for challenge in Challenge.objects.filter(pk__in=form.cleaned_data["challenges"]):
        for model in form.cleaned_data["models"]:
            try:
                plan = entering.planned(
                    challenge, model, form.cleaned_data["count"], buyer
                )
                plans.append(plan)
            except EaselError as error:
                problems.append(f"{challenge.name}, {name_of(model)}: {error}")
    return plans, problems


def buyer_for_arena(request: HttpRequest) -> Any:
    person = current_person(request)
    return entering.buyer_of(own_account(request), person.pk if person else None)


def ordered(request: HttpRequest, plans: Iterable[Plan]) -> tuple[int, list[str]]:
    """Order what was planned, and have it painted; say what could not be."""
    buyer, count, failed = buyer_for_arena(request), 0, []
    for plan in plans:
        try:
            order = entering.order(plan, buyer)
        except EaselError as error:
            failed.append(
                f"{plan.challenge.name}, {name_of(plan.ask.model or '')}: {error}"
            )
            continue
        said = {"model": plan.ask.model, "pictures": plan.ask.n, "request": order.pk}
        about = plan.challenge
        deeds.record(
            operator_of(request), "challenge.entered", subject=about, after=said
        )
        tasks.send(order, then=collect_pictures.si())
        count += 1
    return count, failed
