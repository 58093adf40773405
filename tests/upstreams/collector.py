"""A collector of traces: takes OTLP over HTTP and keeps what it was sent."""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
)


class Collector(ThreadingHTTPServer):
    """The server, and every span and byte it got."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Taker)
        self.spans: list[Any] = []
        self.roles: dict[bytes, str] = {}
        self.bytes = b""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1/traces"

    def keep(self, body: bytes) -> None:
        self.bytes += body
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            facts = words_of(resource.resource)
            for scope in resource.scope_spans:
                self.spans += scope.spans
                for span in scope.spans:
                    self.roles[span.span_id] = facts["service.namespace"]

    def named(self, name: str) -> list[Any]:
        return [span for span in self.spans if span.name == name]


class Taker(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        self.server.keep(body)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """It says nothing."""


def words_of(one: Any) -> dict[str, Any]:
    """Return attributes as they were said."""
    return {
        each.key: getattr(each.value, each.value.WhichOneof("value"))
        for each in one.attributes
    }


@contextmanager
def collector() -> Iterator[Collector]:
    server = Collector()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()
