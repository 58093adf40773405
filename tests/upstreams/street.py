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

from tests.upstreams.ark import ArkShop
from tests.upstreams.fal import FalShop
from tests.upstreams.gemini import GeminiShop
from tests.upstreams.openai_shop import OpenAIShop
from tests.upstreams.replicate import ReplicateShop
from tests.upstreams.shop import Shop


class Street:
    """The shops, and the server they stand in."""

    def __init__(self) -> None:
        self.gemini = GeminiShop("gemini")
        self.vertex = GeminiShop("vertex")
        self.fal = FalShop("fal")
        self.replicate = ReplicateShop("replicate")
        self.openai = OpenAIShop("openai")
        self.ark = ArkShop("ark")
        self.byteplus = ArkShop("byteplus")
        self._ready = threading.Event()

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
        port = site._server.sockets[0].getsockname()[1]
        for shop in self.shops:
            shop.url = f"http://{host}:{port}/{shop.name}"
        self._ready.set()
        await self._ended.wait()
        await runner.cleanup()

    def wait_until_open(self) -> None:
        if not self._ready.wait(10):
            raise RuntimeError("The street did not open.")

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)


@contextmanager
def open_street() -> Iterator[Street]:
    """Open the street on a free port, in a thread of its own, and close it afterwards."""
    street = Street()
    thread = threading.Thread(target=lambda: asyncio.run(street.serve()), daemon=True)
    thread.start()
    street.wait_until_open()
    try:
        yield street
    finally:
        street.close()
        thread.join(10)
