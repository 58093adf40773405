"""Pictures by their address: which addresses are gone to, and which never."""

import asyncio
import base64
import socket
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from PIL import Image

from playground.generation.errors import BadRequest, TooLarge
from playground.generation.fetching import Reach, fetch_picture
from playground.generation.providers.internet import (
    PrivateAddress,
    is_public,
    public_socket,
)
from tests.generation.files_of_strangers import saved

PICTURE = saved(Image.new("RGB", (5, 4), "red"))
NEAR = {"schemes": ("http", "https"), "ports": None}
NEAR_HOST = "127.0.0.1"
HERE = Reach(**NEAR, near=(NEAR_HOST,), timeout_seconds=5)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("1.1.1.1", True),
        ("100.63.255.255", True),
        ("100.128.0.0", True),
        ("172.15.255.255", True),
        ("172.32.0.0", True),
        ("223.255.255.255", True),
        ("2606:4700:4700::1111", True),
        ("2a00:1450:4001:81b::200e", True),
        ("0.0.0.0", False),
        ("0.1.2.3", False),
        ("10.0.0.1", False),
        ("100.64.0.1", False),
        ("100.100.100.200", False),
        ("127.0.0.1", False),
        ("127.255.255.254", False),
        ("168.63.129.16", False),
        ("169.254.169.254", False),
        ("172.16.0.1", False),
        ("172.31.255.255", False),
        ("192.0.0.192", False),
        ("192.0.2.1", False),
        ("192.88.99.1", False),
        ("192.168.1.1", False),
        ("198.18.0.1", False),
        ("198.51.100.1", False),
        ("203.0.113.1", False),
        ("224.0.0.1", False),
        ("239.255.255.255", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("::7f00:1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:8.8.8.8", False),
        ("::ffff:0:8.8.8.8", False),
        ("64:ff9b::8.8.8.8", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b:1::1", False),
        ("100::1", False),
        ("2001::1", False),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", False),
        ("2001:2::1", False),
        ("2001:10::1", False),
        ("2001:20::1", False),
        ("2001:db8::1", False),
        ("2002:7f00:1::", False),
        ("2002:808:808::", False),
        ("3fff::1", False),
        ("5f00::1", False),
        ("fc00::1", False),
        ("fd00:ec2::254", False),
        ("fe80::1", False),
        ("fe80::1%eth0", False),
        ("fec0::1", False),
        ("ff02::1", False),
        ("ff0e::1", False),
    ],
)
def test_only_addresses_of_the_public_internet_are_public(address, public):
    assert is_public(address) == public


@pytest.mark.parametrize("address", ["64:ff9b::808:808", "::ffff:8.8.8.8", "10.0.0.1"])
def test_no_socket_is_made_for_what_is_not_public(address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET

    with pytest.raises(PrivateAddress):
        public_socket((family, socket.SOCK_STREAM, 6, "", (address, 443)))


class Server:
    """A server of a stranger's, and what it was asked for."""

    def __init__(self):
        self.asked: list[web.Request] = []
        self.port = 0

    def url(self, path: str, host="127.0.0.1") -> str:
        return f"http://{host}:{self.port}/{path}"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        path, _, rest = request.match_info["path"].partition("/")
        return await getattr(self, path.replace(".", "_"))(request, rest)

    async def a_png(self, request, rest):
        return web.Response(body=PICTURE, content_type="text/plain")

    async def page_html(self, request, rest):
        return web.Response(text="<html>" + "x" * 99, content_type="image/png")

    async def status(self, request, rest):
        return web.Response(status=int(rest), body=PICTURE)

    async def to(self, request, rest):
        return web.Response(status=302, headers={"Location": request.query["url"]})

    async def round(self, request, rest):
        left = int(rest)
        target = f"/round/{left - 1}" if left else "/a.png"
        return web.Response(status=307, headers={"Location": target})

    async def zipped(self, request, rest):
        headers = {"Content-Encoding": "gzip"}
        return web.Response(body=b"\x1f\x8b" + b"\0" * 99, headers=headers)

    async def long(self, request, rest):
        return web.Response(body=PICTURE + b"\0" * 5000)

    async def endless(self, request, rest):
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(PICTURE)
        while True:
            await response.write(b"\0" * 1000)

    async def drops(self, request, rest):
        """A byte now and then, for ever."""
        response = web.StreamResponse()
        await response.prepare(request)
        for byte in PICTURE:
            await response.write(bytes([byte]))
            await asyncio.sleep(0.05)
        return response

    async def cut(self, request, rest):
        response = web.StreamResponse(headers={"Content-Length": "9999"})
        await response.prepare(request)
        await response.write(PICTURE)
        request.transport.close()
        return response


@asynccontextmanager
async def running(host=NEAR_HOST):
    server = Server()
    app = web.Application()
    app.router.add_get("/{path:.*}", server.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    listener = socket.create_server((host, 0))
    server.port = listener.getsockname()[1]
    await web.SockSite(runner, listener).start()
    try:
        yield server
    finally:
        await runner.cleanup()


@pytest.fixture
async def server():
    async with running() as found:
        yield found


async def fetched(address, **options) -> bytes:
    with await fetch_picture(address, **{"reach": HERE, **options}) as file:
        return file.read()


async def refused(address, **options) -> BadRequest:
    with pytest.raises(BadRequest) as caught:
        await fetch_picture(address, **{"reach": HERE, **options})
    assert caught.value.param == options.get("param", "image_url")
    assert caught.value.message.startswith(f"{caught.value.param}: ")
    return caught.value


async def test_a_picture_is_fetched_whatever_its_server_calls_it(server):
    assert await fetched(server.url("a.png")) == PICTURE


async def test_nothing_about_the_caller_goes_along(server, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    await fetched(server.url("a.png"))

    (asked,) = server.asked
    assert not {"Cookie", "Authorization", "Referer"} & set(asked.headers)


async def test_three_redirects_are_followed_and_four_are_not(server):
    assert await fetched(server.url("round/2")) == PICTURE

    assert "redirects too often" in (await refused(server.url("round/3"))).message


@pytest.mark.parametrize("status", [201, 204, 304, 401, 404, 500])
async def test_an_address_without_a_picture_is_named_by_its_status(server, status):
    error = await refused(server.url(f"status/{status}"), param="images[1].image_url")

    assert f"answered {status}" in error.message


@pytest.mark.parametrize("path", ["page.html", "zipped"])
async def test_what_does_not_begin_like_a_picture_is_refused(server, path):
    assert "no picture" in (await refused(server.url(path))).message


@pytest.mark.parametrize("path", ["long", "endless"])
async def test_nobody_sends_more_than_the_limit(server, path):
    small = Reach(**NEAR, near=(NEAR_HOST,), most_bytes=4000)

    assert isinstance(await refused(server.url(path), reach=small), TooLarge)


async def test_a_server_that_drips_is_left_in_time(server):
    hasty = Reach(**NEAR, near=(NEAR_HOST,), timeout_seconds=0.3)

    error = await refused(server.url("drops"), reach=hasty)

    assert "nothing whole arrived" in error.message


async def test_a_picture_that_breaks_off_is_refused(server):
    assert "cannot be reached" in (await refused(server.url("cut"))).message


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"]
)
async def test_a_private_address_is_never_connected_to(server, host):
    error = await refused(server.url("a.png", host=host), reach=Reach(**NEAR))

    assert server.asked == []
    assert "cannot be reached over the public internet" in error.message


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f.0.0.1", "0177.0.0.1"])
async def test_an_address_in_disguise_is_never_connected_to(server, host):
    await refused(server.url("a.png", host=host), reach=Reach(**NEAR))

    assert server.asked == []


@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1/a.png",
        "https://nobody.invalid/a.png",
        "https://169.254.169.254/latest/meta-data",
        "https://[64:ff9b::7f00:1]/a.png",
        "https://[2002:7f00:1::]/a.png",
    ],
)
async def test_all_that_cannot_be_reached_reads_the_same(address):
    error = await refused(address, reach=Reach())

    assert error.message == (
        "image_url: that address cannot be reached over the public internet."
    )


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("http://example.com/a.png", "only https"),
        ("ftp://example.com/a.png", "no web address"),
        ("file://localhost/etc/passwd", "no web address"),
        ("gopher://example.com", "no web address"),
        ("/etc/passwd", "no web address"),
        ("a.png", "no web address"),
        ("", "no web address"),
        ("https://", "no web address"),
        ("https://[::1", "no web address"),
        ("https://example.com:99999/", "no web address"),
        ("https://example.com:8443/a.png", "usual ports"),
        ("https://example.com:22/", "usual ports"),
        ("https://me:secret@example.com/", "user name"),
        ("https://example.com/" + "a" * 9000, "too long"),
    ],
)
async def test_an_address_we_do_not_go_to_is_told_why(address, says):
    error = await refused(address, reach=Reach())

    assert says in error.message
    assert "secret" not in error.message


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("https://example.com/a.png", "only https addresses and data URIs"),
        ("http://127.0.0.1:22/", "usual ports"),
        ("http://me:secret@127.0.0.1/", "user name"),
        ("file://localhost/etc/passwd", "no web address"),
        ("data:image/png;base64,AAAA", "no web address"),
    ],
)
async def test_a_redirect_is_judged_like_a_first_address(server, target, says):
    reach = Reach(schemes=("http",), ports=(server.port, 80), near=(NEAR_HOST,))

    error = await refused(server.url("to?url=" + target), reach=reach)

    assert says in error.message
    assert len(server.asked) == 1


@pytest.mark.parametrize("host", ["127.0.0.2", "localhost.localdomain", "[::1]"])
async def test_a_redirect_into_a_private_network_is_not_followed(server, host):
    """One address is allowed, and sends us on to another that is not."""
    async with running("127.0.0.2") as inner:
        error = await refused(server.url("to?url=" + inner.url("a.png", host=host)))

    assert len(server.asked) == 1
    assert inner.asked == []
    assert "cannot be reached" in error.message


async def test_a_name_is_judged_by_what_it_resolves_to(server):
    """`localhost` is only a name: one of its addresses is allowed here."""
    assert await fetched(server.url("a.png", host="localhost")) == PICTURE


# Data URIs.


@pytest.mark.parametrize(
    "address",
    [
        "data:image/png;base64," + base64.b64encode(PICTURE).decode(),
        "DATA:image/png;BASE64," + base64.b64encode(PICTURE).decode(),
        "data:text/plain;base64," + base64.b64encode(PICTURE).decode(),
        "data:;base64," + base64.urlsafe_b64encode(PICTURE).decode().rstrip("="),
        "data:image/png;base64," + base64.encodebytes(PICTURE).decode(),
    ],
)
async def test_a_data_uri_is_read_however_it_is_spelled(address):
    assert await fetched(address, reach=Reach()) == PICTURE


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("data:", "data:image/png;base64,"),
        ("data:image/png,abc", "data:image/png;base64,"),
        ("data:image/png;base64,abc\u00e9!", "data:image/png;base64,"),
        ("data:image/png;base64,\ud800", "data:image/png;base64,"),
        ("data:image/png;base64,", "no picture"),
        ("data:image/png;base64,aGVsbG8gd29ybGQ=", "no picture"),
        ("data:image/png;base64," + "A" * 20_971_520, "20971520 characters"),
    ],
)
async def test_a_data_uri_without_a_picture_is_refused(address, says):
    assert says in (await refused(address)).message
