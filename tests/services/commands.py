"""Commands of ours, run as an operator would, with a clean environment."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
OURS = ("EASEL_", "STRIPE_", "DJANGO_", "PYTEST_", "DATABASE_URL", "HOST", "PORT")
PRODUCTION = {
    "EASEL_DEBUG": "false",
    "SECRET_KEY": "a-secret-of-more-than-fifty-characters-0123456789-abcdef",
    "EASEL_KEY_PEPPER": "pepper-0123456789-abcdefghij-0123456789",
    "EASEL_ENCRYPTION_KEY": "bm90LWEtc2VjcmV0LWJ1dC0zMi1ieXRlcy1sb25nISE=",
    "ALLOWED_HOSTS": "easel.example.com",
    "EASEL_SITE_URL": "https://easel.example.com",
    "STRIPE_WEBHOOK_SECRET": "whsec_0123456789abcdefghijklmnop",
}


def surroundings(**settings: str) -> dict[str, str]:
    """Return this environment without any setting of ours, and then these."""
    kept = {name: v for name, v in os.environ.items() if not name.startswith(OURS)}
    return {**kept, **settings}


def run(*command: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a program of this Python and return what it said."""
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=surroundings(**settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )


def settings_read(*names: str, **settings: str) -> dict[str, Any]:
    """Return what Easel's settings are when it is started with these."""
    told = run("-c", READ, *names, **settings)
    assert told.returncode == 0, told.stderr
    return dict(zip(names, json.loads(told.stdout), strict=True))


READ = (
    "import json, sys; from playground import settings;"
    "print(json.dumps([getattr(settings, name) for name in sys.argv[1:]]))"
)


def complaints(*command: str, **settings: str) -> str:
    """Return nothing when the command is content, and else all it said."""
    result = run(*command, **settings)
    return result.stdout + result.stderr if result.returncode else ""
