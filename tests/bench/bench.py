"""Side-by-side run: starts the fake provider, each gateway in turn, measures, prints ratios."""

import argparse
import asyncio
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter

import loadgen
from loadgen import Target
from upstream import load_pngs

try:
    import uvloop

    uvloop.install()
except ImportError:
    pass

HERE = os.path.dirname(os.path.abspath(__file__))
UP_PORT = 9100
PORTS = {"nginx": 9201, "litellm": 9202, "portkey": 9203, "easel": 9204}
MODELS = [f"fake-{s}-d{d}" for s in ("small", "1k", "4k") for d in (0, 50, 2000, 20000)]


def cores(spec):
    return ["taskset", "-c", spec] if spec else []


def spawn(cmd, log, env=None, cpu=None):
    f = open(log, "wb")
    return subprocess.Popen(
        cores(cpu) + cmd,
        stdout=f,
        stderr=f,
        start_new_session=True,
        env={**os.environ, **(env or {})},
    )


def stop(proc):
    """Ends the process group this script itself started."""
    if proc and proc.poll() is None:
        os.killpg(proc.pid, signal.SIGTERM)
        try:
            proc.wait(8)
        except subprocess.TimeoutExpired:
            os.killpg(proc.pid, signal.SIGKILL)
            proc.wait()


def wait_port(port, proc, limit=90):
    end = time.monotonic() + limit
    while time.monotonic() < end:
        if proc.poll() is not None:
            return False
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return True
        except OSError:
            time.sleep(0.2)
    return False


def make(name, work, workers, base):
    """The command, environment and Target of one gateway. base = provider's /v1 URL."""
    port = PORTS.get(name, 9210)
    if name == "nginx":
        conf = os.path.join(work, "nginx.conf")
        with open(os.path.join(HERE, "targets", "nginx.conf.in")) as f:
            text = f.read()
        for k, v in {
            "@WORK@": work,
            "@PORT@": str(port),
            "@UP@": str(UP_PORT),
            "@WORKERS@": str(workers),
        }.items():
            text = text.replace(k, v)
        with open(conf, "w") as f:
            f.write(text)
        return (
            ["nginx", "-p", work, "-c", conf, "-g", "daemon off;"],
            {},
            Target(name, "127.0.0.1", port),
        )
    if name == "litellm":
        conf = os.path.join(work, "litellm.yaml")
        with open(conf, "w") as f:
            f.write("model_list:\n")
            for m in MODELS:
                f.write(
                    f"  - model_name: {m}\n    litellm_params:\n      model: openai/{m}\n"
                    f"      api_base: {base}\n      api_key: sk-fake\n"
                    "    model_info:\n      mode: image_generation\n"
                )
            f.write(
                "litellm_settings:\n  num_retries: 0\n  request_timeout: 120\n"
                "  telemetry: false\n"
                "general_settings:\n  master_key: sk-bench\n"
            )
        cmd = shlex.split(os.environ.get("LITELLM_BIN", "litellm")) + [
            "--config",
            conf,
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
            "--num_workers",
            str(workers),
        ]
        return (
            cmd,
            {
                "LITELLM_LOG": "ERROR",
                "LITELLM_MODE": "PRODUCTION",
                "LITELLM_LOCAL_MODEL_COST_MAP": "True",
                "DISABLE_ADMIN_UI": "True",
                "NO_DOCS": "True",
            },
            Target(
                name, "127.0.0.1", port, headers={"Authorization": "Bearer sk-bench"}
            ),
        )
    if name == "portkey":
        js = os.environ.get(
            "PORTKEY_JS", "node_modules/@portkey-ai/gateway/build/start-server.js"
        )
        return (
            ["node", js, f"--port={port}", "--headless"],
            {"NODE_ENV": "production"},
            Target(
                name,
                "127.0.0.1",
                port,
                headers={
                    "Authorization": "Bearer sk-fake",
                    "x-portkey-provider": "openai",
                    "x-portkey-custom-host": base,
                },
            ),
        )
    if name == "easel":
        cmd = os.environ.get("EASEL_CMD")
        if not cmd:
            sys.exit(
                "EASEL_CMD is not set: the command that starts Easel (see README.md)"
            )
        port = int(os.environ.get("EASEL_PORT", port))
        return (
            shlex.split(cmd),
            {"UPSTREAM_BASE_URL": base, "PORT": str(port), "WORKERS": str(workers)},
            Target(
                name,
                "127.0.0.1",
                port,
                path=os.environ.get("EASEL_PATH", "/v1/images/generations"),
                headers={
                    "Authorization": "Bearer " + os.environ.get("EASEL_KEY", "sk-bench")
                },
                model=os.environ.get("EASEL_MODEL", "fake-{size}-d{delay}"),
                keys=os.environ.get("EASEL_KEYS", "").split(),
            ),
        )
    raise SystemExit("unknown target " + name)


def run(coro):
    return asyncio.run(coro)


def measure(t, pid, direct, pngs, a):
    r = {}
    err = run(loadgen.sanity(t, pngs))
    if err:
        return {"error": err}
    r["idle_mb"] = loadgen.pss_mb(pid) if pid else 0
    parts = set(a.parts)
    run(loadgen.closed_loop(t, "small", 16, 2))  # warm-up: JIT, pools, lazy imports
    if "a" in parts:
        for c in (16, 64):
            runs = []
            for _ in range(a.repeat):
                c0 = loadgen.cpu_s(pid) if pid else 0
                x = run(loadgen.closed_loop(t, "small", c, a.seconds))
                used = (loadgen.cpu_s(pid) if pid else 0) - c0
                x["gw_cpu"] = used / (a.seconds + 1.5)
                x["cpu_us"] = x["gw_cpu"] / max(1e-9, x["rps"]) * 1e6
                runs.append(x)
            r[f"a{c}"] = median(runs)
    if "h" in parts and t.keys:
        r["h1"], r["h"] = many_and_one(t, pid, a)
    if "b" in parts:
        for size, n, gap, lim in (
            ("small", 300, 0.01, 25),
            ("1k", 60, 0.02, 25),
            ("4k", 15, 0.05, 40),
        ):
            r["b_" + size] = run(loadgen.low_rate(t, direct, size, n, gap, lim))
    if "d" in parts:
        for size, c in (("1k", 8), ("4k", 4)):
            r["d_" + size] = run(loadgen.closed_loop(t, size, c, a.seconds))
    r["after_load_mb"] = loadgen.pss_mb(pid) if pid else 0
    if "c" in parts:
        r["c"] = [run(loadgen.in_flight(t, n, a.hold_ms, pid)) for n in a.conc]
    return r


def many_and_one(t, pid, a):
    """One account against all of them, in turns: the medians of each."""
    one, many = [], []
    for _ in range(a.repeat):
        one.append(run(loadgen.closed_loop(t, "small", 64, a.seconds)))
        many.append(run(loadgen.closed_loop(t, "small", 64, a.seconds, spread=True)))
    return median(one), median(many)


def median(runs):
    """The run in the middle, with the failures of all of them."""
    middle = sorted(runs, key=lambda x: x["rps"])[len(runs) // 2]
    return middle | {"bad": sum(x["bad"] for x in runs)}


def table(results, order):
    rows = []

    def get(name, *path):
        x = results.get(name, {})
        for p in path:
            if isinstance(x, list):
                x = next((i for i in x if i.get("conc") == p), None)
            else:
                x = x.get(p) if isinstance(x, dict) else None
            if x is None:
                return None
        return x

    def row(label, *path, fmt="{:.1f}", ratio="hi"):
        vals = [get(n, *path) for n in order]
        if any(v is not None for v in vals):
            rows.append((label, vals, fmt, ratio))

    row("a  req/s, small, 16 conns", "a16", "rps")
    row("a  p50 ms, 16", "a16", "p50", ratio="lo")
    row("a  p95 ms, 16", "a16", "p95", ratio="lo")
    row("a  p99 ms, 16", "a16", "p99", ratio="lo")
    row("a  req/s, small, 64 conns", "a64", "rps")
    row("a  p50 ms, 64", "a64", "p50", ratio="lo")
    row("a  p95 ms, 64", "a64", "p95", ratio="lo")
    row("a  p99 ms, 64", "a64", "p99", ratio="lo")
    row("a  gateway CPU cores, 64", "a64", "gw_cpu", fmt="{:.2f}", ratio="")
    row("a  gateway CPU us per request, 64", "a64", "cpu_us", ratio="lo")
    row("a  failed, 64", "a64", "bad", fmt="{:.0f}", ratio="")
    row("h  req/s, 64 conns, one account", "h1", "rps", ratio="")
    row("h  req/s, 64 conns, many accounts", "h", "rps", ratio="")
    row("h  failed, many accounts", "h", "bad", fmt="{:.0f}", ratio="")
    for s in ("small", "1k", "4k"):
        row(f"b  added p50 ms, {s}", "b_" + s, "added_p50", fmt="{:.2f}", ratio="lo")
        row(f"b  added p99 ms, {s}", "b_" + s, "added_p99", fmt="{:.2f}", ratio="lo")
    for s in ("1k", "4k"):
        row(f"d  image MB/s, {s}", "d_" + s, "image_mb_s")
        row(f"d  failed, {s}", "d_" + s, "bad", fmt="{:.0f}", ratio="")
    row("   memory MB, idle", "idle_mb", ratio="lo", fmt="{:.0f}")
    row("   memory MB, after a,b,d", "after_load_mb", ratio="lo", fmt="{:.0f}")
    for n in (100, 500, 1000, 2000):
        row(f"c  {n} held: succeeded", "c", n, "ok", fmt="{:.0f}", ratio="")
        row(f"c  {n} held: over p99 ms", "c", n, "over_p99", ratio="lo")
        row(f"c  {n} held: peak MB", "c", n, "peak_mb", fmt="{:.0f}", ratio="lo")
        row(
            f"c  {n} held: KB per request",
            "c",
            n,
            "kb_per_req",
            fmt="{:.0f}",
            ratio="lo",
        )
        row(
            f"c  {n} held: CPU ms per request",
            "c",
            n,
            "cpu_ms",
            fmt="{:.2f}",
            ratio="lo",
        )
    refs = [n for n in ("nginx", "litellm", "portkey") if n in order]
    first = order[0]
    head = ["measure"] + order + [f"{first}/{n}" for n in refs if n != first]
    out = [head]
    for label, vals, fmt, ratio in rows:
        line = [label] + [fmt.format(v) if v is not None else "-" for v in vals]
        for n in refs:
            if n == first:
                continue
            v, w = vals[0], vals[order.index(n)]
            line.append(f"{v / w:.3g}x" if ratio and v is not None and w else "")
        out.append(line)
    width = [max(len(x[i]) for x in out) for i in range(len(head))]
    return "\n".join(
        "  ".join(
            c.ljust(w) if i == 0 else c.rjust(w)
            for i, (c, w) in enumerate(zip(x, width, strict=True))
        )
        for x in out
    )


def tell_failures(results, logs):
    """The first answers that were none, alike ones together, and where the logs are."""
    print(f"logs: {logs}")
    for name, r in results.items():
        alike = Counter(
            (one["asked"], one["status"], one["words"]) for one in r.get("failures", [])
        )
        for (asked, status, words), count in alike.items():
            print(f"{name} failed {count} times ({asked}): {status} {words}")


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--target", default="easel", choices=list(PORTS) + ["direct"])
    p.add_argument(
        "--against", default="nginx,litellm", help="peers measured in the same run"
    )
    p.add_argument("--url", help="measure a gateway already running at host:port")
    p.add_argument("--pid", type=int, help="its process id, for memory, with --url")
    p.add_argument("--parts", default="abdch")
    p.add_argument("--seconds", type=float, default=6)
    p.add_argument("--repeat", type=int, default=3)
    p.add_argument("--conc", default="500,1000,2000")
    p.add_argument("--hold-ms", type=int, default=20000)
    p.add_argument("--workers", type=int, default=1)
    p.add_argument(
        "--pin",
        type=int,
        default=1,
        help="1: gateway on one core, provider and client on the other",
    )
    p.add_argument("--json", help="also write all numbers here")
    p.add_argument(
        "--logs",
        help="keep what the gateways wrote here; default: the temporary folder",
    )
    a = p.parse_args()
    a.conc = [int(x) for x in a.conc.split(",") if x]
    order = [a.target] + [x for x in a.against.split(",") if x and x != a.target]
    gw_cpu, load_cpu = (
        ("0", "1") if a.pin and (os.cpu_count() or 1) > 1 else (None, None)
    )
    cache = os.path.join(tempfile.gettempdir(), "easel-bench")
    pngs = load_pngs(cache)
    for k, v in pngs.items():
        loadgen.B64_LEN[k] = (len(v) + 2) // 3 * 4
    if load_cpu:
        os.sched_setaffinity(0, {int(load_cpu)})
    base = f"http://127.0.0.1:{UP_PORT}/v1"
    direct = Target("direct", "127.0.0.1", UP_PORT)
    results, procs = {}, []
    logs = a.logs or os.path.join(cache, "logs")
    os.makedirs(logs, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="easel-bench-") as work:
        os.chmod(work, 0o755)
        up = spawn(
            [
                sys.executable,
                os.path.join(HERE, "upstream.py"),
                "--port",
                str(UP_PORT),
                "--cache",
                cache,
            ],
            os.path.join(logs, "upstream.log"),
            cpu=load_cpu,
        )
        procs.append(up)
        try:
            if not wait_port(UP_PORT, up):
                sys.exit("the fake provider did not start")
            for name in order:
                print(f"# {name} ...", file=sys.stderr, flush=True)
                if name == "direct":
                    results[name] = measure(direct, None, direct, pngs, a)
                    continue
                log = os.path.join(logs, name + ".log")
                proc = None
                cmd, env, t = make(name, work, a.workers, base)
                if a.url and name == a.target:
                    t.host, t.port = a.url.split(":")[0], int(a.url.split(":")[1])
                    pid = a.pid
                else:
                    t0 = time.monotonic()
                    proc = spawn(cmd, log, env, gw_cpu)
                    procs.append(proc)
                    if not wait_port(t.port, proc):
                        with open(log, errors="replace") as f:
                            results[name] = {
                                "error": "did not start: " + f.read()[-1500:]
                            }
                        stop(proc)
                        continue
                    start_s, pid = time.monotonic() - t0, proc.pid
                    time.sleep(2)
                r = results[name] = measure(t, pid, direct, pngs, a)
                r["failures"] = t.failures
                if proc:
                    r["start_s"] = start_s
                    if "error" in r:
                        with open(log, errors="replace") as f:
                            r["log"] = f.read()[-1500:]
                for x in r.get("c", []):
                    x["cpu_ms"] = x["cpu_s"] * 1e3 / max(1, x["ok"])
                stop(proc)
                time.sleep(1)
        finally:
            for proc in reversed(procs):
                stop(proc)
    for n, r in results.items():
        if "error" in r:
            print(f"{n}: {r['error']}\n{r.get('log', '')}")
    print(table(results, order))
    tell_failures(results, logs)
    if a.json:
        with open(a.json, "w") as f:
            json.dump(results, f, indent=1)


if __name__ == "__main__":
    main()
