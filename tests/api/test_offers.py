"""Clients that offer HTTP/2 with a request, as Java's does, are answered in HTTP/1.1."""

import json
import socket
from http.client import HTTPResponse
from urllib.parse import urlsplit

import pytest

from tests.services.site import Client

OFFER = (
    "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAA"
)
ASKED = {"model": "sketch-1", "prompt": "a fox", "resolution": "0.5K", "dry_run": True}
BODY = json.dumps(ASKED).encode()
HALF = len(BODY) // 2
LENGTH = f"Content-Length: {len(BODY)}"
CHUNKED = "Transfer-Encoding: chunked"


def head(line: str, secret: str, *more: str) -> bytes:
    named = ("Host: 127.0.0.1", f"Authorization: Bearer {secret}", OFFER, *more)
    return "\r\n".join((f"{line} HTTP/1.1", *named, "", "")).encode()


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


@pytest.fixture
def line(api: Client):
    """One connection to the site."""
    parts = urlsplit(api.base_url)
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield line


def answered(line, *pieces):
    """Send pieces one by one; return what is answered."""
    for piece in pieces:
        line.sendall(piece)
    answer = HTTPResponse(line)
    answer.begin()
    return answer.status, json.loads(answer.read())


@pytest.mark.parametrize(
    ("length", "pieces"),
    [
        (LENGTH, [BODY]),
        (LENGTH, [BODY[:HALF], BODY[HALF:]]),
        (CHUNKED, [chunk(BODY[:HALF]), chunk(BODY[HALF:]), chunk(b"")]),
    ],
)
def test_a_request_that_offers_http_2_is_read_whole(line, alice, length, pieces):
    form = "Content-Type: application/json"
    asked = head("POST /v1/images/generations", alice.secret, form, length)

    for sent in ([asked, *pieces], [asked + b"".join(pieces)]):
        status, quote = answered(line, *sent)
        assert (status, quote["unit_price"]["credits"]) == (200, 1)


def test_one_connection_is_kept_with_and_without_an_offer(line, alice):
    offering = head("GET /v1/balance", alice.secret)
    plain = offering.replace(OFFER.encode(), b"X-Nothing: offered")

    answers = [answered(line, one)[0] for one in (offering, plain, offering)]
    assert answers == [200, 200, 200]
