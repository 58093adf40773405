"""HTTP/1.1, for whoever offers to speak something newer, too.

Java's client offers HTTP/2 with every first request it sends without TLS. A server may
ignore that (RFC 9110, 7.8) and answer in HTTP/1.1. The parser under uvicorn leaves out the
body of such a request instead, as if the connection were the other protocol's already; so
what it left is read anew, without the offer.
"""

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

OFFER = (b"upgrade", b"http2-settings")


class Http1(HttpToolsProtocol):
    """uvicorn's own protocol, with deaf ears for offers. We serve no WebSocket."""

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as offer:
            if self.is_offered():
                self.data_received(self.head() + data[offer.args[0] :])
        except httptools.HttpParserError:
            self.send_400_response("Invalid HTTP request received.")

    def is_offered(self) -> bool:
        """Say whether what is being read may be read anew: CONNECT alone may not."""
        if not self.parser.should_upgrade():
            return False
        return any(name == b"upgrade" for name, _value in self.headers)

    def head(self) -> bytes:
        """Write what was read of the request, without the offer."""
        version = self.parser.get_http_version().encode()
        first = b"%b %b HTTP/%b" % (self.parser.get_method(), self.url, version)
        kept = [pair for pair in self.headers if pair[0] not in OFFER]
        lines = (b"%b: %b" % pair for pair in kept)
        return b"\r\n".join((first, *lines, b"", b""))

    def on_headers_complete(self) -> None:
        if not self.is_offered():
            super().on_headers_complete()

    def on_message_complete(self) -> None:
        if not self.is_offered():
            super().on_message_complete()
