"""The rules of prompts: which there are, what each has stopped, and a box to try one in."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from accounts.models import AccessGroup
from accounts.staff import Power
from playground.generation import ruling
from playground.generation.errors import BadRequest
from playground.generation.gates import PromptRule
from playground.web.keys import done
from playground.web.operator.door import operates, operator_of
from playground.web.operator.steps import step

FORM, LONGEST_PROMPT = "operator/rule_form.html", 32_000


def group_choices() -> list[tuple[str, str]]:
    return [(one.pk, one.name) for one in AccessGroup.objects.order_by("name")]


class RuleForm(forms.Form):
    """A rule: what it is called, what it finds, and whose prompts it is for."""

    label = forms.CharField(
        label=gettext_lazy("Name"),
        help_text=gettext_lazy("Customers whose prompt it stops are told this."),
        max_length=80,
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("It finds"), choices=PromptRule.Kind, initial="words"
    )
    text = forms.CharField(
        label=gettext_lazy("Words or pattern"),
        help_text=gettext_lazy(
            "Words: one word or phrase a line, found as whole words; a * stands for any"
            " letters. A pattern is a regular expression as RE2 knows it; it reads small"
            " letters and single spaces."
        ),
        max_length=ruling.LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
    )
    groups = forms.MultipleChoiceField(
        label=gettext_lazy("Only for these groups (none ticked: all)"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    is_on = forms.BooleanField(
        label=gettext_lazy("In force"), required=False, initial=True
    )

    def __init__(self, data: Any = None, *, row: PromptRule | None = None) -> None:
        names = ("label", "kind", "text", "groups", "is_on")
        first = {name: getattr(row, name) for name in names} if row else None
        super().__init__(data, initial=first)
        self.fields["groups"].choices = group_choices()  # type: ignore[attr-defined]

    def said(self) -> ruling.Said:
        data = self.cleaned_data
        return ruling.Said(**{**data, "groups": tuple(data["groups"])})


class TryForm(forms.Form):
    """A prompt to try, as somebody in an access group."""

    prompt = forms.CharField(
        label=gettext_lazy("Prompt"),
        max_length=LONGEST_PROMPT,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    group = forms.ChoiceField(label=gettext_lazy("Access group"))

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"group": "standard"})
        self.fields["group"].choices = group_choices()  # type: ignore[attr-defined]


@operates(Power.SAFETY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def safety(request: HttpRequest) -> HttpResponse:
    """GET /operator/safety. POST: try a prompt; nothing is kept of it."""
    form = TryForm(request.POST or None)
    context: dict[str, Any] = {
        "rules": PromptRule.objects.order_by("pk"),
        "form": form,
        "moderation_url": settings.MODERATION_URL,
        "moderation_when_away": settings.MODERATION_WHEN_AWAY,
        "tab": "safety",
    }
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        context["found"] = ruling.tried(said["prompt"], said["group"])
        context["is_tried"] = True
    return render(request, "operator/safety.html", context)


@operates(Power.SAFETY)
@never_cache
@vary_on_headers("HX-Request")
def new_rule(request: HttpRequest) -> HttpResponse:
    """GET and POST /operator/safety/rules/new"""
    return write_rule(request, None)


@operates(Power.SAFETY)
@never_cache
@vary_on_headers("HX-Request")
def edit_rule(request: HttpRequest, rule_id: int) -> HttpResponse:
    """GET and POST /operator/safety/rules/<id>"""
    return write_rule(request, get_object_or_404(PromptRule, pk=rule_id))


def write_rule(request: HttpRequest, row: PromptRule | None) -> HttpResponse:
    form = RuleForm(request.POST or None, row=row)
    if request.method == "POST" and form.is_valid():
        try:
            rule = ruling.write(form.said(), operator_of(request), row)
        except BadRequest as error:
            form.add_error(error.param, error.message)
        else:
            words = _("%(label)s is saved, and in use within seconds.")
            return done(request, words % {"label": rule.label}, to="safety")
    heading = row.label if row else _("New rule")
    return step(request, FORM, form=form, row=row, heading=heading)


@operates(Power.SAFETY)
@require_POST
def remove_rule(request: HttpRequest, rule_id: int) -> HttpResponse:
    """POST /operator/safety/rules/<id>/remove"""
    ruling.remove(get_object_or_404(PromptRule, pk=rule_id), operator_of(request))
    return done(request, _("The rule is gone."), to="safety")
