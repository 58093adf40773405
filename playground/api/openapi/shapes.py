"""The shapes of our answers, for the API's description and the tests that hold us to it.

The doors write plain JSON; nothing here is run on a request. More keys than these may
come, fewer never.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class Shape(BaseModel):
    """More may come than is described."""

    model_config = ConfigDict(extra="allow")


class Amount(Shape):
    """Credits as an exact decimal number, and the integer beside it."""

    credits: float
    microcredits: int


class Cost(Amount):
    held: Amount
    charged: Amount


class Warned(Shape):
    field: str
    message: str


class Tried(Shape):
    provider: str
    outcome: str
    pictures: int
    duration_ms: int
    first_byte_ms: int | None


class Upstream(Shape):
    model: str
    request_id: str


class TokenDetails(Shape):
    text_tokens: int
    image_tokens: int


class Usage(Shape):
    input_tokens: int
    input_tokens_details: TokenDetails
    output_tokens: int
    total_tokens: int


class Entry(Shape):
    id: str
    url: str | None = None
    expires_at: int | None = None
    b64_json: str | None = None
    revised_prompt: str | None = None


class About(Shape):
    request_id: str
    model: str
    provider: str
    upstream: Upstream | None
    requested: str
    delivered: str
    shape: str
    tier: str
    seeds: list[int | None]
    is_test: bool
    user: str | None
    metadata: dict[str, str]
    warnings: list[Warned]
    cost: Cost
    attempts: list[Tried]


class Cap(Shape):
    limit: Amount
    spent: Amount
    held: Amount
    remaining: Amount
    resets_at: int | None


class Key(Shape):
    id: str
    object: Literal["key"]
    name: str
    prefix: str
    test: bool
    status: Literal["active", "expired", "revoked"]
    group: str | None
    scopes: list[str]
    models: list[str] | None
    max_tier: str | None
    max_n: int | None
    requests_per_minute: int | None
    pictures_per_minute: int | None
    concurrency: int | None
    ip_ranges: list[str] | None
    expires_at: int | None
    spend_caps: dict[str, Cap] | None
    created: int
    last_used: int | None
    revoked: int | None


class KeyMade(Key):
    """The only answer in which the key's text stands."""

    secret: str


class KeyRotated(KeyMade):
    old_secret_works_until: int | None


class KeyStanding(Key):
    account_monthly: Cap | None
    member_monthly: Cap | None
    under_way: int
    rates_per_minute: dict[str, dict[str, int]] | None


class Keys(Shape):
    object: Literal["list"]
    data: list[Key]
    has_more: bool
    next_after: str | None


class Images(Shape):
    created: int
    data: list[Entry]
    size: str
    output_format: str
    quality: str | None = None
    background: Literal["opaque", "transparent"] | None = None
    usage: Usage | None = None
    metadata: About


class Listed(Amount):
    tier: str
    quality: str | None
    official_usd: float | None
    saving_percent: int | None = None


class Painter(Shape):
    name: str
    upstream: str
    is_connected: bool
    parameters: dict[str, str | None]


class ModelShown(Shape):
    id: str
    object: Literal["model"]
    created: int
    owned_by: str
    name: str
    description: str
    aliases: list[str]
    variants: dict[str, str]
    status: str
    shutdown_date: str | None
    successor: str | None
    is_connected: bool
    modes: list[str]
    endpoints: list[str]
    capabilities: dict[str, bool | int]
    tiers: list[str]
    shapes: list[str]
    sizes: dict[str, dict[str, str]]
    qualities: list[str]
    output_formats: list[str]
    response_format: Literal["url", "b64_json"]
    n_max: int
    prompt_characters: int
    prices: list[Listed]
    providers: list[Painter]


class Models(Shape):
    object: Literal["list"]
    data: list[ModelShown]


class Fault(Shape):
    code: str
    message: str


class KeyNamed(Shape):
    id: str
    name: str


class RequestLine(Shape):
    id: str
    object: Literal["request"]
    created: int
    status: str
    is_test: bool
    is_demo: bool
    source: str
    endpoint: str
    key: KeyNamed | None
    model: str
    provider: str | None
    n: int
    delivered: int
    user: str | None
    metadata: dict[str, str]
    cost: Cost
    duration_ms: int | None
    error: Fault | None


class PictureShown(Shape):
    id: str
    url: str
    expires_at: int
    kept_until: int | None
    width: int
    height: int
    format: str
    bytes: int
    seed: int | None


class RequestWhole(RequestLine):
    prompt: str | None
    requested: str
    shape: str
    tier: str
    quality: str | None
    inputs: int
    has_mask: bool
    warnings: list[Warned]
    upstream: Upstream | None
    usage: Usage | None
    attempts: list[Tried]
    pictures: list[PictureShown]
    are_payloads_removed: bool


class Sums(Shape):
    requests: int
    pictures: int
    failed: int
    charged: Amount


class Requests(Shape):
    object: Literal["list"]
    data: list[RequestLine]
    has_more: bool
    next_after: str | None
    summary: Sums | None = None


class Gone(Shape):
    prompt: bool
    pictures: int
    inputs: int
    bytes: int


class Purged(Shape):
    id: str
    object: Literal["request.payloads"]
    deleted: Literal[True]
    removed: Gone


class Balance(Shape):
    object: Literal["balance"]
    available: Amount
    held: Amount
    balance: Amount


class Transaction(Shape):
    id: str
    object: Literal["transaction"]
    created: int
    kind: str
    amount: Amount
    balance_after: Amount
    request_id: str | None
    memo: str


class Transactions(Shape):
    object: Literal["list"]
    data: list[Transaction]
    has_more: bool
    next_after: str | None


class Progress(Shape):
    pictures: int
    of: int
    elapsed_seconds: float
    typical_seconds: float


class Task(Shape):
    id: str
    object: Literal["task"]
    status: str
    model: str
    created: int
    finished: int | None
    progress: Progress
    held: Amount
    charged: Amount
    result: Images | None
    error: Fault | None


class Quote(Shape):
    object: Literal["quote"]
    quote_id: str
    expires_at: int
    model: str
    provider: str
    size: str
    n: int
    unit_price: Amount
    total_price: Amount
    warnings: list[Warned]


class Anything(Shape):
    """An object in another service's words, described there."""


class ErrorBody(Shape):
    """OpenAI's four keys, and ours. With 402 come the credits needed and there."""

    message: str
    type: str
    param: str | None
    code: str | None
    hint: str
    docs_url: str
    required_credits: float | None = None
    available_credits: float | None = None


class Error(Shape):
    error: ErrorBody


EVERY: tuple[type[Shape], ...] = (
    *(Images, Models, ModelShown, Requests, RequestWhole, Purged, Balance),
    *(Transactions, Task, Quote, Anything, Error),
    *(Key, Keys, KeyMade, KeyRotated, KeyStanding),
)
