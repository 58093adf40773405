"""Incidents, as operators write them: begun, updated, resolved."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import deeds
from accounts.models import Person
from playground.generation.catalogue import catalogue
from playground.trust.models import Component, Incident, Update


@dataclass(frozen=True, slots=True)
class Subject:
    """What an incident can be about, and how it is called."""

    key: str
    name: str


def subjects() -> list[tuple[str, list[Subject]]]:
    """Return everything an incident can be about, by kind."""
    models = [one for one in catalogue().models if not one.is_retired]
    providers = {offer.provider for model in models for offer in model.offers}
    parts = [Subject(f"component:{one.value}", str(one.label)) for one in Component]
    return [
        (_("Parts of Easel"), parts),
        (
            _("Providers"),
            [Subject(f"provider:{one}", one) for one in sorted(providers)],
        ),
        (_("Models"), [Subject(f"model:{one.id}", one.name) for one in models]),
    ]


def names_of(affected: Iterable[str]) -> list[str]:
    """Name what an incident is about; what is gone since keeps its id."""
    known = {one.key: one.name for _kind, some in subjects() for one in some}
    return [known.get(key, key.partition(":")[2]) for key in affected]


@dataclass(frozen=True, slots=True)
class Said:
    """What an operator says of an incident."""

    title: str
    impact: str
    state: str
    affected: Sequence[str]
    words: str


def begin(said: Said, by: Person | None = None) -> Incident:
    """Tell of something new."""
    incident = Incident(title=said.title)
    go_on(incident, said, by)
    return incident


def go_on(incident: Incident, said: Said, by: Person | None = None) -> None:
    """Tell how it stands; without new words only what it is about is changed."""
    now, is_new = timezone.now(), incident._state.adding
    before = {} if is_new else facts_of(incident)
    incident.title, incident.impact = said.title, said.impact
    incident.state, incident.affected = said.state, list(said.affected)
    is_over = said.state == Incident.State.RESOLVED
    incident.resolved_at = (incident.resolved_at or now) if is_over else None
    with transaction.atomic():
        incident.save()
        if said.words:
            Update.objects.create(
                incident=incident, state=said.state, words=said.words, at=now
            )
        action = "incident.begun" if is_new else "incident.changed"
        after = facts_of(incident)
        deeds.record(by, action, subject=incident, before=before, after=after)


def facts_of(incident: Incident) -> dict[str, Any]:
    names = ("title", "impact", "state", "affected")
    return {name: getattr(incident, name) for name in names}
