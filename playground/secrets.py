"""Secrets of a development instance, made once and kept.

Production sets its secrets in the environment. A clean checkout has none, so the
first process writes them to `secrets.json` (readable by its owner only), and every
later start reads the same ones: sessions, keys and the printed demo key survive.
"""

import json
import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet

from accounts.keys import new_secret


def development_secrets(data_dir: Path) -> dict[str, str]:
    """Return the instance's secrets, making them on the very first start."""
    path = data_dir / "secrets.json"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        publish(path, json.dumps(fresh_secrets(), indent=1))
    known: dict[str, str] = json.loads(path.read_text())
    return known


def fresh_secrets() -> dict[str, str]:
    return {
        "secret_key": secrets.token_urlsafe(48),
        "key_pepper": secrets.token_urlsafe(48),
        "encryption_key": Fernet.generate_key().decode(),
        "till_secret": "whsec_" + secrets.token_urlsafe(24),
        "demo_password": secrets.token_urlsafe(9),
        "demo_key": new_secret(is_test=False),
    }


def publish(path: Path, text: str) -> None:
    """Put the file in place whole, and only if nobody else was first."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(text)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
