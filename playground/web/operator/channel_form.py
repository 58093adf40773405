"""What an operator says of a channel, in a form. A credential goes in and never out."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import AccessGroup
from playground.generation.connecting import Said
from playground.generation.providers.connected import known_trades
from playground.generation.ways import ChannelRow

OFF = {"autocomplete": "off"}


def number(label: Any, help_text: Any = "", **more: Any) -> forms.IntegerField:
    widget = forms.TextInput(attrs={"inputmode": "numeric", **OFF})
    return forms.IntegerField(label=label, help_text=help_text, widget=widget, **more)


class ChannelForm(forms.Form):
    """A channel to add or, with a row, to change."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=60, widget=forms.TextInput(attrs=OFF)
    )
    provider = forms.CharField(
        label=gettext_lazy("Provider"),
        max_length=40,
        help_text=gettext_lazy(
            "As the catalogue names it. One that is not in the list is a server that"
            " speaks OpenAI’s API."
        ),
        widget=forms.TextInput(attrs={"list": "known-providers", **OFF}),
    )
    secret = forms.CharField(
        label=gettext_lazy("Credential"),
        required=False,
        max_length=20_000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    base_url = forms.CharField(
        label=gettext_lazy("Base URL"),
        required=False,
        max_length=400,
        help_text=gettext_lazy("Empty: where the provider is at home."),
        widget=forms.URLInput(attrs=OFF),
    )
    is_local = forms.BooleanField(
        label=gettext_lazy("Its pictures may lie on a private network"), required=False
    )
    priority = number(gettext_lazy("Priority"), gettext_lazy("Higher goes first."))
    weight = number(gettext_lazy("Weight"), gettext_lazy("Its share among equals."))
    per_minute = number(
        gettext_lazy("Calls a minute"), gettext_lazy("Empty: any."), required=False
    )
    concurrency = number(
        gettext_lazy("Calls at once"), gettext_lazy("Empty: any."), required=False
    )
    groups = forms.MultipleChoiceField(
        label=gettext_lazy("Only for these groups (none ticked: all)"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    options = forms.CharField(
        label=gettext_lazy("Options"),
        required=False,
        help_text=gettext_lazy(
            "One NAME=VALUE a line, as the provider’s adapter has it."
        ),
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
    )
    is_on = forms.BooleanField(label=gettext_lazy("On"), required=False)

    def __init__(self, data: Any = None, *, row: ChannelRow | None = None) -> None:
        said = {"priority": 0, "weight": 1, "is_on": True} if row is None else of(row)
        super().__init__(data, initial=said)
        self.known_providers = sorted(
            {*known_trades(settings.PROVIDERS_DIR), *settings.COMPATIBLE_SERVERS}
        )
        groups = AccessGroup.objects.order_by("name").values_list("pk", "name")
        gone = set(row.groups if row else ()) - {one for one, _name in groups}
        choices = [*groups, *((one, one) for one in sorted(gone))]
        self.fields["groups"].choices = choices  # type: ignore[attr-defined]
        self.fields["name"].disabled = row is not None
        self.fields["secret"].help_text = words_of(row)

    def clean_options(self) -> dict[str, str]:
        lines = [one.strip() for one in self.cleaned_data["options"].splitlines()]
        pairs = [one.partition("=") for one in lines if one]
        if not all(name and sign for name, sign, _value in pairs):
            raise forms.ValidationError(_("Write one NAME=VALUE a line."))
        return {name.strip(): value.strip() for name, _sign, value in pairs}

    def said(self) -> Said:
        groups = tuple(self.cleaned_data["groups"])
        return Said(**{**self.cleaned_data, "groups": groups})


def words_of(row: ChannelRow | None) -> str:
    if row and row.secret:
        return _("One is stored, and never shown. Empty keeps it.")
    return _("Stored encrypted, and never shown again. Empty: the one in the settings.")


def of(row: ChannelRow) -> dict[str, Any]:
    """Return a row as the form would have said it, without its credential."""
    plain = [name for name in ChannelForm.base_fields if name != "secret"]
    options = "\n".join(f"{name}={value}" for name, value in row.options.items())
    return {name: getattr(row, name) for name in plain} | {"options": options}
