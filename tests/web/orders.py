"""Orders as rows, for pages that only read them."""

from datetime import timedelta

from django.utils import timezone

from accounts.ids import id_of, new_id
from billing.ledger import MICRO
from playground.generation.models import Generation, Picture
from playground.generation.request import ImageRequest

A_FOX = ImageRequest(
    model="sketch-1",
    prompt="a fox",
    n=1,
    shape="1:1",
    tier="1K",
    width=1024,
    height=1024,
    target_width=1024,
    target_height=1024,
    fit="cover",
    quality=None,
    seed=None,
    negative_prompt=None,
    response_format="url",
    output_format=None,
    output_compression=None,
    requested_size="1024x1024",
)


def an_order(account, *, credits=0, n=1, delivered=1, days_ago=0, **facts):
    """Write an order of this account, finished two seconds after it was asked."""
    asked_at = timezone.now() - timedelta(days=days_ago)
    usual = {
        "lane": "browser",
        "endpoint": "playground",
        "model": "sketch-1",
        "prompt": "a fox",
        "request": A_FOX.to_json(),
        "state": "succeeded",
        "deadline": asked_at,
        "created_at": asked_at,
        "finished_at": asked_at + timedelta(seconds=2),
    }
    return Generation.objects.create(
        id=id_of("img", facts.get("created_at", asked_at)),
        account=account,
        group_id="standard",
        n=n,
        delivered=delivered,
        unit_price_microcredits=credits * MICRO,
        **{**usual, **facts},
    )


def a_picture_of(order):
    """Write one delivered picture of an order."""
    return Picture.objects.create(
        id=new_id("pic"),
        generation=order,
        account_id=order.account_id,
        position=0,
        file="a.png",
        sha256="0" * 64,
        format="png",
        width=64,
        height=64,
        bytes=100,
    )
