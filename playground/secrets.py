"""Secrets of a development instance, made once and kept.

Production sets its secrets in the environment, or names a file for each. A clean
checkout has none, so the first process writes them to `secrets.json` (readable by its
owner only), and every later start reads the same ones: sessions, keys and the printed
demo key survive.
"""

import json
import os
import secrets
from collections.abc import MutableMapping
from pathlib import Path

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from accounts.keys import new_secret

IN_FILES = (
    *("SECRET_KEY", "EASEL_KEY_PEPPER", "EASEL_ENCRYPTION_KEY", "EASEL_METRICS_TOKEN"),
    *("DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL", "EMAIL_URL"),
    *("EASEL_S3_ACCESS_KEY", "EASEL_S3_SECRET_KEY", "EASEL_COMPATIBLE_SERVERS"),
    *("EASEL_MODERATION_KEY", "DATABASE_REPLICA_URL"),
    *("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"),
    *("GEMINI_API_KEY", "VERTEX_CREDENTIALS", "OPENAI_API_KEY", "FAL_KEY"),
    *("REPLICATE_API_TOKEN", "ARK_API_KEY", "BYTEPLUS_API_KEY"),
    *("EASEL_GOOGLE_SECRET", "EASEL_GITHUB_SECRET", "EASEL_OIDC_SECRET"),
)


def read_files(environment: MutableMapping[str, str]) -> None:
    """Take a secret from the file that `…_FILE` names, as containers hand them over."""
    for name in IN_FILES:
        path = environment.get(f"{name}_FILE")
        if not path:
            continue
        if environment.get(name):
            raise ImproperlyConfigured(f"Set {name} or {name}_FILE, and not both.")
        try:
            environment[name] = Path(path).read_text().strip()
        except OSError as error:
            reason = error.strerror
            raise ImproperlyConfigured(f"{name}_FILE: {path}: {reason}.") from error


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
