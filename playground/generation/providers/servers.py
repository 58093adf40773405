"""What an operator says about a server that speaks OpenAI's images API.

`EASEL_COMPATIBLE_SERVERS` names servers and their habits. It is read once, at
start; whatever is wrong stops the start with the server and field named.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, cast, get_args

from yarl import URL

SETTING = "EASEL_COMPATIBLE_SERVERS"
SizeFormat = Literal[
    "1024x1024", "1024*1024", "2K", "16:9", "auto", "object", "width+height"
]
ResponseFormat = Literal["b64_json", "url"]
# How a server takes pictures to edit: files of a form, or data URIs in JSON, by field.
Edits = Literal[
    "",
    "form:image",
    "form:image[]",
    "json:image",
    "json:images",
    "json:image_urls",
    "json:image_input",
    "json:input_references",
    "json:reference_images",
]
# What a commission may carry. Easel converts formats itself, and strict servers refuse
# what they do not know, so `output_format` is sent only where the operator lists it.
FIELDS = frozenset({"n", "size", "seed", "negative_prompt", "quality", "output_format"})
USUAL_FIELDS = FIELDS - {"output_format"}
ENDPOINT = "/images/generations"
EDITS_ENDPOINT = "/images/edits"


@dataclass(frozen=True, slots=True)
class CompatibleServer:
    """One server: where it is, how to be let in, and which fields it understands."""

    name: str
    base_url: URL
    api_key: str = field(default="", repr=False)
    auth_header: str = "Authorization"
    is_local: bool = False
    timeout_seconds: float = 180.0
    fields: frozenset[str] = USUAL_FIELDS
    size_format: SizeFormat = "1024x1024"
    response_format: ResponseFormat | None = "b64_json"
    max_picture_megabytes: float = 48.0
    edits: Edits = ""
    edits_endpoint: str = EDITS_ENDPOINT
    has_previews: bool = False

    def endpoint_for(self, *, editing: bool) -> URL:
        """The address asked, query (`?api-version=`) included."""
        path = self.edits_endpoint if editing else ENDPOINT
        return self.base_url.with_path(self.base_url.path + path, keep_query=True)

    @property
    def credentials(self) -> Mapping[str, str]:
        """What lets us in: a bearer token, or the bare key in a header of its own."""
        if not self.api_key:
            return MappingProxyType({})
        is_bearer = self.auth_header.lower() == "authorization"
        key = f"Bearer {self.api_key}" if is_bearer else self.api_key
        return MappingProxyType({self.auth_header: key})


def servers_from(settings_value: Any) -> dict[str, CompatibleServer]:
    """Read the setting. Raises `ValueError` that names the server and the field."""
    if not isinstance(settings_value, dict):
        raise ValueError(f"{SETTING} must be an object of servers by name.")
    return {name: _server(name, said) for name, said in settings_value.items()}


def _server(name: str, said: Any) -> CompatibleServer:
    if not re.fullmatch("[a-z0-9][a-z0-9_-]*", name):
        raise ValueError(
            f'{SETTING}: "{name}" must be a name of a-z, 0-9, "-" and "_".'
        )
    if not isinstance(said, dict):
        raise ValueError(f'{SETTING}: "{name}" must be an object.')
    if unknown := sorted(said.keys() - SPELLINGS.keys()):
        known = ", ".join(SPELLINGS)
        raise ValueError(
            f'{SETTING}: "{name}": unknown field "{unknown[0]}"; known: {known}.'
        )
    if "base_url" not in said:
        raise ValueError(f'{SETTING}: "{name}": "base_url" is missing.')
    values = {}
    for spelling, value in said.items():
        attribute, read = SPELLINGS[spelling]
        try:
            values[attribute] = read(value)
        except ValueError as error:
            raise ValueError(
                f'{SETTING}: "{name}": "{spelling}" must be {error}.'
            ) from None
    return CompatibleServer(name=name, **values)


def normalised(text: Any) -> URL:
    """Mend the usual mistakes: final slashes, /v1 twice or not at all, the endpoint."""
    wanted = f"an http or https address, not {text!r}"
    try:
        url = URL(text.strip())
    except (AttributeError, ValueError):
        raise ValueError(wanted) from None
    if url.scheme not in ("http", "https") or not url.host:
        raise ValueError(wanted)
    if url.user or url.password or url.fragment:
        raise ValueError("an address without user, password or fragment")
    path = url.path.rstrip("/").removesuffix(ENDPOINT).rstrip("/")
    path = re.sub(r"(/v\d+)\1+$", r"\1", re.sub("//+", "/", path))
    return url.with_path(path or "/v1", keep_query=True)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.isprintable():
        raise ValueError("text on one line")
    return value.strip()


def _header(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(
        r"[A-Za-z][\w-]*", value, re.ASCII
    ):
        raise ValueError("the name of a header")
    return value


def _yes_or_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


def _positive(value: Any) -> float:
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not 0 < value < 1e6
    ):
        raise ValueError("a number above 0")
    return float(value)


def _fields(value: Any) -> frozenset[str]:
    if not isinstance(value, list) or not FIELDS.issuperset(map(str, value)):
        raise ValueError("a list of " + ", ".join(sorted(FIELDS)))
    return frozenset(value)


def _size_format(value: Any) -> SizeFormat:
    if value not in get_args(SizeFormat):
        raise ValueError("one of " + ", ".join(get_args(SizeFormat)))
    return cast(SizeFormat, value)


def _edits(value: Any) -> Edits:
    if value not in get_args(Edits):
        raise ValueError("one of " + ", ".join(filter(None, get_args(Edits))))
    return cast(Edits, value)


def _path(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"(/[\w.-]+)+", value, re.ASCII):
        raise ValueError("a path below the base, like /images/edits")
    return value


def _response_format(value: Any) -> ResponseFormat | None:
    if value is not None and value not in get_args(ResponseFormat):
        raise ValueError("b64_json, url or null")
    return cast(ResponseFormat | None, value)


SPELLINGS: Mapping[str, tuple[str, Callable[[Any], Any]]] = MappingProxyType(
    {
        "base_url": ("base_url", normalised),
        "api_key": ("api_key", _text),
        "auth_header": ("auth_header", _header),
        "local": ("is_local", _yes_or_no),
        "timeout_seconds": ("timeout_seconds", _positive),
        "fields": ("fields", _fields),
        "size_format": ("size_format", _size_format),
        "response_format": ("response_format", _response_format),
        "max_picture_megabytes": ("max_picture_megabytes", _positive),
        "edits": ("edits", _edits),
        "edits_endpoint": ("edits_endpoint", _path),
        "previews": ("has_previews", _yes_or_no),
    }
)
