"""How far credits go: about how many pictures they paint with an account's usual model.

The price is the engine's own, of a picture as the model makes it when nobody says more,
at the account's price level.
"""

from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.utils.translation import ngettext

from accounts.models import AccessGroup, Account
from billing.ledger import MICRO
from playground.generation.catalogue import catalogue
from playground.generation.models import Generation
from playground.generation.offered import Model
from playground.generation.price import listed
from playground.web.templatetags.easel import number

LOOKED_AT = 50


@dataclass(frozen=True, slots=True)
class Reach:
    """What a picture costs: with which model, at which size."""

    model: str
    tier: str
    price_microcredits: int

    def words(self, credits: int) -> str:
        """Say what so many credits paint, or nothing if that is not even one picture."""
        count = credits * MICRO // self.price_microcredits
        if not count:
            return ""
        said = ngettext(
            "%(credits)s credits paint about %(count)s picture with %(model)s at %(tier)s.",
            "%(credits)s credits paint about %(count)s pictures with %(model)s at"
            " %(tier)s.",
            count,
        )
        return said % {
            "credits": number(credits),
            "count": number(count),
            "model": self.model,
            "tier": self.tier,
        }


def reach_of(account: Account) -> Reach | None:
    """Price a usual picture for an account; where everything is free there is no reach."""
    for model in (lately_painted_with(account), first_offered()):
        if model and (found := priced(model, account.group)):
            return found
    return None


def lately_painted_with(account: Account) -> Model | None:
    """Return the model of the newest order that cost something and is still known."""
    newest = Generation.objects.filter(account=account, is_test=False)
    recent = newest.order_by("-created_at", "-id")[:LOOKED_AT]
    known = {model.id: model for model in catalogue().models if not model.is_retired}
    for name, price in recent.values_list("model", "unit_price_microcredits"):
        if price and name in known:
            return known[name]
    return None


def first_offered() -> Model | None:
    """Return what the playground begins with, or else the first model there is."""
    models = [model for model in catalogue().models if not model.is_retired]
    usual = (one for one in models if one.id == settings.DEFAULT_MODEL)
    return next(usual, models[0] if models else None)


def priced(model: Model, group: AccessGroup) -> Reach | None:
    """Return the price of a model's usual size and quality, where that has one."""
    multiplier = model.multiplier_for(group.pk, Decimal(group.multiplier))
    for painted, price in listed(model, multiplier):
        is_usual = painted.quality in (None, model.qualities.default)
        if painted.tier == model.default_tier and is_usual and price:
            return Reach(model.name, painted.tier, price)
    return None
