"""Who is tried: each official client, how it is started, and what it can do.

A client runs in a process of its own, in the environment it was installed into, and does
what it is told a line at a time. The words it is told are Easel's own fields; its script
says them as that client's documentation does.
"""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.services.commands import ROOT

HERE = Path(__file__).resolve().parent
OPENAI = frozenset({"models", "generate", "edit", "stream", "stream_edit", "batch"})
ASYNC = frozenset({"generate_async", "stream_async"})
GOOGLE = frozenset({"models", "generate", "edit", "stream", "chat", "count"})


@dataclass(frozen=True)
class Client:
    """An official client: the program and script, its dialect, and what it can do."""

    command: tuple[str, ...]
    dialect: str
    deeds: frozenset[str]

    def lacks(self) -> str:
        """Say what is missing on this machine, if anything is."""
        if Path(self.command[0]).name != "python":
            return "" if node_is_there() else NO_NODE
        if (Path(self.command[0]).parent.parent / "installed.txt").exists():
            return ""
        return "The official Python clients are not installed: `make clients`."


def python(environment: str, script: str) -> tuple[str, ...]:
    program = ROOT / ".venv-sdk" / environment / "bin" / "python"
    return (str(program), str(HERE / "python" / script))


def node(script: str, package: str) -> tuple[str, ...]:
    return ("node", str(HERE / "node" / script), package)


NO_NODE = "Node 20 or newer with npm is not there, or `make clients` could not use it."


def node_is_there() -> bool:
    return (HERE / "node" / "node_modules" / "installed.json").exists()


PICTURES = frozenset({"generate", "edit"})
CLIENTS = {
    "openai-python": Client(
        python("now", "openai_python.py"), "openai", OPENAI | ASYNC
    ),
    "openai-python before": Client(
        python("before", "openai_python.py"), "openai", OPENAI | ASYNC
    ),
    "openai-node": Client(node("openai.mjs", "openai"), "openai", OPENAI),
    "openai-node before": Client(node("openai.mjs", "openai-before"), "openai", OPENAI),
    "google-genai": Client(python("now", "google_python.py"), "google", GOOGLE | ASYNC),
    "google-genai before": Client(
        python("before", "google_python.py"), "google", GOOGLE | ASYNC
    ),
    "@google/genai": Client(node("google.mjs", "@google/genai"), "google", GOOGLE),
    "@google/genai before": Client(
        node("google.mjs", "genai-before"), "google", GOOGLE
    ),
    "litellm openai/": Client(
        python("before", "litellm_python.py"), "openai", PICTURES | {"generate_async"}
    ),
    "litellm gemini/": Client(
        python("before", "litellm_python.py"), "google by others", PICTURES
    ),
    "@ai-sdk/openai": Client(node("vercel.mjs", "@ai-sdk/openai"), "openai", PICTURES),
    "@ai-sdk/openai-compatible": Client(
        node("vercel.mjs", "@ai-sdk/openai-compatible"), "openai", PICTURES
    ),
    "@ai-sdk/google": Client(
        node("vercel.mjs", "@ai-sdk/google"), "google by others", PICTURES
    ),
}

# The clients of the providers that we call, for the shops that stand in for them. OpenAI's
# is tried beside the adapters that speak its wire.
PROVIDERS_CLIENTS = {
    "gemini": Client(python("now", "google_python.py"), "gemini", frozenset()),
    "vertex": Client(python("now", "google_python.py"), "vertex", frozenset()),
    "fal": Client(python("now", "fal_python.py"), "fal", frozenset()),
    "replicate": Client(python("now", "replicate_python.py"), "replicate", frozenset()),
}


def who_can(deed: str, *, dialect: str) -> list[str]:
    """Return the clients that can do this."""
    return [
        name
        for name, client in CLIENTS.items()
        if deed in client.deeds and client.dialect == dialect
    ]


class Process:
    """A client that is running and listens."""

    def __init__(self, client: Client) -> None:
        self._process = subprocess.Popen(
            client.command,
            env={**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.version: str = self._heard()["version"]

    def told(self, deed: str, where: dict[str, Any], words: dict[str, Any]) -> Any:
        """Tell it to do something, and return what came of it."""
        line = json.dumps({"deed": deed, "where": where, "words": words})
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        answer = self._heard()
        assert "broke" not in answer, answer["broke"]
        return answer

    def _heard(self) -> Any:
        line = self._process.stdout.readline()
        assert line, f"{self._process.args} ended."
        return json.loads(line)

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()
