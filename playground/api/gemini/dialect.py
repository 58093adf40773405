"""Which calls speak Gemini, and the one version under which they are answered here.

Google's clients ask under /v1beta or under /v1, by their age, and OpenAI's ask under
/v1 too. What is asked there in Google's way is answered as if under /v1beta: models
with a verb are Google's whoever asks; what both have goes by the kind of key.
"""

import re
from typing import Any
from urllib.parse import parse_qsl

Scope = dict[str, Any]
VERSION = "/v1beta"
PAINTING = ("generateContent", "streamGenerateContent", "predict")
OPENINGS = tuple(
    f"/v1/{room}"
    for room in ("models", "interactions")
    + ("files", "batches", "operations", "cachedContents")
)
VERBS = "|".join((*PAINTING, "countTokens"))
GOOGLES = re.compile(rf"/v1/(?:models/.+:(?:{VERBS})|interactions)/?")
WITH_VERB = re.compile(r"/v1/models/.+:\w+/?")
HEADERS = (b"x-goog-api-key", b"x-goog-api-client")
MAKES_PICTURES = re.compile(rf"{VERSION}/models/.+:(?:{'|'.join(PAINTING)})/?")


def under_one_version(scope: Scope) -> None:
    """Move a call in Google's way to where Google's calls are answered."""
    path = scope["path"]
    if path.startswith(OPENINGS) and is_googles(scope, path):
        scope["path"] = VERSION + path.removeprefix("/v1")


def is_googles(scope: Scope, path: str) -> bool:
    if GOOGLES.fullmatch(path):
        return True
    is_act = scope["method"] == "POST" and WITH_VERB.fullmatch(path)
    return bool(is_act) or has_googles_key(scope)


def has_googles_key(scope: Scope) -> bool:
    """Say whether the call's key or client is told as Google's clients tell it."""
    if any(name in HEADERS for name, _value in scope["headers"]):
        return True
    query = scope.get("query_string", b"").decode("latin-1")
    return any(name == "key" for name, _value in parse_qsl(query))


def speaks_gemini(scope: Scope) -> bool:
    path: str = scope["path"]
    return path == VERSION or path.startswith(VERSION + "/")


def makes_pictures(scope: Scope) -> bool:
    return MAKES_PICTURES.fullmatch(scope["path"]) is not None
