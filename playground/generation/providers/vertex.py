"""Gemini models at Vertex AI: the same wire behind another gate.

A service account signs in for an hour at a time; its token is fetched once and shared
by all calls. A plain key is express mode. Everything else is as at the Gemini API.
"""

import asyncio
import json
from collections.abc import Mapping
from time import time
from typing import Any

import orjson
import pybase64
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from yarl import URL

from playground.generation.providers.base import (
    Access,
    Broken,
    Misconfigured,
    ProviderFailure,
    Trade,
)
from playground.generation.providers.complaints import Complaint
from playground.generation.providers.gemini import GeminiProvider
from playground.generation.providers.posting import Call
from playground.generation.providers.wire import Wire

SCOPE = "https://www.googleapis.com/auth/cloud-platform"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
SIGN_IN = "https://oauth2.googleapis.com/token"
LIFE_SECONDS = 3600
EARLY_SECONDS = 300
PATIENCE_SECONDS = 20.0


class ExpressGate:
    """Express mode: a key, and no project."""

    def __init__(self, base_url: str, secret: str) -> None:
        self.secret = secret
        self._base = URL(base_url or home("global"))

    def url(self, upstream: str) -> URL:
        return self._base / f"v1/publishers/google/models/{upstream}:generateContent"

    async def headers(self) -> Mapping[str, str]:
        return {"x-goog-api-key": self.secret}


class AccountGate:
    """A project's service account."""

    def __init__(
        self, base_url: str, account: Mapping[str, Any], location: str
    ) -> None:
        self.secret = account["private_key"]
        self._account = account
        self._base = URL(base_url or home(location))
        self._place = f"projects/{account['project_id']}/locations/{location}"
        self._wire = Wire()
        self._token, self._good_until = "", 0.0
        self._turn = asyncio.Lock()

    def url(self, upstream: str) -> URL:
        models = self._base / f"v1/{self._place}/publishers/google/models"
        return models / f"{upstream}:generateContent"

    async def headers(self) -> Mapping[str, str]:
        if time() > self._good_until:
            async with self._turn:
                if time() > self._good_until:
                    await self._sign_in()
        return {"Authorization": f"Bearer {self._token}"}

    async def _sign_in(self) -> None:
        """Trade a signed note for a token. Who cannot sign in was never asked to paint."""
        note = signed(self._account)
        reply = await self._wire.send(
            Call(
                url=URL(self._account.get("token_uri", SIGN_IN)),
                headers={"Content-Type": "application/json"},
                body=orjson.dumps({"grant_type": GRANT, "assertion": note}),
                timeout_seconds=PATIENCE_SECONDS,
                most_bytes=64 * 1024,
            )
        )
        if reply.status >= 500:
            raise Broken(f"signing in answered {reply.status}", status=reply.status)
        try:
            told = orjson.loads(reply.body)
            self._token = told["access_token"]
        except (orjson.JSONDecodeError, LookupError, TypeError) as error:
            raise self._refused(reply.status, reply.body) from error
        life = float(told.get("expires_in", LIFE_SECONDS))
        self._good_until = time() + life - min(EARLY_SECONDS, life / 2)

    def _refused(self, status: int, body: bytes | bytearray) -> ProviderFailure:
        words = Complaint.in_body(body).without(self.secret).words
        return Misconfigured(f"signing in was refused: {words}", status=status)


def signed(account: Mapping[str, Any]) -> str:
    """Write the note that asks for a token, and sign it with the account's key."""
    now = int(time())
    claims = {
        "iss": account["client_email"],
        "scope": SCOPE,
        "aud": account.get("token_uri", SIGN_IN),
        "iat": now,
        "exp": now + LIFE_SECONDS,
    }
    note = b".".join(map(spelled, ({"alg": "RS256", "typ": "JWT"}, claims)))
    key = load_pem_private_key(account["private_key"].encode(), None)
    if not isinstance(key, RSAPrivateKey):
        raise Misconfigured("the service account's key is no RSA key")
    signature = key.sign(note, PKCS1v15(), SHA256())
    return (note + b"." + in_url(signature)).decode()


def spelled(claims: Mapping[str, Any]) -> bytes:
    return in_url(orjson.dumps(claims))


def in_url(data: bytes) -> bytes:
    text: bytes = pybase64.urlsafe_b64encode(data)
    return text.rstrip(b"=")


def home(location: str) -> str:
    if location == "global":
        return "https://aiplatform.googleapis.com"
    return f"https://{location}-aiplatform.googleapis.com"


def account_in(secret: str) -> Mapping[str, Any] | None:
    """Read a service account's JSON; a secret that is none is an express key."""
    if not secret.lstrip().startswith("{"):
        return None
    try:
        account = json.loads(secret)
    except ValueError as error:
        raise ValueError("the service account is not valid JSON") from error
    for name in ("client_email", "private_key", "project_id"):
        if not account.get(name):
            raise ValueError(f"the service account lacks {name}")
    return dict(account)


def opened(access: Access) -> GeminiProvider:
    account = account_in(access.secret)
    if account is None:
        return GeminiProvider(ExpressGate(access.base_url, access.secret))
    location = access.options.get("location") or "global"
    return GeminiProvider(AccountGate(access.base_url, account, location))


TRADE = Trade("vertex", "Vertex AI", opened, edits=True)
