"""An order with its money, as the books write it: held, painted, charged."""

import hashlib

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.ids import new_id
from billing.ledger import MICRO
from playground.generation.books import Close, Open
from playground.generation.entries import AttemptRow, PictureRow
from playground.generation.models import Generation
from playground.generation.studio import in_studio, studio
from tests.web.orders import A_FOX, a_file


async def written(operation):
    return await studio().books.do(operation)


def a_charged_order(account, *, credits, delivered=1, **facts):
    """Write an order that a provider failed and another one painted, and charge it."""
    usual = {
        "id": new_id("img"),
        "lane": "api",
        "endpoint": "images.generations",
        "prompt": "a fox",
    }
    order = Generation(
        account_id=account.pk,
        group_id="standard",
        model="sketch-1",
        request=A_FOX.to_json(),
        n=delivered,
        unit_price_microcredits=credits * MICRO,
        state="running",
        claim="me",
        **usual | facts,
    )
    assert in_studio(written(Open(order, 60)))
    rows = tuple(a_row(position) for position in range(delivered))
    tries = (
        a_try("openai", outcome="broken", status=502, reason="Bad gateway"),
        a_try("sketch", pictures=delivered, status=200, cost_microusd=40_000),
    )
    end = {"from_state": "running", "claim": "me", "state": "succeeded"}
    end |= {"provider": "sketch", "pictures": rows, "attempts": tries}
    assert in_studio(written(Close(order.id, **end)))
    return Generation.objects.get(pk=order.pk)


def a_try(provider, **facts):
    usual = {"upstream": "sketch-1", "outcome": "succeeded", "duration_ms": 700}
    return AttemptRow(provider=provider, started_at=timezone.now(), **usual | facts)


def a_row(position):
    data, picture_id = a_file("png"), new_id("pic")
    name = default_storage.save(f"kept/{picture_id}.png", ContentFile(data))
    return PictureRow(
        id=picture_id,
        position=position,
        file=name,
        sha256=hashlib.sha256(data).hexdigest(),
        format="png",
        width=96,
        height=96,
        bytes=len(data),
        seed=7,
        revised_prompt="",
        expires_at=None,
    )
