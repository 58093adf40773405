"""What a page is about, in the words search engines read: schema.org, as JSON-LD."""

from decimal import Decimal
from typing import Any

from billing.packs import packs, paid_per_credit
from playground.generation.channels import connected
from playground.generation.offered import Model
from playground.generation.price import MICROCREDITS, listed

Json = dict[str, Any]
SCHEMA = {"@context": "https://schema.org"}
IN_STOCK, OUT_OF_STOCK = "https://schema.org/InStock", "https://schema.org/OutOfStock"


def product(model: Model, *, address: str, card: str) -> Json:
    """A model as something that is sold: its prices are the list's, in money.

    A credit costs the most in the smallest pack, and that is the one reckoned with. Where
    no pack is sold, nothing is said of prices.
    """
    about = SCHEMA | {
        "@type": "Product",
        "name": model.name,
        "sku": model.id,
        "description": model.description,
        "category": "Image generation API",
        "brand": {"@type": "Brand", "name": model.vendor},
        "url": address,
        "image": card,
    }
    offers = offers_of(model)
    if not offers:
        return about
    prices = [Decimal(offer["price"]) for offer in offers]
    together = {
        "@type": "AggregateOffer",
        "priceCurrency": offers[0]["priceCurrency"],
        "lowPrice": str(min(prices)),
        "highPrice": str(max(prices)),
        "offerCount": len(offers),
        "offers": offers,
    }
    return about | {"offers": together}


def offers_of(model: Model) -> list[Json]:
    """One offer for each tier and quality that has a price."""
    paid = paid_per_credit(packs())
    if paid is None or model.is_retired:
        return []
    there = any(offer.provider in connected() for offer in model.offers)
    return [
        {
            "@type": "Offer",
            "name": " ".join(filter(None, (kind.tier, kind.quality))),
            "price": f"{price * paid.per_credit / MICROCREDITS:.4f}",
            "priceCurrency": paid.currency.upper(),
            "availability": IN_STOCK if there else OUT_OF_STOCK,
        }
        for kind, price in listed(model, Decimal(1))
    ]
