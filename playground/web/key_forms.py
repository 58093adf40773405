"""What a person says of a key: its name, what it may do, what it may spend, its end.

The same form makes a key and changes one. What is left empty limits nothing.
"""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.issuing import NO_LIMITS, groups_for
from accounts.limits import (
    EDIT,
    GENERATE,
    MANAGE_KEYS,
    MANAGE_WEBHOOKS,
    ORDINARY,
    READ_USAGE,
    Limits,
    WrongLimits,
    checked,
)
from accounts.models import AccessGroup, Account, ApiKey
from billing.ledger import MICRO, budgets_of
from playground.generation.catalogue import catalogue
from playground.web.templatetags.easel import credits

LIVE, TEST, MANAGER = "live", "test", "manager"
PERIODS = ("day", "week", "month", "total")
NUMBERS = ("max_n", "requests_per_minute", "pictures_per_minute", "concurrency")
SCOPES = [
    (GENERATE, gettext_lazy("Generate")),
    (EDIT, gettext_lazy("Edit")),
    (READ_USAGE, gettext_lazy("Read usage")),
    (MANAGE_WEBHOOKS, gettext_lazy("Manage webhooks")),
]
ENDS = [
    ("never", gettext_lazy("Never")),
    ("30", gettext_lazy("In 30 days")),
    ("90", gettext_lazy("In 90 days")),
    ("365", gettext_lazy("In a year")),
    ("on", gettext_lazy("On the day below")),
]
TIERS = [
    ("", gettext_lazy("Any")),
    *((tier, tier) for tier in ("0.5K", "1K", "2K", "4K")),
]
MOST_CREDITS = 1_000_000_000


def credits_field(label: Any, **more: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        required=False,
        min_value=Decimal(0),
        max_value=Decimal(MOST_CREDITS),
        decimal_places=6,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        **more,
    )


def number_field(label: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=1,
        max_value=1_000_000,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


def models_for_sale() -> list[tuple[str, str]]:
    return [(model.id, model.name) for model in catalogue().models]


class LimitsForm(forms.Form):
    """A key's name and everything that limits it."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=80,
        help_text=gettext_lazy(
            "Where it will live. You will look for it by this name when something"
            " breaks."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("May"),
        choices=SCOPES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    month = credits_field(
        gettext_lazy("Monthly budget"),
        help_text=gettext_lazy("In credits. Empty: no budget."),
    )
    expires = forms.ChoiceField(label=gettext_lazy("Expires"), choices=ENDS)
    expires_on = forms.DateField(
        label=gettext_lazy("Last day, in UTC"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    day = credits_field(gettext_lazy("Daily budget"))
    week = credits_field(gettext_lazy("Weekly budget"))
    total = credits_field(gettext_lazy("Budget in all"))
    requests_per_minute = number_field(gettext_lazy("Requests a minute"))
    pictures_per_minute = number_field(gettext_lazy("Pictures a minute"))
    concurrency = number_field(gettext_lazy("Requests at once"))
    max_n = number_field(gettext_lazy("Pictures a request"))
    max_tier = forms.ChoiceField(
        label=gettext_lazy("Largest size"), choices=TIERS, required=False
    )
    ip_ranges = forms.CharField(
        label=gettext_lazy("Only from these addresses"),
        required=False,
        help_text=gettext_lazy("One a line: 203.0.113.7 or 203.0.113.0/24."),
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
    )
    models = forms.MultipleChoiceField(
        label=gettext_lazy("Only these models"),
        choices=lazy(models_for_sale, list)(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    group = forms.ModelChoiceField(
        AccessGroup.objects.none(),
        label=gettext_lazy("Price level"),
        required=False,
        empty_label=None,
    )

    def __init__(
        self, account: Account, *args: Any, is_test: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.account, self.is_test = account, is_test
        groups = groups_for(account)
        self.fields["group"].queryset = groups  # type: ignore[attr-defined]
        self.has_groups = len(groups) > 1

    @property
    def has_more_wrong(self) -> bool:
        """Say whether something is wrong, or said, among the limits that are folded away."""
        folded = {*PERIODS, *NUMBERS, "max_tier", "ip_ranges", "models"} - {"month"}
        return any(self.errors.get(name) or self[name].value() for name in folded)

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"].strip()
        return name

    def clean_month(self) -> Decimal | None:
        """A key's budget beyond the account's own would promise what it cannot keep."""
        asked: Decimal | None = self.cleaned_data["month"]
        most = next(iter(budgets_of(self.account.pk)), None)
        if asked is not None and most is not None and asked * MICRO > most.cap:
            message = _(
                "Your account limit is %(most)s. Lower this or raise the limit."
            )
            raise forms.ValidationError(message % {"most": credits(most.cap)})
        return asked

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if said.get("expires") == "on" and not said.get("expires_on"):
            if "expires_on" not in self.errors:
                self.add_error("expires_on", _("Say which day is its last."))
        elif said.get("expires") == "on" and self.end() <= timezone.now():
            message = _("That day is over. To end a key now, revoke it.")
            self.add_error("expires_on", message)
        if not self.errors:
            self.check_limits()
        return said

    def check_limits(self) -> None:
        try:
            checked(self.limits(), is_test=self.is_test)
        except WrongLimits as wrong:
            about = "ip_ranges" if "IP" in str(wrong) else None
            self.add_error(about, str(wrong))

    def end(self) -> datetime:
        """Return the end of the last day."""
        last: date = self.cleaned_data["expires_on"]
        return datetime.combine(last + timedelta(days=1), time(), tzinfo=UTC)

    def expiry(self) -> datetime | None:
        said = self.cleaned_data["expires"]
        if said == "never":
            return None
        if said == "on":
            return self.end()
        return timezone.now() + timedelta(days=int(said))

    def scopes_said(self) -> tuple[str, ...]:
        """Every ordinary scope is no limit."""
        said = tuple(self.cleaned_data["scopes"])
        return () if set(said) == set(ORDINARY) else said

    def limits(self) -> Limits:
        said = self.cleaned_data
        return Limits(
            scopes=self.scopes_said(),
            models=tuple(said["models"]),
            max_tier=said["max_tier"],
            ip_ranges=tuple(said["ip_ranges"].split()),
            expires_at=self.expiry(),
            **{name: said[name] for name in NUMBERS},
        )

    def caps(self) -> dict[str, int | None]:
        """Return the budgets, in microcredits."""
        said = {period: self.cleaned_data[period] for period in PERIODS}
        return {
            period: None if cap is None else int(cap * MICRO)
            for period, cap in said.items()
        }

    def chosen_group(self) -> AccessGroup | None:
        """Return the group the key names; the account's own is not named."""
        group: AccessGroup | None = self.cleaned_data["group"]
        return None if group is None or group.pk == self.account.group_id else group


class NewKeyForm(LimitsForm):
    """A key to make: live, for rehearsals, or to manage other keys."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=[
            (LIVE, gettext_lazy("Live")),
            (TEST, gettext_lazy("Test")),
            (MANAGER, gettext_lazy("Manager")),
        ],
        initial=LIVE,
    )

    def __init__(self, account: Account, *args: Any, **kwargs: Any) -> None:
        initial = {
            "scopes": [GENERATE, EDIT],
            "expires": "never",
            "group": account.group,
        }
        kwargs["initial"] = initial | kwargs.get("initial", {})
        super().__init__(account, *args, **kwargs)

    def clean_kind(self) -> str:
        kind: str = self.cleaned_data["kind"]
        self.is_test = kind == TEST
        return kind

    def clean_scopes(self) -> list[str]:
        scopes: list[str] = self.cleaned_data["scopes"]
        if self.data.get("kind") == MANAGER:
            return [MANAGE_KEYS]
        return named(scopes)


class ChangeKeyForm(LimitsForm):
    """A key to change. One that manages keys keeps managing them."""

    def __init__(self, key: ApiKey, *args: Any, **kwargs: Any) -> None:
        self.key = key
        self.manages_keys = MANAGE_KEYS in limits_of(key).scopes
        super().__init__(
            key.account, *args, initial=said_of(key), is_test=key.is_test, **kwargs
        )

    def clean_scopes(self) -> list[str]:
        if self.manages_keys:
            return [MANAGE_KEYS]
        return named(self.cleaned_data["scopes"])


def named(scopes: list[str]) -> list[str]:
    if not scopes:
        raise forms.ValidationError(_("Choose what the key may do."))
    return scopes


def limits_of(key: ApiKey) -> Limits:
    return key.limited.limits if hasattr(key, "limited") else NO_LIMITS


def said_of(key: ApiKey) -> dict[str, Any]:
    """Return a key as the form would have said it."""
    limits = limits_of(key)
    ends = limits.expires_at
    caps = {one.period: Decimal(one.cap) / MICRO for one in budgets_of(key.pk)}
    return {
        "name": key.name,
        "scopes": list(limits.scopes or ORDINARY),
        "expires": "on" if ends else "never",
        "expires_on": (ends - timedelta(microseconds=1)).date() if ends else None,
        "max_tier": limits.max_tier,
        "ip_ranges": "\n".join(limits.ip_ranges),
        "models": list(limits.models),
        "group": key.group or key.account.group,
        **{name: getattr(limits, name) for name in NUMBERS},
        **{period: plain(cap) for period, cap in caps.items()},
    }


def plain(number: Decimal) -> str:
    """Write a number as people do: 2000, not 2E+3."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


class RotateForm(forms.Form):
    """How long the old text works on."""

    overlap = forms.ChoiceField(
        label=gettext_lazy("Overlap"),
        choices=[
            ("24", gettext_lazy("24 hours")),
            ("1", gettext_lazy("1 hour")),
            ("0", gettext_lazy("None, stop it now")),
        ],
        initial="24",
    )

    @property
    def length(self) -> timedelta:
        return timedelta(hours=int(self.cleaned_data["overlap"]))


class TypedNameForm(forms.Form):
    """Typing the name is what confirms it."""

    typed_name = forms.CharField(
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True})
    )

    def __init__(self, name: str, *args: Any, wrong: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.name = name.strip()
        self.wrong = wrong or _("That is not the name of this key.")
        label = _("Type %(name)s to confirm") % {"name": name}
        self.fields["typed_name"].label = label

    def clean_typed_name(self) -> str:
        typed: str = self.cleaned_data["typed_name"]
        if typed != self.name:
            raise forms.ValidationError(self.wrong)
        return typed
