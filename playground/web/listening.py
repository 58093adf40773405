"""The console's webhooks: where the account listens, its secrets, and what was sent.

The secret of a webhook is shown when it is made or changed, and not again.
"""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from django.views.decorators.vary import vary_on_headers

from accounts.roles import Action
from playground.generation.errors import BadRequest
from playground.web.keys import done, in_frame
from playground.web.people import actor_of, needs, own_account
from playground.webhooks.endpoints import (
    Changes,
    change,
    open_endpoint,
    rotate,
    secret_of,
    shut,
    signer_of,
    standing,
)
from playground.webhooks.events import NAMES
from playground.webhooks.models import Delivery, Endpoint
from playground.webhooks.sending import rehearse, resend
from playground.webhooks.tasks import send_soon

SHOWN = 30


class EndpointForm(forms.Form):
    """Where the events go, and which."""

    url = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=2000,
        help_text=gettext_lazy("An https address of yours that takes a POST."),
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
    )
    description = forms.CharField(
        label=gettext_lazy("What it is for"), max_length=200, required=False
    )
    events = forms.MultipleChoiceField(
        label=gettext_lazy("Events"),
        choices=[(name, name.removeprefix("image.generation.")) for name in NAMES],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one event.")},
    )
    is_enabled = forms.BooleanField(label=gettext_lazy("Enabled"), required=False)

    def changes(self) -> Changes:
        """All events are said as none, so that new kinds come too."""
        said = self.cleaned_data
        events = () if set(said["events"]) == set(NAMES) else said["events"]
        return Changes(said["url"], events, said["description"], said["is_enabled"])


@dataclass(frozen=True, slots=True)
class Row:
    """One webhook of the list, and how its last delivery went."""

    endpoint: Endpoint
    last: Delivery | None


@needs(Action.KEYS)
def webhooks(request: HttpRequest) -> HttpResponse:
    """GET /console/webhooks"""
    return render(request, "console/webhooks.html", {"rows": rows_for(request)})


@needs(Action.KEYS)
@never_cache
@vary_on_headers("HX-Request")
def new_webhook(request: HttpRequest) -> HttpResponse:
    """GET and POST /console/webhooks/new: listen at one more address."""
    initial = {"events": NAMES, "is_enabled": True}
    form = EndpointForm(request.POST or None, initial=initial)
    form.fields["url"].widget.attrs["autofocus"] = True
    made = None
    if request.method == "POST" and form.is_valid():
        made = tried(
            form,
            lambda said: open_endpoint(
                own_account(request).pk, said, actor_of(request)
            ),
        )
    if made is None:
        heading = _("New webhook")
        return in_frame(
            request, "console/webhook_form.html", form=form, heading=heading
        )
    return told(request, made)


@needs(Action.KEYS)
@never_cache
@vary_on_headers("HX-Request")
def webhook(request: HttpRequest, endpoint_id: str) -> HttpResponse:
    """GET and POST /console/webhooks/<id>: its settings, and what was sent there."""
    endpoint = own(request, endpoint_id)
    form = EndpointForm(request.POST or None, initial=said_of(endpoint))
    if request.method == "POST" and form.is_valid():
        if tried(form, lambda said: change(endpoint, said, actor_of(request))):
            return redirect("webhook", endpoint.pk)
        endpoint.refresh_from_db()
    deliveries = endpoint.deliveries.order_by("-pk").prefetch_related("attempts")
    page = list(older(deliveries, request.GET.get("after", ""))[: SHOWN + 1])
    context = {
        "endpoint": endpoint,
        "form": form,
        "deliveries": page[:SHOWN],
        "next_after": page[SHOWN - 1].pk if len(page) > SHOWN else "",
    }
    status = 422 if form.is_bound else 200
    return render(request, "console/webhook.html", context, status=status)


def older(deliveries: Any, after: str) -> Any:
    return deliveries.filter(pk__lt=after) if after else deliveries


@needs(Action.KEYS)
@never_cache
@vary_on_headers("HX-Request")
def turn_secret(request: HttpRequest, endpoint_id: str) -> HttpResponse:
    """GET and POST /console/webhooks/<id>/rotate: a new secret; both sign for a day."""
    endpoint = own(request, endpoint_id)
    if request.method == "POST":
        return told(request, rotate(endpoint, actor_of(request)))
    heading = _("New secret?")
    return in_frame(
        request, "console/webhook_rotate.html", endpoint=endpoint, heading=heading
    )


@needs(Action.KEYS)
@never_cache
@vary_on_headers("HX-Request")
def remove_webhook(request: HttpRequest, endpoint_id: str) -> HttpResponse:
    """GET and POST /console/webhooks/<id>/remove"""
    endpoint = own(request, endpoint_id)
    if request.method == "POST":
        shut(endpoint, actor_of(request))
        return done(request, _("The webhook is removed."), to="webhooks")
    heading = _("Remove this webhook?")
    return in_frame(
        request, "console/webhook_remove.html", endpoint=endpoint, heading=heading
    )


@needs(Action.KEYS)
@never_cache
@vary_on_headers("HX-Request")
def call_secret(request: HttpRequest) -> HttpResponse:
    """POST /console/webhooks/secret: what signs for the webhook_url of single calls."""
    if request.method != "POST":
        return redirect("webhooks")
    return told(request, signer_of(own_account(request).pk))


@needs(Action.KEYS)
@require_POST
def try_webhook(request: HttpRequest, endpoint_id: str) -> HttpResponse:
    """POST /console/webhooks/<id>/test: send an event of the type webhook.test."""
    delivery = rehearse(own(request, endpoint_id))
    send_soon(delivery.pk)
    return redirect("webhook", endpoint_id)


@needs(Action.KEYS)
@require_POST
def send_again(
    request: HttpRequest, endpoint_id: str, delivery_id: str
) -> HttpResponse:
    """POST /console/webhooks/<id>/deliveries/<id>/resend"""
    delivery = get_object_or_404(
        own(request, endpoint_id).deliveries.select_related("endpoint"),
        pk=delivery_id,
    )
    try:
        resend(delivery)
    except BadRequest as refused:
        return done(request, refused.message, to="webhooks")
    send_soon(delivery.pk)
    return redirect("webhook", endpoint_id)


def own(request: HttpRequest, endpoint_id: str) -> Endpoint:
    return get_object_or_404(standing(own_account(request).pk), pk=endpoint_id)


def rows_for(request: HttpRequest) -> list[Row]:
    endpoints = standing(own_account(request).pk).order_by("-created_at")
    return [Row(one, one.deliveries.order_by("-pk").first()) for one in endpoints]


def said_of(endpoint: Endpoint) -> dict[str, Any]:
    return {
        "url": endpoint.url,
        "description": endpoint.description,
        "events": endpoint.events or NAMES,
        "is_enabled": endpoint.is_enabled,
    }


def tried(form: EndpointForm, work: Any) -> Endpoint | None:
    """Do what the form says; what cannot be is said beside its field."""
    try:
        changed: Endpoint = work(form.changes())
    except BadRequest as refused:
        field = refused.param if refused.param in form.fields else None
        form.add_error(field, refused.message.removeprefix(f"{refused.param}: "))
        return None
    return changed


def told(request: HttpRequest, endpoint: Endpoint) -> HttpResponse:
    """Show a secret, this one time."""
    return in_frame(
        request,
        "console/webhook_secret.html",
        endpoint=endpoint,
        secret=secret_of(endpoint),
        stays=True,
        heading=_("Copy its secret now"),
    )
