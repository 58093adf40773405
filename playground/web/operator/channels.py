"""The operator's channels: add one, change it, try it, turn it off, and see how all are.

Only operators of this server find these pages. No answer ever holds a credential.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from django.views.decorators.vary import vary_on_headers
from PIL import Image

from accounts import deeds
from accounts.models import Account, ApiKey
from accounts.staff import Power
from playground.generation import unpaid
from playground.generation.channels import setting_of
from playground.generation.connecting import Said, change, connect, remove, switch
from playground.generation.errors import EaselError
from playground.generation.metrics import Figures, figures_by_channel
from playground.generation.studio import in_studio
from playground.generation.summing import Window
from playground.generation.surveying import Surveyed, survey
from playground.generation.thumbnails import smaller
from playground.generation.trial import Trial, models_of, on_trial, tried
from playground.generation.ways import ChannelRow
from playground.web.keys import done
from playground.web.operator.channel_form import ChannelForm
from playground.web.operator.door import operates, operator_of
from playground.web.operator.steps import step
from playground.web.people import actor_of

SHOWN_WIDTH = 256


@dataclass(frozen=True, slots=True)
class Line:
    """A channel as the table shows it."""

    channel: Surveyed
    figures: Figures | None

    @property
    def setting(self) -> str:
        return setting_of(self.channel.provider)


@dataclass(frozen=True, slots=True)
class Held:
    """A key, or a whole account, that has to wait; and whose it is."""

    account_id: str
    account: str
    key_id: str
    key: str
    brake: unpaid.Brake


@operates(Power.CHANNELS)
@never_cache
def channels(request: HttpRequest) -> HttpResponse:
    """GET /operator/channels"""
    lately = figures_by_channel(Window.last("24h"))
    lines = [Line(one, lately.get(one.name)) for one in survey()]
    return render(
        request, "operator/channels.html", {"lines": lines, "held_back": held_back()}
    )


@operates(Power.CHANNELS)
@never_cache
@vary_on_headers("HX-Request")
def new_channel(request: HttpRequest) -> HttpResponse:
    """GET and POST /operator/channels/new"""
    form = ChannelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if row := written(form, lambda said: connect(said, actor_of(request))):
            message = _("%(name)s is added. Test it before customers do.")
            return done(request, message % {"name": row.name}, to="channels")
    heading = _("New channel")
    return step(request, "operator/channel_form.html", form=form, heading=heading)


@operates(Power.CHANNELS)
@never_cache
@vary_on_headers("HX-Request")
def edit_channel(request: HttpRequest, row_id: int) -> HttpResponse:
    """GET and POST /operator/channels/<id>"""
    row = get_object_or_404(ChannelRow, pk=row_id)
    form = ChannelForm(request.POST or None, row=row)
    if request.method == "POST" and form.is_valid():
        if written(form, lambda said: change(row, said, actor_of(request))):
            message = _("%(name)s is changed.") % {"name": row.name}
            return done(request, message, to="channels")
    return step(
        request, "operator/channel_form.html", form=form, row=row, heading=row.name
    )


@operates(Power.CHANNELS)
@require_POST
def switch_channel(request: HttpRequest, row_id: int) -> HttpResponse:
    """POST /operator/channels/<id>/switch"""
    row = get_object_or_404(ChannelRow, pk=row_id)
    is_on = request.POST.get("is_on") == "yes"
    switch(row, is_on=is_on, by=actor_of(request))
    message = _("%(name)s is on.") if is_on else _("%(name)s is off.")
    return done(request, message % {"name": row.name}, to="channels")


@operates(Power.CHANNELS)
@never_cache
@vary_on_headers("HX-Request")
def remove_channel(request: HttpRequest, row_id: int) -> HttpResponse:
    """GET and POST /operator/channels/<id>/remove"""
    row = get_object_or_404(ChannelRow, pk=row_id)
    if request.method == "POST":
        remove(row, actor_of(request))
        message = _("%(name)s is removed.") % {"name": row.name}
        return done(request, message, to="channels")
    heading = _("Remove %(name)s?") % {"name": row.name}
    return step(request, "operator/channel_remove.html", row=row, heading=heading)


@operates(Power.CHANNELS)
@never_cache
@vary_on_headers("HX-Request")
def try_channel(request: HttpRequest) -> HttpResponse:
    """POST /operator/channels/test: one small picture, and what came of it."""
    if request.method != "POST":
        return redirect("channels")
    name, model = request.POST.get("name", ""), request.POST.get("model", "")
    context: dict[str, object] = {"name": name, "model": model}
    try:
        channel = on_trial(name)
        context["models"] = models_of(channel)
        trial = in_studio(tried(channel, model))
        noted(request, name, trial)
        context |= {"trial": trial, "picture": shown(trial)}
        context["model"] = trial.candidate.model
    except EaselError as error:
        context["problem"] = error.message
    heading = _("Test of %(name)s") % {"name": name}
    return step(request, "operator/channel_trial.html", heading=heading, **context)


def noted(request: HttpRequest, name: str, trial: Trial) -> None:
    """Write down a test: it changes nothing, but the provider may bill it."""
    came = {"model": trial.candidate.model, "outcome": trial.attempt.outcome}
    cost = {"cost_microusd": trial.attempt.cost_microusd}
    about = deeds.Subject("channel", name)
    by = operator_of(request)
    deeds.record(by, "channel.tested", subject=about, after=came | cost)


@operates(Power.CHANNELS)
@require_POST
def lift_brake(request: HttpRequest) -> HttpResponse:
    """POST /operator/channels/lift: let a key or an account ask again."""
    account_id, key_id = request.POST.get("account", ""), request.POST.get("key", "")
    if unpaid.lift(account_id, key_id, actor_of(request)):
        message = _("The brake is lifted. Other processes know it within seconds.")
    else:
        message = _("Nothing held it back any more.")
    return done(request, message, to="channels")


def written(
    form: ChannelForm, write: Callable[[Said], ChannelRow]
) -> ChannelRow | None:
    """Write what the form says; what cannot be is said beside its field."""
    try:
        return write(form.said())
    except EaselError as refused:
        field = refused.param if refused.param in form.fields else None
        form.add_error(field, refused.message)
        return None


def shown(trial: Trial) -> str:
    """Return the picture for the page, small: it is nowhere kept."""
    if not trial.data:
        return ""
    small = smaller(Image.open(BytesIO(trial.data)), SHOWN_WIDTH)
    return f"data:image/webp;base64,{base64.b64encode(small).decode()}"


def held_back() -> list[Held]:
    """Return who has to wait just now, the longest first."""
    brakes = unpaid.read()
    names = account_names({account for account, _key in brakes})
    keys = ApiKey.objects.in_bulk({key for _account, key in brakes})
    found = [
        Held(
            account_id=account,
            account=names.get(account, account),
            key_id=key,
            key=key_name(key, keys.get(key)),
            brake=brake,
        )
        for (account, key), brake in brakes.items()
    ]
    return sorted(found, key=lambda one: one.brake.ends_at, reverse=True)


def account_names(ids: set[str]) -> dict[str, str]:
    """Name accounts: a team by its name, others by who is in them."""
    found = Account.objects.filter(pk__in=ids).prefetch_related("people")
    return {
        one.pk: one.name or ", ".join(person.email for person in one.people.all())
        for one in found
    }


def key_name(key_id: str, key: ApiKey | None) -> str:
    if key_id == unpaid.BY_HAND:
        return _("In the browser")
    if not key_id:
        return _("The whole account")
    return key.name if key else key_id
