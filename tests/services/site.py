"""The real site on a real port, in the test process: both share one database."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection
from typing import Any, Protocol
from urllib.parse import urlsplit

import uvicorn

from tests.services.ports import wait_until


class HasSecret(Protocol):
    secret: str


@dataclass(frozen=True)
class Site:
    """Where the site is."""

    base_url: str


@dataclass(frozen=True)
class Answer:
    """What came back over the wire."""

    status_code: int
    headers: Message
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """A caller without a browser. `as_` is who calls: one of the cast, or a key's text.

    Each call has a connection of its own, so threads may share a client.
    """

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url

    def post(
        self, path: str, *, as_: HasSecret | str | None = None, **body: Any
    ) -> Answer:
        """POST the keywords as a JSON object."""
        headers = {"Content-Type": "application/json"}
        return self.request(
            "POST", path, as_=as_, data=json.dumps(body), headers=headers
        )

    def get(
        self, path: str, *, as_: HasSecret | str | None = None, **headers: str
    ) -> Answer:
        """GET a path or URL of ours; `if_none_match="…"` sends that header."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.request("GET", path, as_=as_, headers=named)

    def request(
        self,
        method: str,
        path: str,
        *,
        as_: HasSecret | str | None = None,
        data: str | bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Send exactly this. Redirects are not followed."""
        headers = dict(headers or {})
        if as_ is not None:
            secret = as_ if isinstance(as_, str) else as_.secret
            headers["Authorization"] = f"Bearer {secret}"
        connection = HTTPConnection(urlsplit(self.base_url).netloc, timeout=60)
        try:
            connection.request(method, path.removeprefix(self.base_url), data, headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.msg, answer.read())
        finally:
            connection.close()


@contextmanager
def running_site() -> Iterator[Site]:
    """Serve `playground.asgi` with uvicorn from a thread, until the block ends."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        "playground.asgi:application",
        http="playground.http1:Http1",
        log_config=None,
        proxy_headers=False,
        timeout_graceful_shutdown=3,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    try:
        wait_until(lambda: server.started or not thread.is_alive(), "the site")
        assert server.started, "The site did not start: see the log above."
        yield Site(f"http://127.0.0.1:{listener.getsockname()[1]}")
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listener.close()
