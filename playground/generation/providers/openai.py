"""OpenAI itself: the server that all the others imitate.

Its GPT image models always answer base64 and refuse `response_format`; pictures to be
edited go as files of a form. It shows previews to those who watch.
"""

from playground.generation.providers.base import Access, Trade
from playground.generation.providers.compatible import CompatibleProvider
from playground.generation.providers.servers import CompatibleServer, normalised

HOME = "https://api.openai.com/v1"
NOTHING_BY_ITSELF: frozenset[str] = frozenset()  # the catalogue's offers name all


def opened(access: Access) -> CompatibleProvider:
    server = CompatibleServer(
        name="openai",
        base_url=normalised(access.base_url or HOME),
        api_key=access.secret,
        is_local=access.is_local,
        fields=NOTHING_BY_ITSELF,
        response_format=None,
        edits="form:image[]",
        has_previews=True,
    )
    return CompatibleProvider(server)


TRADE = Trade("openai", "OpenAI", opened, edits=True, masks=True)
