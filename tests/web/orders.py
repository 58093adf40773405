"""Orders as rows, for pages that only read them."""

import hashlib
import io
from datetime import timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image

from accounts.ids import id_of, new_id
from billing.ledger import MICRO, wallet_of
from billing.models import StripePayment
from playground.generation.links import EXTENSIONS
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


def a_painted_picture_of(order, position=0, *, data=None, image_format="png"):
    """Store one delivered picture of an order, file and all."""
    data = data or a_file(image_format)
    picture_id = new_id("pic")
    extension = EXTENSIONS[image_format]
    name = default_storage.save(f"kept/{picture_id}.{extension}", ContentFile(data))
    return Picture.objects.create(
        id=picture_id,
        generation=order,
        account_id=order.account_id,
        position=position,
        file=name,
        sha256=hashlib.sha256(data).hexdigest(),
        format=image_format,
        width=96,
        height=96,
        bytes=len(data),
        seed=4711,
        created_at=order.created_at,
    )


def a_file(image_format):
    """Return a small picture's bytes: a slope from dark to light."""
    file = io.BytesIO()
    slope = Image.linear_gradient("L").resize((96, 96)).convert("RGB")
    slope.save(file, image_format.upper())
    return file.getvalue()


def a_payment_on_its_way(account):
    return StripePayment.objects.create(
        wallet=wallet_of(account.pk),
        pack="usd-500",
        credits=240,
        amount_minor=500,
        currency="usd",
        status="processing",
    )
