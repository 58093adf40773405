"""Which door a request came in by: a word for counting, never the path itself."""

from typing import Any

from playground.api.gemini import dialect
from playground.telemetry import instruments as counted

Scope = dict[str, Any]
FIRST = {
    "files": "files",
    "healthz": "health",
    "readyz": "health",
    "metrics": "metrics",
    "mcp": "agents",
    "static": "static",
    "console": "console",
    "operator": "operator",
    "create": "create",
    "accounts": "accounts",
    "billing": "billing",
}
OPENAI = {
    "images": "images",
    "async": "async",
    "tasks": "tasks",
    "models": "models",
    "metrics": "figures",
    "batches": "batches",
    "files": "batches",
}
OTHER_API, PAGES = "api", "pages"


def door_of(scope: Scope) -> str:
    """Name the door."""
    path: str = scope["path"]
    parts = path.split("/", 4)
    first = parts[1] if len(parts) > 1 else ""
    if first == "openai":
        parts, first = parts[1:], parts[2] if len(parts) > 2 else ""
    if first == "v1":
        second = parts[2] if len(parts) > 2 else ""
        if second == "images":
            return "edits" if path.rstrip("/").endswith("/edits") else "images"
        return "gemini" if ":" in path else OPENAI.get(second, OTHER_API)
    if first == "v1beta":
        return "gemini" if dialect.makes_pictures(scope) else "gemini-other"
    return FIRST.get(first, PAGES)


def count(door: str, status: int, seconds: float) -> None:
    """Count a request that was answered, and how long that took."""
    counted.REQUESTS.add(door, str(status))
    counted.REQUEST_SECONDS.observe(door, seconds=seconds)
