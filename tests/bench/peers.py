"""The gateways Easel is measured against: found, or installed once into a folder.

What cannot be installed here is reported, and left out of the run.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HOME = Path(tempfile.gettempdir()) / "easel-bench"
LITELLM = "litellm[proxy]==1.106.2"
PORTKEY = "@portkey-ai/gateway@1.15.2"


def find_peers(names: list[str]) -> tuple[list[str], dict[str, str]]:
    """Return those that can be started, and what `bench.py` must know for it."""
    found, environment = [], {}
    for name in names:
        try:
            environment |= PEERS[name]()
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"{name} is left out: {error}", file=sys.stderr)
        else:
            found.append(name)
    return found, environment


def nginx() -> dict[str, str]:
    if shutil.which("nginx") is None:
        quietly("apt-get", "install", "-qq", "-y", "--no-install-recommends", "nginx")
    return {}


def litellm() -> dict[str, str]:
    program = Path(os.environ.get("LITELLM_BIN", HOME / "litellm/bin/litellm"))
    if not program.exists():
        quietly(sys.executable, "-m", "venv", str(HOME / "litellm"))
        quietly(str(HOME / "litellm/bin/python"), "-m", "pip", "install", LITELLM)
    return {"LITELLM_BIN": str(program)}


def portkey() -> dict[str, str]:
    start = HOME / "portkey/node_modules/@portkey-ai/gateway/build/start-server.js"
    start = Path(os.environ.get("PORTKEY_JS", start))
    if not start.exists():
        quietly("npm", "install", "--prefix", str(HOME / "portkey"), PORTKEY)
    return {"PORTKEY_JS": str(start)}


def quietly(*command: str) -> None:
    """Install something, without services being started, and say so."""
    print("$", *command, file=sys.stderr)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    subprocess.run(
        command,
        check=True,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
    )


PEERS = {"nginx": nginx, "litellm": litellm, "portkey": portkey}
