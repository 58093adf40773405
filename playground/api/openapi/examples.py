"""One example of everything the API takes and answers, all of one afternoon.

They are shown in the description at /v1/openapi.json, and tests send and read them.
"""

from typing import Any

Json = dict[str, Any]

ONE: Json = {"credits": 1, "microcredits": 1_000_000}
NONE: Json = {"credits": 0, "microcredits": 0}
COST: Json = {**ONE, "held": ONE, "charged": ONE}
REQUEST, PICTURE = "img_01m7xv0c2x9qpx6rkq3j5a4t8e", "pic_01m7xv0cdrm2v4w1z9k8h7g6f5"
PAINTED_AT = 1_795_200_000
PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
    "YPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
TRIED: Json = {
    "provider": "sketch",
    "outcome": "succeeded",
    "pictures": 1,
    "duration_ms": 412,
    "first_byte_ms": None,
}
UPSTREAM: Json = {"model": "sketch-1", "request_id": ""}

GENERATION: Json = {
    "model": "sketch-1",
    "prompt": "a paper boat on a pond",
    "n": 1,
    "size": "16:9",
    "resolution": "0.5K",
    "seed": 7,
    "user": "customer-17",
    "metadata": {"team": "red"},
}
EDIT: Json = {
    "model": "sketch-1",
    "prompt": "make it dusk",
    "images": [{"image_url": PIXEL}],
    "resolution": "0.5K",
}
IMAGES: Json = {
    "created": PAINTED_AT,
    "data": [
        {
            "id": PICTURE,
            "url": f"https://easel.example.com/files/{PICTURE}.png?exp=1795286400&sig=…",
            "expires_at": PAINTED_AT + 86_400,
        }
    ],
    "size": "683x384",
    "output_format": "png",
    "background": "opaque",
    "metadata": {
        "request_id": REQUEST,
        "model": "sketch-1",
        "provider": "sketch",
        "upstream": UPSTREAM,
        "requested": "16:9 0.5K",
        "delivered": "683x384",
        "shape": "16:9",
        "tier": "0.5K",
        "seeds": [7],
        "is_test": False,
        "user": "customer-17",
        "metadata": {"team": "red"},
        "warnings": [],
        "cost": COST,
        "attempts": [TRIED],
    },
}
QUOTE: Json = {
    "object": "quote",
    "quote_id": "quo_…",
    "expires_at": PAINTED_AT + 300,
    "model": "sketch-1",
    "provider": "sketch",
    "size": "683x384",
    "n": 1,
    "unit_price": ONE,
    "total_price": ONE,
    "warnings": [],
}
EVENTS = (
    "event: image_generation.completed\n"
    'data: {"type":"image_generation.completed","b64_json":"iVBORw0KGgo…",'
    '"created_at":1795200000,"size":"683x384","quality":"auto","background":"opaque",'
    '"output_format":"png","usage":{"input_tokens":0,"output_tokens":0,'
    '"total_tokens":0}}\n\n'
)
MODEL: Json = {
    "id": "sketch-1",
    "object": "model",
    "created": 0,
    "owned_by": "easel",
    "name": "Sketch",
    "description": "A procedural painter, not an AI model.",
    "family": "sketch",
    "aliases": [],
    "variants": {"sketch-1-4k": "4K"},
    "status": "available",
    "shutdown_date": None,
    "successor": None,
    "is_connected": True,
    "modes": ["generate", "edit", "mask"],
    "endpoints": ["/v1/images/generations", "/v1/images/edits"],
    "capabilities": {"generate": True, "edit": True, "mask": True, "references": 14},
    "tiers": ["1K", "4K"],
    "shapes": ["1:1", "16:9"],
    "sizes": {"1:1": {"1K": "1024x1024"}, "16:9": {"1K": "1365x768"}},
    "qualities": [],
    "output_formats": ["png", "jpeg", "webp", "avif", "gif"],
    "response_format": "url",
    "n_max": 10,
    "prompt_characters": 32_000,
    "prices": [
        {"tier": "1K", "quality": None, "official_usd": None, **ONE},
        {
            "tier": "4K",
            "quality": None,
            "credits": 2,
            "microcredits": 2_000_000,
            "official_usd": None,
        },
    ],
    "providers": [
        {
            "name": "sketch",
            "upstream": "sketch-1",
            "is_connected": True,
            "parameters": {},
        }
    ],
}
MODELS: Json = {"object": "list", "data": [MODEL]}
LINE: Json = {
    "id": REQUEST,
    "object": "request",
    "created": PAINTED_AT,
    "status": "succeeded",
    "is_test": False,
    "is_demo": False,
    "source": "api",
    "endpoint": "images.generations",
    "key": {"id": "key_01m7xtz9k8h7g6f5e4d3c2b1a0", "name": "shop"},
    "model": "sketch-1",
    "provider": "sketch",
    "n": 1,
    "delivered": 1,
    "user": "customer-17",
    "metadata": {"team": "red"},
    "cost": COST,
    "duration_ms": 431,
    "error": None,
}
REQUESTS: Json = {
    "object": "list",
    "data": [LINE],
    "has_more": False,
    "next_after": None,
    "summary": {"requests": 1, "pictures": 1, "failed": 0, "charged": ONE},
}
WHOLE: Json = {
    **LINE,
    "prompt": "a paper boat on a pond",
    "requested": "16:9 0.5K",
    "shape": "16:9",
    "tier": "0.5K",
    "quality": None,
    "inputs": 0,
    "has_mask": False,
    "warnings": [],
    "upstream": UPSTREAM,
    "usage": None,
    "attempts": [TRIED],
    "pictures": [
        {
            **IMAGES["data"][0],
            "kept_until": PAINTED_AT + 30 * 86_400,
            "width": 683,
            "height": 384,
            "format": "png",
            "bytes": 301_222,
            "seed": 7,
        }
    ],
    "are_payloads_removed": False,
}
PURGED: Json = {
    "id": REQUEST,
    "object": "request.payloads",
    "deleted": True,
    "removed": {"prompt": True, "pictures": 1, "inputs": 0, "bytes": 301_222},
}
BALANCE: Json = {
    "object": "balance",
    "storage": {"bytes": 301_222, "most_bytes": None},
    "available": {"credits": 99, "microcredits": 99_000_000},
    "held": NONE,
    "balance": {"credits": 99, "microcredits": 99_000_000},
}
TRANSACTIONS: Json = {
    "object": "list",
    "data": [
        {
            "id": "2",
            "object": "transaction",
            "created": PAINTED_AT,
            "kind": "charge",
            "amount": {"credits": -1, "microcredits": -1_000_000},
            "balance_after": {"credits": 99, "microcredits": 99_000_000},
            "request_id": REQUEST,
            "memo": "",
        }
    ],
    "has_more": False,
    "next_after": None,
}
TASK: Json = {
    "id": REQUEST,
    "object": "task",
    "status": "succeeded",
    "model": "sketch-1",
    "created": PAINTED_AT,
    "finished": PAINTED_AT + 1,
    "progress": {
        "pictures": 1,
        "of": 1,
        "elapsed_seconds": 0.43,
        "typical_seconds": 0.3,
    },
    "held": NONE,
    "charged": ONE,
    "result": IMAGES,
    "error": None,
}
CAP: Json = {
    "limit": {"credits": 50, "microcredits": 50_000_000},
    "spent": ONE,
    "held": NONE,
    "remaining": {"credits": 49, "microcredits": 49_000_000},
    "resets_at": 1_796_083_200,
}
KEY: Json = {
    "id": "key_01m7xv0c2x9qpx6rkq3j5a4t8e",
    "object": "key",
    "name": "newsletter",
    "prefix": "esl_live_h2v9tq",
    "test": False,
    "status": "active",
    "group": None,
    "scopes": ["generate"],
    "models": ["sketch-1"],
    "max_tier": "2K",
    "max_n": 4,
    "requests_per_minute": 60,
    "pictures_per_minute": None,
    "concurrency": 5,
    "ip_ranges": ["203.0.113.0/24"],
    "expires_at": None,
    "spend_caps": {"month": CAP},
    "created": PAINTED_AT,
    "last_used": None,
    "revoked": None,
}
KEYS: Json = {"object": "list", "data": [KEY], "has_more": False, "next_after": None}
KEY_WANTED: Json = {
    "name": "newsletter",
    "scopes": ["generate"],
    "max_tier": "1K",
    "requests_per_minute": 60,
    "spend_caps": {"month": 500},
}
KEY_CHANGES: Json = {"requests_per_minute": 120, "max_tier": None}
KEY_ROTATION: Json = {"overlap_hours": 24}
KEY_MADE: Json = {**KEY, "secret": "esl_live_…"}
KEY_ROTATED: Json = {**KEY_MADE, "old_secret_works_until": PAINTED_AT + 86_400}
KEY_STANDING: Json = {
    **KEY,
    "account_monthly": None,
    "member_monthly": None,
    "under_way": 1,
    "rates_per_minute": {
        "requests": {"limit": 60, "remaining": 58, "resets_in_seconds": 97}
    },
}
QUEUED: Json = {
    **TASK,
    "status": "queued",
    "finished": None,
    "progress": {**TASK["progress"], "pictures": 0, "elapsed_seconds": 0},
    "held": ONE,
    "charged": NONE,
    "result": None,
}
CANCELLED: Json = {
    **QUEUED,
    "status": "cancelled",
    "finished": PAINTED_AT + 1,
    "held": NONE,
    "error": {"code": "cancelled", "message": "Cancelled before it was begun."},
}
