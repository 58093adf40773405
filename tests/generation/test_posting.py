"""A POST's answer is read whole, however its server frames it, or not at all."""

import asyncio
import gzip
import socket
from contextlib import asynccontextmanager

import pytest
from yarl import URL

from playground.generation.providers.base import Broken
from playground.generation.providers.wire import Call, Wire

OK = b"HTTP/1.1 200 OK\r\n"
LARGE = bytes(range(256)) * 4096
PACKED = gzip.compress(b"a fox")


def with_length(body, *headers):
    lines = [b"content-length: %d" % len(body), *headers]
    return OK + b"\r\n".join(lines) + b"\r\n\r\n" + body


class Scripted:
    """A server that answers each request with the next of its scripts."""

    def __init__(self, *scripts):
        self.scripts = list(scripts)
        self.connections = 0
        self.asked = []

    async def answer(self, reader, writer):
        self.connections += 1
        try:
            while self.scripts:
                head = await reader.readuntil(b"\r\n\r\n")
                await reader.readexactly(len(b"{}"))
                self.asked.append(head.decode())
                script = self.scripts.pop(0)
                for part in script if isinstance(script, list) else [script]:
                    writer.write(part)
                    await writer.drain()
                    await asyncio.sleep(0)
                if b"content-length" not in b"".join(script[:1] or [b""]).lower():
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def answering(*scripts):
    scripted = Scripted(*[one if isinstance(one, list) else [one] for one in scripts])
    server = await asyncio.start_server(scripted.answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    wire = Wire()

    async def post(**facts):
        known = {"headers": {}, "body": b"{}", "timeout_seconds": 5.0}
        url = URL(f"http://127.0.0.1:{port}/v1?x=1")
        return await wire.send(
            Call(**{"url": url, "most_bytes": 2_000_000, **known, **facts})
        )

    try:
        yield post, scripted
    finally:
        await wire.close()
        server.close()


@pytest.mark.parametrize(
    ("script", "body"),
    [
        ([with_length(b"a fox")], b"a fox"),
        ([with_length(b"")], b""),
        ([with_length(LARGE)], LARGE),
        ([with_length(LARGE)[:700], with_length(LARGE)[700:]], LARGE),
        ([OK + b"transfer-encoding: chunked\r\n\r\n5\r\na fox\r\n0\r\n\r\n"], b"a fox"),
        ([OK + b"\r\na fox"], b"a fox"),
        ([b"HTTP/1.1 100 Continue\r\n\r\n", with_length(b"a fox")], b"a fox"),
        ([with_length(PACKED, b"content-encoding: gzip")], b"a fox"),
        ([b"HTTP/1.0 200 OK\r\n\r\na fox"], b"a fox"),
    ],
    ids="length empty large in-parts chunked to-the-end continue packed old".split(),
)
async def test_a_body_is_read_however_it_is_framed(script, body):
    async with answering(script) as (post, _):
        assert (await post()).body == body


@pytest.mark.parametrize(
    ("script", "ran"),
    [
        (with_length(LARGE)[:-1], "unknown"),
        (OK + b"transfer-encoding: chunked\r\n\r\n5\r\na f", "unknown"),
        (OK + b"content-length: five\r\n\r\na fox", "unknown"),
        (b"", "unknown"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "unknown"),
        (with_length(b"x", b"content-encoding: br"), "unknown"),
        (with_length(bytes(2_000_001)), "yes"),
        (OK + b"\r\n" + bytes(2_000_001), "yes"),
        (
            with_length(gzip.compress(bytes(9_000_000)), b"content-encoding: gzip"),
            "yes",
        ),
    ],
    ids="cut cut-chunk no-length nothing no-http br long endless bomb".split(),
)
async def test_what_is_not_a_whole_answer_is_broken(script, ran):
    async with answering(script) as (post, _):
        with pytest.raises(Broken) as broken:
            await post()
    assert broken.value.ran == ran


async def test_a_connection_is_used_again_after_a_whole_answer():
    async with answering(with_length(b"a fox"), with_length(LARGE)) as (post, server):
        await post()
        await post()
    assert server.connections == 1


async def test_a_server_that_wants_no_more_is_not_asked_on_the_same_connection():
    last = with_length(b"a fox", b"connection: close")
    async with answering(last, with_length(b"a fox")) as (post, server):
        await post()
        await post()
    assert server.connections == 2


async def test_what_comes_after_an_answer_belongs_to_no_other():
    both = with_length(b"a fox") + with_length(b"a wolf")
    async with answering(both, with_length(b"a hare")) as (post, server):
        first, second = await post(), await post()
    assert (first.body, second.body) == (b"a fox", b"a hare")


async def test_the_head_is_what_a_server_needs_and_nothing_more():
    async with answering(with_length(b"a fox")) as (post, server):
        await post(headers={"Authorization": "Bearer secret"})
    lines = server.asked[0].split("\r\n")
    assert lines[0] == "POST /v1?x=1 HTTP/1.1"
    assert sorted(line.partition(":")[0] for line in lines[1:] if line) == [
        "Accept",
        "Accept-Encoding",
        "Authorization",
        "Content-Length",
        "Host",
        "User-Agent",
    ]


async def test_a_header_cannot_smuggle_in_another():
    async with answering(with_length(b"a fox")) as (post, server):
        with pytest.raises(ValueError):
            await post(headers={"x": "y\r\nz: 1"})
    assert server.asked == []


async def test_a_server_that_is_slow_is_left_in_time():
    async with answering([]) as (post, _):
        with socket.create_server(("127.0.0.1", 0)) as mute:
            url = URL(f"http://127.0.0.1:{mute.getsockname()[1]}/")
            with pytest.raises(Broken, match="no answer in time"):
                await post(url=url, timeout_seconds=0.1)
