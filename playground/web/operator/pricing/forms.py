"""What an operator says of prices: of a group, or of a model and what groups pay of it."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import AccessGroup
from playground.generation.catalogue import catalogue
from playground.generation.catalogue_index import from_files
from playground.generation.catalogue_money import MICRO, MOST
from playground.generation.offered import Model, Painted
from playground.generation.price import kinds_of
from playground.generation.repricing import Proposal
from playground.generation.tariff import Change
from playground.web.templatetags.easel import grouped, point, trimmed
from playground.web.templatetags.hub import times

SMALLEST_PART = Decimal("0.0001")


def amount(label: str, help_text: str, *, step: Decimal, **more: Any) -> forms.Field:
    """A number to type; so many decimals as the books have."""
    places = -int(step.as_tuple().exponent)
    attributes = {"inputmode": "decimal", "autocomplete": "off"}
    return forms.DecimalField(
        label=label,
        help_text=help_text,
        decimal_places=places,
        widget=forms.TextInput(attrs=attributes),
        **more,
    )


class PriceForm(forms.Form):
    """When a change begins, and why; what it changes is each form's own."""

    starts_at = forms.DateTimeField(
        label=gettext_lazy("From, UTC"),
        required=False,
        help_text=gettext_lazy("Empty: at once."),
        widget=forms.DateTimeInput(
            attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"
        ),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("For the history and the log."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def proposing(self, *changes: Change) -> Proposal:
        said = self.cleaned_data
        return Proposal(changes, said["starts_at"], said["reason"])


class GroupForm(PriceForm):
    """What a group pays of every list price."""

    def __init__(self, data: Any = None, *, group: AccessGroup) -> None:
        super().__init__(data, initial={"multiplier": plain(group.multiplier)})
        self.group = group
        self.fields["multiplier"] = amount(
            _("Multiplier"),
            _("1 is the list price, 0.5 half of it."),
            step=SMALLEST_PART,
            min_value=0,
            max_digits=6,
        )

    @property
    def parts(self) -> list[tuple[str, list[BoundField]]]:
        return [("", [self["multiplier"]])]

    def proposal(self) -> Proposal:
        exact = self.cleaned_data["multiplier"].quantize(SMALLEST_PART)
        return self.proposing(Change(group=self.group.pk, value=exact))


class NewGroupForm(forms.Form):
    """A group to add: accounts and keys are put in it afterwards."""

    slug = forms.SlugField(
        label=gettext_lazy("Id"),
        max_length=40,
        help_text=gettext_lazy("Letters, digits, - and _. It stays."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    multiplier = forms.DecimalField(
        label=gettext_lazy("Multiplier"),
        help_text=gettext_lazy("1 is the list price, 0.5 half of it."),
        min_value=0,
        max_digits=6,
        decimal_places=4,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    is_public = forms.BooleanField(
        label=gettext_lazy("Any key may name it"), required=False
    )

    def group(self) -> AccessGroup:
        return AccessGroup(**self.cleaned_data)


class ModelForm(PriceForm):
    """A model's list price by tier and quality, and what a group pays of it."""

    def __init__(
        self, data: Any = None, *, model: Model, groups: Sequence[AccessGroup]
    ) -> None:
        self.model, self.kinds, self.groups = model, kinds_of(model), groups
        by_hand = model.price.rates.by_hand
        said = {name_of(one): by_hand.get(key_of(one)) for one in self.kinds}
        said |= {f"group-{one.pk}": model.multipliers.get(one.pk) for one in groups}
        super().__init__(data, initial={name: plain(it) for name, it in said.items()})
        files = from_files().find(model.id)
        for kind in self.kinds:
            self.fields[name_of(kind)] = amount(
                " ".join(filter(None, key_of(kind))),
                _("The file’s: %(price)s") % {"price": in_file(files, kind)},
                step=MICRO,
                required=False,
                min_value=MICRO,
                max_value=MOST,
            )
        for one in groups:
            self.fields[f"group-{one.pk}"] = amount(
                one.name,
                _("The group’s: %(multiplier)s")
                % {"multiplier": times(one.multiplier)},
                step=SMALLEST_PART,
                required=False,
                min_value=0,
                max_digits=6,
            )

    @property
    def parts(self) -> list[tuple[str, list[BoundField]]]:
        prices = [self[name_of(kind)] for kind in self.kinds]
        multipliers = [self[f"group-{one.pk}"] for one in self.groups]
        return [
            (_("List price in credits; empty is the file’s"), prices),
            (_("Multiplier for one group; empty is the group’s"), multipliers),
        ]

    def proposal(self) -> Proposal:
        return self.proposing(*self._prices(), *self._multipliers())

    def _prices(self) -> Iterator[Change]:
        for kind in self.kinds:
            value, (tier, quality) = self.cleaned_data[name_of(kind)], key_of(kind)
            exact = value if value is None else value.quantize(MICRO)
            yield Change(self.model.id, tier=tier, quality=quality, value=exact)

    def _multipliers(self) -> Iterator[Change]:
        for one in self.groups:
            value = self.cleaned_data[f"group-{one.pk}"]
            exact = value if value is None else value.quantize(SMALLEST_PART)
            yield Change(self.model.id, one.pk, value=exact)


def model_form(data: Any, model_id: str) -> ModelForm:
    """Return the form of a model as it is sold now."""
    groups = list(AccessGroup.objects.order_by("multiplier", "slug"))
    return ModelForm(data, model=catalogue().find(model_id), groups=groups)


def key_of(kind: Painted) -> tuple[str, str]:
    return kind.tier, kind.quality or ""


def name_of(kind: Painted) -> str:
    """Name a field by tier and quality."""
    return "price-" + "-".join(filter(None, key_of(kind)))


def in_file(model: Model, kind: Painted) -> str:
    credits = model.price.rates.amount(kind)
    return "–" if credits is None else trimmed(grouped(credits, 6), point())


def plain(value: Decimal | None) -> str:
    """Write a number as somebody would type it."""
    if value is None:
        return ""
    return trimmed(f"{value:.6f}", ".")
