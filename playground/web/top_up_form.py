"""The form of a wallet's auto top-up: when, what, and how much money at most."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.activity import Facts
from billing.cards import cards_of
from billing.cash import cash, cash_in_words, credits_in_digits, minor_in
from billing.ledger import MICRO
from billing.models import TopUpRule, Wallet
from billing.packs import Pack, find_pack, packs
from playground.web.templatetags.easel import number

State = TopUpRule.State
MOST_CREDITS = 1_000_000
NUMBER = {"inputmode": "decimal", "autocomplete": "off", "class": "input num"}
# What a rule begins with, in packs.
PACKS_A_DAY, PACKS_A_MONTH = 2, 5
FIRST_THRESHOLD = 100


class MoneyField(forms.CharField):
    """An amount as people write it, in a currency's smallest unit."""

    widget = forms.TextInput(attrs=NUMBER)

    def clean(self, value: Any) -> int:
        minor = minor_in(super().clean(value))
        if not minor:
            raise forms.ValidationError(_("Write an amount, such as 100.00."))
        return minor


class RuleForm(forms.Form):
    """One wallet's rule; without script it is sent as a whole."""

    is_on = forms.BooleanField(required=False, label=gettext_lazy("Auto top-up"))
    threshold = forms.DecimalField(
        label=gettext_lazy("When below"),
        min_value=1,
        max_value=MOST_CREDITS,
        decimal_places=6,
        widget=forms.TextInput(attrs=NUMBER),
    )
    pack = forms.ChoiceField(
        label=gettext_lazy("Add"), widget=forms.Select(attrs={"class": "input"})
    )
    card = forms.ChoiceField(
        label=gettext_lazy("From"),
        required=False,
        widget=forms.Select(attrs={"class": "input"}),
    )
    daily_cap = MoneyField(label=gettext_lazy("At most each day"))
    monthly_cap = MoneyField(label=gettext_lazy("At most each month"))

    def __init__(self, data: Any = None, *, wallet: Wallet) -> None:
        self.wallet = wallet
        self.rule: TopUpRule | None = getattr(wallet, "top_up", None)
        super().__init__(data, initial=facts_of(self.rule), prefix="top_up")
        self.choice("pack").choices = [(pack.id, words_for(pack)) for pack in packs()]
        self.cards = cards_of(wallet)
        self.choice("card").choices = [
            ("", _("The default card")),
            *((card.pk, str(card)) for card in self.cards),
        ]

    def choice(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        return field

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        pack = find_pack(said.get("pack", ""))
        for cap in ("daily_cap", "monthly_cap"):
            if pack and cap in said and said[cap] < pack.amount_minor:
                price = cash(pack.amount_minor, pack.currency)
                text = _("At least one pack must fit: %(price)s.") % {"price": price}
                self.add_error(cap, text)
        if said.get("is_on") and not self.cards:
            self.add_error("is_on", _("Save a card first, then switch it on."))
        return said

    def save(self) -> TopUpRule:
        """Write the rule; switching it on begins afresh."""
        said = self.cleaned_data
        was_on = self.rule is not None and self.rule.state == State.ON
        changes: dict[str, Any] = {
            "threshold": int(said["threshold"] * MICRO),
            "pack": said["pack"],
            "payment_method_id": said["card"] or None,
            "daily_cap": said["daily_cap"],
            "monthly_cap": said["monthly_cap"],
            "state": State.ON if said["is_on"] else State.OFF,
        }
        if said["is_on"] and not was_on:
            changes |= {"failures": 0, "retry_at": None, "last_error": ""}
        rule, _is_new = TopUpRule.objects.update_or_create(
            account=self.wallet, defaults=changes
        )
        return rule


def in_words(rule: TopUpRule | None) -> Facts:
    """Say how a rule stands, as people read it; of no rule there is nothing to say."""
    if rule is None:
        return {}
    pack = find_pack(rule.pack)
    currency = pack.currency if pack else rule.pack.partition("-")[0]
    card = rule.payment_method
    return {
        gettext_lazy("Auto top-up"): State(rule.state).label,
        gettext_lazy("When below"): credits_in_digits(Decimal(rule.threshold) / MICRO),
        gettext_lazy("Add"): pack_in_words(pack) if pack else rule.pack,
        gettext_lazy("From"): str(card) if card else gettext_lazy("The default card"),
        gettext_lazy("At most each day"): cash_in_words(rule.daily_cap, currency),
        gettext_lazy("At most each month"): cash_in_words(rule.monthly_cap, currency),
    }


def facts_of(rule: TopUpRule | None) -> dict[str, Any]:
    """What stands in the form: the rule, or something to begin with."""
    if rule is None:
        on_sale = packs()
        pack = on_sale[len(on_sale) // 2] if on_sale else None
        price = pack.amount_minor if pack else 0
        return {
            "threshold": FIRST_THRESHOLD,
            "pack": pack.id if pack else "",
            "daily_cap": written(price * PACKS_A_DAY),
            "monthly_cap": written(price * PACKS_A_MONTH),
        }
    return {
        "is_on": rule.state == State.ON,
        "threshold": f"{Decimal(rule.threshold) / MICRO:f}",
        "pack": rule.pack,
        "card": rule.payment_method_id or "",
        "daily_cap": written(rule.daily_cap),
        "monthly_cap": written(rule.monthly_cap),
    }


def written(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02}"


def words_for(pack: Pack) -> str:
    price = cash(pack.amount_minor, pack.currency)
    return _("%(credits)s credits, %(price)s") % {
        "credits": number(pack.credits),
        "price": price,
    }


pack_in_words = lazy(words_for, str)
