"""Which operations belong together: the parts of the API's description, in order."""

from typing import Any

Json = dict[str, Any]
PICTURES, GOOGLE = "Pictures", "In Google's words"
# The first beginning that fits a path decides.
PARTS: tuple[tuple[str, str], ...] = (
    ("/v1beta/", GOOGLE),
    ("/v1/async/", "Without waiting"),
    ("/v1/tasks", "Without waiting"),
    ("/v1/files", "Batches"),
    ("/v1/batches", "Batches"),
    ("/v1/images/", PICTURES),
    ("/v1/models", "Models"),
    ("/v1/metrics", "Models"),
    ("/v1/webhooks", "Webhooks"),
    ("/v1/requests", "Requests and money"),
    ("/v1/balance", "Requests and money"),
    ("/v1/billing", "Requests and money"),
    ("/v1/key", "Keys"),
)
WORDS = {
    PICTURES: "As OpenAI's clients ask, and with a few more fields.",
    "Without waiting": "An order is handed in, and its pictures are fetched later.",
    "Batches": "A file of many calls, painted within a day.",
    GOOGLE: "As Google's clients ask; every model answers.",
    "Models": "What there is, what it costs, and how it did lately.",
    "Webhooks": "To be told when an order has ended.",
    "Requests and money": "What was asked, what it cost, and what is left.",
    "Keys": "What a key may do, and keys that make keys.",
}


def tagged(whole: Json) -> Json:
    """Return a description whose operations say which part they belong to."""
    paths = {
        path: {
            method: operation | {"tags": [tag_of(path)]}
            for method, operation in operations.items()
        }
        for path, operations in whole["paths"].items()
    }
    tags = [{"name": name, "description": words} for name, words in WORDS.items()]
    return whole | {"paths": paths, "tags": tags}


def tag_of(path: str) -> str:
    return next(tag for start, tag in PARTS if path.startswith(start))
