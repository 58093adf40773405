"""The operator's preview: whom an order would ask just now, in order, and whom not."""

from typing import Any, get_args

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from accounts.models import AccessGroup
from accounts.staff import Power
from playground.generation.catalogue import catalogue
from playground.generation.errors import EaselError
from playground.generation.foreseeing import Foreseen, Scenario, foresee
from playground.generation.request import Strategy
from playground.web.key_forms import TIERS
from playground.web.operator.channel_form import number
from playground.web.operator.door import operates

MOST_PICTURES = 16
SORTS = {
    "balanced": gettext_lazy("Balanced"),
    "fastest": gettext_lazy("Fastest"),
    "cheapest": gettext_lazy("Cheapest"),
    "most_reliable": gettext_lazy("Most reliable"),
}
AS_USUAL = ("", gettext_lazy("The model’s own"))


class ScenarioForm(forms.Form):
    """An order to think of."""

    model = forms.ChoiceField(label=gettext_lazy("Model"))
    tier = forms.ChoiceField(
        label=gettext_lazy("Resolution"),
        choices=[AS_USUAL, *TIERS[1:]],
        required=False,
    )
    references = number(
        gettext_lazy("Pictures to edit"), min_value=0, max_value=MOST_PICTURES
    )
    has_mask = forms.BooleanField(label=gettext_lazy("With a mask"), required=False)
    group = forms.ChoiceField(label=gettext_lazy("Access group"))
    sort = forms.ChoiceField(
        label=gettext_lazy("Strategy"),
        choices=[(name, SORTS[name]) for name in get_args(Strategy)],
    )

    def __init__(self, said: dict[str, Any]) -> None:
        models = [
            (one.id, one.name) for one in catalogue().models if not one.is_retired
        ]
        groups = list(AccessGroup.objects.order_by("name").values_list("pk", "name"))
        usual = {
            "model": settings.DEFAULT_MODEL or models[0][0],
            "references": 0,
            "group": "standard",
            "sort": "balanced",
        }
        super().__init__(usual | said)
        self.fields["model"].choices = models  # type: ignore[attr-defined]
        self.fields["group"].choices = groups  # type: ignore[attr-defined]

    def foreseen(self) -> Foreseen | None:
        """Draw the route; an order that could not be is said beside its field."""
        said = self.cleaned_data
        if said["has_mask"] and not said["references"]:
            said["references"] = 1
        try:
            return foresee(Scenario(**said))
        except EaselError as refused:
            about = {"image": "references", "mask": "has_mask", "model": "model"}
            self.add_error(about.get(refused.param or ""), refused.message)
            return None


@operates(Power.CHANNELS)
@never_cache
def routing(request: HttpRequest) -> HttpResponse:
    """GET /operator/channels/preview?model=…"""
    form = ScenarioForm(request.GET.dict())
    foreseen = form.foreseen() if form.is_valid() else None
    status = 422 if form.errors else 200
    context = {"form": form, "foreseen": foreseen}
    return render(request, "operator/routing.html", context, status=status)
