"""GET /v1/models: what can be asked for here, what it can do, and what it costs.

Prices are the caller's own: the model's, times the multiplier of the key's group.
A filter that fits no model here says what would.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router

from billing.packs import packs, paid_usd_per_credit
from playground.api.answers import amount
from playground.api.schemas import Refusal
from playground.generation.behaviours import behaviours_of
from playground.generation.catalogue import Model, Offer, catalogue
from playground.generation.channels import connected
from playground.generation.errors import BadRequest
from playground.generation.facts import endpoints_of, modes_of, providers_of
from playground.generation.offered import Painted
from playground.generation.price import listed, saving_percent
from playground.generation.quoting import quoted
from playground.generation.request import Buyer

router = Router()

FILTERS: dict[str, Callable[[Model], Iterable[str]]] = {
    "mode": modes_of,
    "tier": lambda model: model.tiers,
    "provider": providers_of,
    "vendor": lambda model: (model.vendor.lower(),),
    "status": lambda model: (model.lifecycle.status,),
}


@router.get("", response={200: dict, 400: Refusal, 401: Refusal})
@router.get("/", response=dict, include_in_schema=False)
async def list_models(request: HttpRequest) -> dict[str, Any]:
    """Every model that can be asked for, or those that fit `?mode=edit&tier=4K`."""
    wanted = {
        name: request.GET[name].strip() for name in FILTERS if request.GET.get(name)
    }
    models = [model for model in catalogue().models if not model.is_retired]
    for name, value in wanted.items():
        check_filter(name, value, models)
    fitting = [model for model in models if fits(model, wanted)]
    return {
        "object": "list",
        "data": [model_out(model, buyer_of(request)) for model in fitting],
    }


@router.get("/{path:name}", response={200: dict, 401: Refusal, 404: Refusal})
async def show_model(request: HttpRequest, name: str) -> dict[str, Any]:
    """One model, by its id, an alias, or a tier variant."""
    return model_out(catalogue().current(name.rstrip("/")).model, buyer_of(request))


def buyer_of(request: HttpRequest) -> Buyer:
    buyer: Buyer = request.auth  # type: ignore[attr-defined]
    return buyer


def check_filter(name: str, value: str, models: list[Model]) -> None:
    """A value that no model has is a slip, not an empty list."""
    known = dict.fromkeys(one for model in models for one in FILTERS[name](model))
    if value.lower() in map(str.lower, known):
        return
    message = _("No model has %(name)s %(value)s; there is %(known)s.")
    words = {"name": name, "value": quoted(value), "known": ", ".join(known)}
    raise BadRequest(message % words, param=name)


def fits(model: Model, wanted: dict[str, str]) -> bool:
    return all(
        value.lower() in map(str.lower, FILTERS[name](model))
        for name, value in wanted.items()
    )


def model_out(model: Model, buyer: Buyer) -> dict[str, Any]:
    """OpenAI's fields, and what Easel knows of the model."""
    life, can = model.lifecycle, model.capabilities
    return {
        "id": model.id,
        "object": "model",
        "created": 0,
        "owned_by": model.vendor.lower(),
        "name": model.name,
        "description": model.description,
        "family": model.family,
        "licence": model.licence,
        "open_weights": model.open_weights,
        "aliases": list(model.aliases),
        "variants": {
            model.id + suffix: tier for suffix, tier in model.variants.items()
        },
        "status": life.status,
        "shutdown_date": life.shutdown.isoformat() if life.shutdown else None,
        "successor": life.successor,
        "is_connected": any(offer.provider in connected() for offer in model.offers),
        "modes": list(modes_of(model)),
        "endpoints": endpoints_of(model),
        "capabilities": {name: getattr(can, name) for name in can.__slots__},
        "tiers": list(model.tiers),
        "shapes": list(model.shapes),
        "sizes": {
            shape: {tier: f"{width}x{height}" for tier, (width, height) in row.items()}
            for shape, row in model.sizes.native.items()
        },
        "qualities": list(model.qualities.values),
        "output_formats": list(model.formats),
        "response_format": model.response_format,
        "n_max": model.n_max,
        "prompt_characters": model.prompt_characters,
        "prices": prices_out(model, buyer),
        "providers": [provider_out(model, offer) for offer in model.offers],
    }


def prices_out(model: Model, buyer: Buyer) -> list[dict[str, Any]]:
    """What one picture of the default shape costs this buyer, by tier and quality."""
    return [
        {
            "tier": painted.tier,
            "quality": painted.quality,
            **amount(microcredits),
            **beside_the_vendor(model, painted, microcredits),
        }
        for painted, microcredits in listed(
            model, model.multiplier_for(buyer.group, buyer.multiplier)
        )
    ]


def beside_the_vendor(
    model: Model, painted: Painted, microcredits: int
) -> dict[str, Any]:
    """The vendor's price, and what this buyer saves on it with any pack, if anything."""
    usd = model.official_usd.amount(painted) if model.official_usd else None
    if usd is None:
        return {"official_usd": None}
    said: dict[str, Any] = {"official_usd": float(usd)}
    paid = paid_usd_per_credit(packs())
    percent = saving_percent(usd, microcredits, paid) if paid else None
    return said | ({"saving_percent": percent} if percent else {})


def provider_out(model: Model, offer: Offer) -> dict[str, Any]:
    return {
        "name": offer.provider,
        "upstream": offer.upstream,
        "is_connected": offer.provider in connected(),
        "parameters": behaviours_of(model, offer),
    }
