"""Closed-loop HTTP/1.1 load client on a bare asyncio protocol, plus the four measurements.

Every answer is checked: status 200 and at least the expected number of body bytes.
"""

import asyncio
import base64
import hashlib
import json
import os
import time
from time import perf_counter

import httptools

B64_LEN = {}  # size -> length of b64 text, filled from the upstream's own files
MOST_SAID = 2000
MOST_FAILURES = 20


class Conn(asyncio.Protocol):
    """One keep-alive connection; request() sends one request and waits for its answer."""

    def __init__(self):
        self.closed = False
        self.fut = None
        self.transport = None
        self.keep = None
        self.said = b""
        self.ended = ""

    def connection_made(self, transport):
        self.transport = transport

    def connection_lost(self, exc):
        self.closed = True
        self.ended = f"the connection was closed: {exc!r}"
        if self.fut and not self.fut.done():
            self.fut.set_result((0, 0))

    def on_status(self, s):
        pass

    def on_body(self, body):
        self.n += len(body)
        if self.parser.get_status_code() != 200 and len(self.said) < MOST_SAID:
            self.said += bytes(body[:MOST_SAID])
        if self.keep is not None:
            self.keep.append(bytes(body))

    def on_message_complete(self):
        status = self.parser.get_status_code()
        if not self.parser.should_keep_alive():
            self.closed = True
            self.transport.close()
        if self.fut and not self.fut.done():
            self.fut.set_result((status, self.n))

    def data_received(self, data):
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError as error:
            self.closed = True
            self.ended = f"not HTTP: {error!r}"
            if self.fut and not self.fut.done():
                self.fut.set_result((-1, self.n))
            self.transport.close()

    def request(self, raw, loop):
        self.parser = httptools.HttpResponseParser(self)
        self.n = 0
        self.said = b""
        self.fut = loop.create_future()
        self.transport.write(raw)
        return self.fut

    def why(self):
        """What came instead of a picture: the answer's words, or how the line ended."""
        return self.said.decode(errors="replace") or self.ended or "it was cut short"


class Target:
    def __init__(
        self,
        name,
        host,
        port,
        path="/v1/images/generations",
        headers=None,
        model="fake-{size}-d{delay}",
        keys=(),
    ):
        self.keys = keys
        self.name, self.host, self.port, self.path = name, host, port, path
        self.headers, self.model = headers or {}, model
        self.failures = []  # the first of them: when, what was asked, status, words

    def note_failure(self, asked, status, words):
        if len(self.failures) < MOST_FAILURES:
            at = time.strftime("%H:%M:%S")
            self.failures.append(
                {"at": at, "asked": asked, "status": status, "words": words}
            )

    def raw(self, size, delay_ms, key=None):
        body = json.dumps(
            {
                "model": self.model.format(size=size, delay=delay_ms),
                "prompt": "a red easel by a window",
                "n": 1,
                "size": "1024x1024",
            }
        ).encode()
        h = {
            "Host": f"{self.host}:{self.port}",
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            "Accept": "*/*",
            **self.headers,
        }
        if key:
            h["Authorization"] = f"Bearer {key}"
        head = f"POST {self.path} HTTP/1.1\r\n" + "".join(
            f"{k}: {v}\r\n" for k, v in h.items()
        )
        return head.encode() + b"\r\n" + body

    async def connect(self, loop):
        _, conn = await loop.create_connection(Conn, self.host, self.port)
        return conn


def pct(values, p):
    if not values:
        return float("nan")
    v = sorted(values)
    return v[min(len(v) - 1, int(len(v) * p / 100))]


def check(size, status, n):
    return status == 200 and n >= B64_LEN.get(size, 0)


async def sanity(t, pngs):
    """One full answer per size, decoded and compared with the provider's PNG."""
    loop = asyncio.get_running_loop()
    for size, png in pngs.items():
        conn = await t.connect(loop)
        conn.keep = []
        status, _ = await asyncio.wait_for(conn.request(t.raw(size, 0), loop), 60)
        body = b"".join(conn.keep)
        conn.transport.close()
        if status != 200:
            return f"{t.name} {size}: status {status}: {body[:300]!r}"
        d = json.loads(body)["data"][0]
        got = base64.b64decode(d.get("b64_json") or "")
        if hashlib.sha256(got).digest() != hashlib.sha256(png).digest():
            return f"{t.name} {size}: the image is not the provider's"
    return ""


async def closed_loop(t, size, conns, seconds, warm=1.5, delay_ms=0, spread=False):
    loop = asyncio.get_running_loop()
    keys = t.keys if spread else [None]
    asked = f"{size}, {conns} connections, {len(keys)} accounts"
    raws = [t.raw(size, delay_ms, key) for key in keys]
    lat, bad, stop = [], 0, [False]
    start_at = perf_counter() + warm
    nbytes = 0

    async def one(turn):
        nonlocal bad, nbytes
        conn = None
        while not stop[0]:
            turn += conns
            raw = raws[turn % len(raws)]
            if conn is None or conn.closed:
                try:
                    conn = await t.connect(loop)
                except OSError as error:
                    bad += 1
                    t.note_failure(asked, 0, repr(error))
                    await asyncio.sleep(0.05)
                    continue
            t0 = perf_counter()
            status, n = await conn.request(raw, loop)
            t1 = perf_counter()
            if t1 >= start_at and not stop[0]:
                if check(size, status, n):
                    lat.append(t1 - t0)
                    nbytes += n
                else:
                    bad += 1
                    t.note_failure(asked, status, conn.why())
        if conn:
            conn.transport.close()

    tasks = [asyncio.create_task(one(turn)) for turn in range(conns)]
    await asyncio.sleep(warm + seconds)
    stop[0] = True
    done, pending = await asyncio.wait(tasks, timeout=30)
    for p in pending:
        p.cancel()
    rps = len(lat) / seconds
    return {
        "rps": rps,
        "bad": bad,
        "n": len(lat),
        "p50": pct(lat, 50) * 1e3,
        "p95": pct(lat, 95) * 1e3,
        "p99": pct(lat, 99) * 1e3,
        "image_mb_s": rps * B64_LEN[size] * 0.75 / 1e6,
    }


async def low_rate(t, direct, size, count, gap, budget_s):
    """Requests one at a time, direct and through the gateway in turn; same clock, same minute."""
    loop = asyncio.get_running_loop()
    out = {"gw": [], "direct": []}
    bad = 0
    conns = {"gw": await t.connect(loop), "direct": await direct.connect(loop)}
    raws = {"gw": t.raw(size, 0), "direct": direct.raw(size, 0)}
    tgts = {"gw": t, "direct": direct}
    end = loop.time() + budget_s
    for i in range(count + 3):
        if loop.time() > end:
            break
        for k in ("direct", "gw"):
            if conns[k].closed:
                conns[k] = await tgts[k].connect(loop)
            await asyncio.sleep(gap)
            t0 = perf_counter()
            status, n = await asyncio.wait_for(conns[k].request(raws[k], loop), 120)
            dt = perf_counter() - t0
            if i < 3:
                continue
            if check(size, status, n):
                out[k].append(dt)
            else:
                bad += 1
                tgts[k].note_failure(f"{size}, alone", status, conns[k].why())
    for c in conns.values():
        c.transport.close()
    g, d = out["gw"], out["direct"]
    return {
        "n": len(g),
        "bad": bad,
        "gw_p50": pct(g, 50) * 1e3,
        "direct_p50": pct(d, 50) * 1e3,
        "added_p50": (pct(g, 50) - pct(d, 50)) * 1e3,
        "added_p99": (pct(g, 99) - pct(d, 50)) * 1e3,
    }


def tree(pid):
    """The process and all its descendants."""
    kids = {}
    for p in os.listdir("/proc"):
        if p.isdigit():
            try:
                with open(f"/proc/{p}/stat") as f:
                    pp = int(f.read().rsplit(")", 1)[1].split()[1])
                kids.setdefault(pp, []).append(int(p))
            except OSError:
                pass
    out, todo = [], [pid]
    while todo:
        x = todo.pop()
        out.append(x)
        todo += kids.get(x, [])
    return out


def pss_mb(pid):
    total = 0
    for p in tree(pid):
        try:
            with open(f"/proc/{p}/smaps_rollup") as f:
                for line in f:
                    if line.startswith("Pss:"):
                        total += int(line.split()[1])
                        break
        except OSError:
            pass
    return total / 1024


def cpu_s(pid):
    total, hz = 0, os.sysconf("SC_CLK_TCK")
    for p in tree(pid):
        try:
            with open(f"/proc/{p}/stat") as f:
                s = f.read().rsplit(")", 1)[1].split()
            total += int(s[11]) + int(s[12])
        except OSError:
            pass
    return total / hz


async def in_flight(t, conc, delay_ms, pid, ramp=2.0, grace=40.0):
    """conc requests at once, each held delay_ms by the provider."""
    loop = asyncio.get_running_loop()
    raw = t.raw("small", delay_ms)
    over, bad, why = [], 0, {}
    peak = [0.0]
    running = [True]
    base = pss_mb(pid) if pid else 0

    async def watch():
        while running[0]:
            if pid:
                peak[0] = max(peak[0], pss_mb(pid))
            await asyncio.sleep(0.5)

    async def one(i):
        nonlocal bad
        await asyncio.sleep(ramp * i / conc)
        conn = None
        try:
            conn = await asyncio.wait_for(t.connect(loop), 10)
            t0 = perf_counter()
            status, n = await asyncio.wait_for(
                conn.request(raw, loop), delay_ms / 1e3 + grace
            )
            dt = perf_counter() - t0
            if check("small", status, n):
                over.append(dt - delay_ms / 1e3)
            else:
                bad += 1
                why[str(status)] = why.get(str(status), 0) + 1
                t.note_failure(f"{conc} held", status, conn.why())
        except (TimeoutError, OSError) as e:
            bad += 1
            k = type(e).__name__
            why[k] = why.get(k, 0) + 1
            t.note_failure(f"{conc} held", 0, repr(e))
        finally:
            if conn and conn.transport:
                conn.transport.close()

    w = asyncio.create_task(watch())
    c0, t0 = (cpu_s(pid) if pid else 0), time.monotonic()
    await asyncio.gather(*[one(i) for i in range(conc)])
    running[0] = False
    await w
    return {
        "conc": conc,
        "ok": len(over),
        "bad": bad,
        "why": why,
        "over_p50": pct(over, 50) * 1e3,
        "over_p99": pct(over, 99) * 1e3,
        "base_mb": base,
        "peak_mb": peak[0],
        "kb_per_req": max(0, peak[0] - base) * 1024 / conc,
        "cpu_s": (cpu_s(pid) if pid else 0) - c0,
        "wall_s": time.monotonic() - t0,
    }
