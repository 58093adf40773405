"""The street: every simulated provider in one small server, each under its own name.

    with open_street() as street:
        street.gemini.url     # http://127.0.0.1:40123/gemini
        street.gemini.asked   # the POSTs it saw, oldest first

It is an aiohttp server and no ASGI application, because providers also reset
connections, and an ASGI application cannot.
"""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import web

from tests.upstreams import ark, fal, gemini, openai_shop, replicate
from tests.upstreams.ark import ArkShop
from tests.upstreams.fal import FalShop
from tests.upstreams.gemini import GeminiShop
from tests.upstreams.openai_shop import OpenAIShop
from tests.upstreams.replicate import ReplicateShop
from tests.upstreams.shop import Shop

# What lets Easel in at each shop, and where below its address the API begins.
DOORS = {
    "gemini": (gemini.KEY, "/v1beta"),
    "vertex": (gemini.KEY, ""),
    "openai": (openai_shop.KEY, "/v1"),
    "fal": (fal.KEY, ""),
    "replicate": (replicate.TOKEN, ""),
    "ark": (ark.KEY, "/api/v3"),
    "byteplus": (ark.KEY, "/api/v3"),
}


class Street:
    """The shops, and the server they stand in."""

    def __init__(self, *, is_open_to_all: bool = False) -> None:
        self.gemini = GeminiShop("gemini")
        self.vertex = GeminiShop("vertex")
        self.fal = FalShop("fal")
        self.replicate = ReplicateShop("replicate")
        self.openai = OpenAIShop("openai")
        self.ark = ArkShop("ark")
        self.byteplus = ArkShop("byteplus")
        self._ready = threading.Event()
        for shop in self.shops:
            shop.is_open_to_all = is_open_to_all

    @property
    def accesses(self) -> dict[str, dict]:
        """What Easel's settings say of each provider so that it comes here."""
        return {
            name: {
                "secret": key,
                "base_url": getattr(self, name).url + below,
                "is_local": True,
            }
            for name, (key, below) in DOORS.items()
        }

    @property
    def shops(self) -> list[Shop]:
        return [one for one in vars(self).values() if isinstance(one, Shop)]

    def forget(self) -> None:
        for shop in self.shops:
            shop.seen.clear()

    async def serve(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Serve until `close` is called from any thread."""
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        app = web.Application(client_max_size=256 * 1024 * 1024)
        for shop in self.shops:
            app.router.add_routes(shop.routes())
        runner = web.AppRunner(
            app, shutdown_timeout=0.1, handle_signals=False, access_log=None
        )
        await runner.setup()
        site = web.TCPSite(runner, host, port)
        await site.start()
        self.stands_at(f"http://{host}:{site._server.sockets[0].getsockname()[1]}")
        self._ready.set()
        await self._ended.wait()
        await runner.cleanup()

    def stands_at(self, origin: str) -> None:
        for shop in self.shops:
            shop.url = f"{origin}/{shop.name}"

    def wait_until_open(self) -> None:
        if not self._ready.wait(10):
            raise RuntimeError("The street did not open.")

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)


@contextmanager
def open_street(*, is_open_to_all: bool = False) -> Iterator[Street]:
    """Open the street on a free port, in a thread of its own, and close it afterwards."""
    street = Street(is_open_to_all=is_open_to_all)
    thread = threading.Thread(target=lambda: asyncio.run(street.serve()), daemon=True)
    thread.start()
    street.wait_until_open()
    try:
        yield street
    finally:
        street.close()
        thread.join(10)
