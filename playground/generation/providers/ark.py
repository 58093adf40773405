"""Seedream at Volcengine Ark and BytePlus: OpenAI's shape with habits of its own.

There is no `n`: each call paints one picture, and edits go to the same address with the
pictures in JSON. Which fields a model knows differs, so its offer names them all.
"""

from functools import partial

from playground.generation.providers.base import Access, Trade
from playground.generation.providers.compatible import CompatibleProvider
from playground.generation.providers.servers import (
    ENDPOINT,
    CompatibleServer,
    normalised,
)

CHINA = "https://ark.cn-beijing.volces.com/api/v3"
ABROAD = "https://ark.ap-southeast.bytepluses.com/api/v3"
NOTHING_BY_ITSELF: frozenset[str] = frozenset()  # the catalogue's offers name all


def opened(access: Access, *, name: str, home: str) -> CompatibleProvider:
    server = CompatibleServer(
        name=name,
        base_url=normalised(access.base_url or home),
        api_key=access.secret,
        is_local=access.is_local,
        fields=NOTHING_BY_ITSELF,
        edits="json:image",
        edits_endpoint=ENDPOINT,
    )
    return CompatibleProvider(server)


ARK = Trade(
    "ark", "Volcengine Ark", partial(opened, name="ark", home=CHINA), edits=True
)
BYTEPLUS = Trade(
    "byteplus", "BytePlus", partial(opened, name="byteplus", home=ABROAD), edits=True
)
