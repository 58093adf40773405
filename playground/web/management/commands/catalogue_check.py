"""`catalogue_check`: what each model earns, tier by tier and group by group.

Cash is what is left of the pack with the most credits for its dollars after the card's
fees. A model that is under cost at the list price is an error, and the command ends
with 1. A group that sells below cost is the operator's choice, and is named.
"""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import AccessGroup
from billing.packs import Pack, most_generous, packs
from playground.generation.catalogue import catalogue
from playground.generation.margins import TierMargin, Verdict, judged

Groups = Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Check:
    """Every verdict, and what it was reached with."""

    verdicts: tuple[Verdict, ...]
    groups: Groups
    pack: Pack

    @property
    def usd_per_credit(self) -> Decimal:
        return self.pack.earned_minor_per_credit / 100

    @property
    def red(self) -> list[str]:
        return [one.model.id for one in self.verdicts if one.is_under_cost]

    @property
    def below(self) -> dict[str, list[str]]:
        """The groups that sell under cost, and what."""
        found = {
            slug: [
                one.model.id
                for one in self.verdicts
                if one.is_under_cost_for(multiplier)
            ]
            for slug, multiplier in self.groups.items()
        }
        return {slug: models for slug, models in found.items() if models}


class Command(BaseCommand):
    help = "Check every model's prices against what its offers cost."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        check = checked()
        if options["json"]:
            self.stdout.write(json.dumps(in_json(check), indent=1))
        else:
            for line in in_words(check):
                self.stdout.write(
                    self.style.ERROR(line) if line.startswith("RED") else line
                )
        if check.red:
            sys.exit(1)


def checked() -> Check:
    """Judge the whole catalogue by the packs and groups there are."""
    pack = most_generous(packs())
    if pack is None:
        raise CommandError("EASEL_PACKS sells nothing in usd, so nothing compares.")
    if pack.earned_minor_per_credit <= 0:
        raise CommandError("EASEL_PACKS has a pack that the card's fees eat up.")
    groups = dict(
        AccessGroup.objects.order_by("-multiplier", "slug").values_list(
            "slug", "multiplier"
        )
    )
    usd = pack.earned_minor_per_credit / 100
    verdicts = (judged(model, usd) for model in catalogue().models)
    return Check(tuple(verdicts), groups, pack)


def in_words(check: Check) -> Iterator[str]:
    pack = f"${Decimal(check.pack.amount_minor) / 100} for {check.pack.credits} credits"
    yield (
        f"A credit earns ${check.usd_per_credit:.5f} after card fees, in the pack that"
        f" gives the most of them: {pack}."
    )
    for verdict in check.verdicts:
        yield from paragraph(verdict, check.groups)
    yield from summary(check)


def paragraph(verdict: Verdict, groups: Groups) -> Iterator[str]:
    model = verdict.model
    providers = " ".join(dict.fromkeys(offer.provider for offer in model.offers))
    verb = "ended" if model.is_retired else "ends"
    ends = f", {verb} {model.lifecycle.shutdown}" if model.lifecycle.shutdown else ""
    yield ""
    yield f"{model.id} ({model.lifecycle.status}{ends}): {providers or 'no offers'}"
    for tier in verdict.tiers:
        yield tier_line(tier, groups)
    for provider, tiers in verdict.dear.items():
        yield f"  {provider} alone asks more than the price at {', '.join(tiers)}"
    for fact in verdict.unknown:
        yield f"  unknown: {fact}"


def tier_line(tier: TierMargin, groups: Groups) -> str:
    margins = ", ".join(
        f"{slug} {percent(tier.share(multiplier))}"
        for slug, multiplier in groups.items()
    )
    return (
        f"{'RED ' if tier.is_under_cost() else '  '}{tier.tier:<5}"
        f" {tier.credits.normalize():f} credits ${tier.earned_usd:.4f}"
        f" - {tier.provider} ${tier.cost_usd:.4f}{worst_case(tier)}: {margins}"
    )


def worst_case(tier: TierMargin) -> str:
    """Say in which case this is, where it is not the plain one."""
    case = tier.case
    said = [
        case.painted.quality,
        f"{case.references} references" if case.references else None,
        "a search" if case.searches else None,
    ]
    told = ", ".join(filter(None, said))
    return f" ({told})" if told else ""


def percent(share: Decimal | None) -> str:
    return "free" if share is None else f"{share * 100:+.1f} %"


def summary(check: Check) -> Iterator[str]:
    models = [one.model for one in check.verdicts]
    retired = sum(model.is_retired for model in models)
    offers = sum(len(model.offers) for model in models)
    facts = sum(len(one.unknown) for one in check.verdicts)
    yield ""
    yield (
        f"{len(models) - retired} models with {offers} offers, {retired} retired,"
        f" all priced; {facts} facts unknown."
    )
    for slug, below in check.below.items():
        multiplier = check.groups[slug].normalize()
        yield (
            f"Group {slug} (x{multiplier:f}) sells {len(below)} models under cost,"
            f" as its operator chose: {', '.join(below)}."
        )
    if check.red:
        yield f"RED Under cost at the list price: {', '.join(check.red)}."


def in_json(check: Check) -> dict[str, Any]:
    return {
        "usd_per_credit": float(check.usd_per_credit),
        "pack": {
            "usd": float(Decimal(check.pack.amount_minor) / 100),
            "credits": check.pack.credits,
        },
        "is_red": bool(check.red),
        "red": check.red,
        "groups_below_cost": check.below,
        "models": [model_in_json(one, check.groups) for one in check.verdicts],
    }


def model_in_json(verdict: Verdict, groups: Groups) -> dict[str, Any]:
    model = verdict.model
    return {
        "id": model.id,
        "status": model.lifecycle.status,
        "is_priced": True,
        "is_red": verdict.is_under_cost,
        "offers": [
            {
                "provider": offer.provider,
                "upstream": offer.upstream,
                "is_priced": offer.cost_usd is not None,
            }
            for offer in model.offers
        ],
        "tiers": [tier_in_json(tier, groups) for tier in verdict.tiers],
        "dearer_than_the_price": {
            name: list(tiers) for name, tiers in verdict.dear.items()
        },
        "unknown": list(verdict.unknown),
    }


def tier_in_json(tier: TierMargin, groups: Groups) -> dict[str, Any]:
    shares = {slug: tier.share(multiplier) for slug, multiplier in groups.items()}
    return {
        "tier": tier.tier,
        "quality": tier.case.painted.quality,
        "references": tier.case.references,
        "searches": tier.case.searches,
        "credits": float(tier.credits),
        "earned_usd": float(tier.earned_usd),
        "cheapest_provider": tier.provider,
        "cost_usd": float(tier.cost_usd),
        "margins": {
            slug: None if share is None else round(float(share), 4)
            for slug, share in shares.items()
        },
    }
