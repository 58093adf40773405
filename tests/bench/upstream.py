"""Fake image provider: an HTTP/1.1 server on a bare asyncio protocol.

It answers pre-built bytes, so that it is never the slow part of a measurement.

  POST [/<size>/<delay_ms>]/v1/images/generations   OpenAI style, data[].b64_json
  POST [/<size>/<delay_ms>]/v1/images/edits         same answer
  POST [/...]/v1beta/models/<model>:generateContent Gemini style, inlineData
  GET  /img/<size>.png                              the raw PNG
  GET  /__count   calls so far, by size;   POST /__reset   back to zero

Size and delay, first found wins: headers X-Fake-Size / X-Fake-Delay-Ms, the path
prefix, the model name ("fake-<size>-d<delay_ms>", e.g. fake-1k-d2000), then small/0.
Sizes: small (64x64, ~5 KB), 1k (1024x1024, ~1.5 MB), 4k (4096x4096, ~20 MB).
"""

import argparse
import asyncio
import base64
import json
import os
import re
import socket
import struct
import tempfile
import zlib

import httptools

try:
    import uvloop
except ImportError:
    uvloop = None

MODEL_RE = re.compile(rb"fake-(small|1k|4k)-d(\d+)")
PATH_RE = re.compile(rb"^/(small|1k|4k)/(\d+)(?=/)")
# (side, number of low bits of noise per channel): picks the file size
SHAPES = {"small": (64, 3.2), "1k": (1024, 3.32), "4k": (4096, 2.6)}


def make_png(side, bits, seed=7):
    """A valid RGB PNG whose size is set by the amount of noise (no Pillow needed)."""
    import random

    rnd = random.Random(seed)
    levels = max(2, round(2**bits))
    table = bytes((i * levels) >> 8 for i in range(256))
    rows = []
    comp = zlib.compressobj(1)
    for _ in range(side):
        noise = rnd.randbytes(side * 3).translate(table)
        rows.append(comp.compress(b"\0" + noise))
    rows.append(comp.flush())

    def chunk(kind, data):
        return (
            struct.pack(">I", len(data))
            + kind
            + data
            + struct.pack(">I", zlib.crc32(kind + data))
        )

    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", b"".join(rows))
        + chunk(b"IEND", b"")
    )


def load_pngs(cache_dir):
    os.makedirs(cache_dir, exist_ok=True)
    out = {}
    for name, (side, bits) in SHAPES.items():
        path = os.path.join(cache_dir, f"{name}-{side}-{bits}.png")
        if not os.path.exists(path):
            data = make_png(side, bits)
            with open(path + ".tmp", "wb") as f:
                f.write(data)
            os.replace(path + ".tmp", path)
        with open(path, "rb") as f:
            out[name] = f.read()
    return out


def http(body, ctype=b"application/json", status=b"200 OK"):
    return (
        b"HTTP/1.1 "
        + status
        + b"\r\ncontent-type: "
        + ctype
        + b"\r\ncontent-length: %d\r\n\r\n" % len(body)
        + body
    )


class State:
    def __init__(self, pngs):
        self.count = dict.fromkeys(SHAPES, 0)
        self.waiting = 0
        self.max_waiting = 0
        self.openai, self.gemini, self.raw = {}, {}, {}
        for name, png in pngs.items():
            b64 = base64.b64encode(png).decode()
            self.openai[name] = http(
                json.dumps(
                    {
                        "created": 1700000000,
                        "data": [{"b64_json": b64}],
                        "usage": {
                            "total_tokens": 100,
                            "input_tokens": 10,
                            "output_tokens": 90,
                            "input_tokens_details": {
                                "text_tokens": 10,
                                "image_tokens": 0,
                            },
                        },
                    }
                ).encode()
            )
            self.gemini[name] = http(
                json.dumps(
                    {
                        "candidates": [
                            {
                                "content": {
                                    "role": "model",
                                    "parts": [
                                        {
                                            "inlineData": {
                                                "mimeType": "image/png",
                                                "data": b64,
                                            }
                                        }
                                    ],
                                },
                                "finishReason": "STOP",
                                "index": 0,
                            }
                        ],
                        "usageMetadata": {
                            "promptTokenCount": 10,
                            "candidatesTokenCount": 1290,
                            "totalTokenCount": 1300,
                        },
                        "modelVersion": "fake-image",
                    }
                ).encode()
            )
            self.raw[name] = http(png, b"image/png")


class Server(asyncio.Protocol):
    def __init__(self, state, loop):
        self.state, self.loop = state, loop
        self.parser = httptools.HttpRequestParser(self)
        self.transport = None
        self.reset()

    def reset(self):
        self.url, self.body, self.size, self.delay = b"", b"", None, None

    def connection_made(self, transport):
        self.transport = transport
        transport.set_write_buffer_limits(high=64 * 1024 * 1024)

    def connection_lost(self, exc):
        self.transport = None

    def data_received(self, data):
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError:
            if self.transport:
                self.transport.close()

    def on_url(self, url):
        self.url += url

    def on_header(self, name, value):
        n = name.lower()
        if n == b"expect":
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        elif n == b"x-fake-size":
            self.size = value.decode()
        elif n == b"x-fake-delay-ms":
            self.delay = int(value)

    def on_body(self, body):
        self.body = self.body + body if self.body else body

    def on_message_complete(self):
        url, st = self.url, self.state
        keep = self.parser.should_keep_alive()
        if url.startswith(b"/__count"):
            out, delay = (
                http(
                    json.dumps(
                        {
                            "count": st.count,
                            "waiting": st.waiting,
                            "max_waiting": st.max_waiting,
                        }
                    ).encode()
                ),
                0,
            )
        elif url.startswith(b"/__reset"):
            st.count = dict.fromkeys(SHAPES, 0)
            st.max_waiting = 0
            out, delay = http(b"{}"), 0
        elif url.startswith(b"/img/"):
            out, delay = st.raw.get(url[5:].split(b".")[0].decode(), st.raw["small"]), 0
        elif url.endswith(b"/models"):
            out, delay = http(b'{"object":"list","data":[]}'), 0
        else:
            size, delay = self.size, self.delay
            m = PATH_RE.match(url) or MODEL_RE.search(url) or MODEL_RE.search(self.body)
            if m:
                size = size or m.group(1).decode()
                delay = int(m.group(2)) if delay is None else delay
            size, delay = size or "small", delay or 0
            if size not in st.openai:
                size = "small"
            st.count[size] += 1
            out = (st.gemini if b":generateContent" in url else st.openai)[size]
        self.reset()
        if delay:
            st.waiting += 1
            st.max_waiting = max(st.waiting, st.max_waiting)
            self.loop.call_later(delay / 1000, self.late, out, keep)
        else:
            self.send(out, keep)

    def late(self, out, keep):
        self.state.waiting -= 1
        self.send(out, keep)

    def send(self, out, keep):
        if self.transport is not None:
            self.transport.write(out)
            if not keep:
                self.transport.close()


async def main(args):
    state = State(load_pngs(args.cache))
    loop = asyncio.get_running_loop()
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("127.0.0.1", args.port))
    server = await loop.create_server(
        lambda: Server(state, loop), sock=sock, backlog=4096
    )
    print(json.dumps({k: len(v) for k, v in state.raw.items()}), flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    p = argparse.ArgumentParser()
    p.add_argument("--port", type=int, default=9100)
    p.add_argument(
        "--cache", default=os.path.join(tempfile.gettempdir(), "easel-bench")
    )
    a = p.parse_args()
    if uvloop:
        uvloop.install()
    try:
        asyncio.run(main(a))
    except KeyboardInterrupt:
        pass
