"""The operator's incidents and announcements: write one, go on with it, end it."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from django.views.decorators.vary import vary_on_headers

from accounts.staff import Power
from playground.trust import announcing, incidents
from playground.trust.models import Announcement, Incident
from playground.web.keys import done
from playground.web.operator.door import operates, operator_of
from playground.web.operator.steps import step

MOST_SHOWN = 50
INCIDENT, ANNOUNCEMENT = (
    "operator/incident_form.html",
    "operator/announcement_form.html",
)


class IncidentForm(forms.Form):
    """What an operator says of an incident now."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=120)
    impact = forms.ChoiceField(
        label=gettext_lazy("Impact"), choices=Incident.Impact, initial="partial"
    )
    state = forms.ChoiceField(label=gettext_lazy("State"), choices=Incident.State)
    words = forms.CharField(
        label=gettext_lazy("What is known"),
        help_text=gettext_lazy("Stands on the status page with the time, for good."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    affected = forms.MultipleChoiceField(
        label=gettext_lazy("What it is about"), required=False
    )

    def __init__(self, data: Any = None, *, incident: Incident | None = None) -> None:
        known = ("title", "impact", "state", "affected")
        first = {name: getattr(incident, name) for name in known} if incident else None
        super().__init__(data, initial=first)
        self.subjects = incidents.subjects()
        keys = [one.key for _kind, some in self.subjects for one in some]
        gone = [
            key for key in (incident.affected if incident else ()) if key not in keys
        ]
        self.fields["affected"].choices = [(key, key) for key in (*keys, *gone)]  # type: ignore[attr-defined]
        self.fields["words"].required = incident is None

    @property
    def chosen(self) -> list[str]:
        value: list[str] = self["affected"].value() or []
        return value

    def said(self) -> incidents.Said:
        return incidents.Said(**self.cleaned_data)


@operates(Power.ANNOUNCE)
@never_cache
def incident_list(request: HttpRequest) -> HttpResponse:
    """GET /operator/incidents"""
    found = Incident.objects.prefetch_related("updates").order_by("-begun_at")
    return render(request, "operator/incidents.html", {"incidents": found[:MOST_SHOWN]})


@operates(Power.ANNOUNCE)
@never_cache
@vary_on_headers("HX-Request")
def new_incident(request: HttpRequest) -> HttpResponse:
    """GET and POST /operator/incidents/new"""
    form = IncidentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        incidents.begin(form.said(), operator_of(request))
        return done(request, _("It is on the status page."), to="incidents")
    return step(request, INCIDENT, form=form, heading=_("New incident"))


@operates(Power.ANNOUNCE)
@never_cache
@vary_on_headers("HX-Request")
def edit_incident(request: HttpRequest, incident_id: str) -> HttpResponse:
    """GET and POST /operator/incidents/<id>: add an update, or change what it is about."""
    incident = get_object_or_404(Incident, pk=incident_id)
    form = IncidentForm(request.POST or None, incident=incident)
    if request.method == "POST" and form.is_valid():
        incidents.go_on(incident, form.said(), operator_of(request))
        return done(request, _("The status page says so."), to="incidents")
    return step(request, INCIDENT, form=form, incident=incident, heading=incident.title)


class MomentField(forms.DateTimeField):
    """A moment in UTC, as browsers' own pickers write it."""

    widget = forms.DateTimeInput(
        attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"
    )
    input_formats = ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S")

    def __init__(self, **options: Any) -> None:
        super().__init__(input_formats=self.input_formats, **options)


class AnnouncementForm(forms.ModelForm):  # type: ignore[type-arg]
    """A line, where it leads, and when it is shown."""

    starts_at = MomentField(label=gettext_lazy("From (UTC)"))
    ends_at = MomentField(
        label=gettext_lazy("Until (UTC)"),
        required=False,
        help_text=gettext_lazy("Empty: until you remove it."),
    )

    class Meta:
        model = Announcement
        fields = ("text", "link", "level", "starts_at", "ends_at")
        labels = {
            "text": gettext_lazy("Text"),
            "link": gettext_lazy("Link"),
            "level": gettext_lazy("Level"),
        }
        help_texts = {
            "link": gettext_lazy(
                "An https address, or a path such as /models; or none."
            )
        }

    def clean_link(self) -> str:
        link: str = self.cleaned_data["link"].strip()
        is_path = link.startswith("/") and not link.startswith("//")
        if link and not is_path and not link.startswith("https://"):
            raise forms.ValidationError(_("Write https://… or a path such as /models."))
        return link

    def clean(self) -> None:
        starts, ends = (
            self.cleaned_data.get("starts_at"),
            self.cleaned_data.get("ends_at"),
        )
        if starts and ends and ends <= starts:
            self.add_error("ends_at", _("It ends before it begins."))


@operates(Power.ANNOUNCE)
@never_cache
def announcement_list(request: HttpRequest) -> HttpResponse:
    """GET /operator/announcements"""
    now = timezone.now()
    found = Announcement.objects.order_by("-starts_at", "-pk")[:MOST_SHOWN]
    rows = [(one, one.is_on(now)) for one in found]
    return render(request, "operator/announcements.html", {"rows": rows})


@operates(Power.ANNOUNCE)
@never_cache
@vary_on_headers("HX-Request")
def new_announcement(request: HttpRequest) -> HttpResponse:
    """GET and POST /operator/announcements/new"""
    return write_announcement(request, None)


@operates(Power.ANNOUNCE)
@never_cache
@vary_on_headers("HX-Request")
def edit_announcement(request: HttpRequest, announcement_id: str) -> HttpResponse:
    """GET and POST /operator/announcements/<id>"""
    return write_announcement(
        request, get_object_or_404(Announcement, pk=announcement_id)
    )


def write_announcement(request: HttpRequest, row: Announcement | None) -> HttpResponse:
    form = AnnouncementForm(request.POST or None, instance=row or Announcement())
    if request.method == "POST" and form.is_valid():
        announcing.announce(form.save(commit=False), operator_of(request))
        return done(
            request,
            _("Saved. Every page shows it within a minute."),
            to="announcements",
        )
    heading = row.text if row else _("New announcement")
    return step(request, ANNOUNCEMENT, form=form, row=row, heading=heading)


@operates(Power.ANNOUNCE)
@require_POST
def remove_announcement(request: HttpRequest, announcement_id: str) -> HttpResponse:
    """POST /operator/announcements/<id>/remove"""
    row = get_object_or_404(Announcement, pk=announcement_id)
    announcing.take_down(row, operator_of(request))
    return done(request, _("Removed."), to="announcements")
