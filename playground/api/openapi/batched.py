"""Files and batches in the API's description: their shapes, with an example of each."""

from typing import Any, Literal

from playground.api.openapi.shapes import Amount, Shape

Json = dict[str, Any]


class FileShown(Shape):
    id: str
    object: Literal["file"]
    bytes: int
    created_at: int
    expires_at: int | None
    filename: str
    purpose: Literal["batch", "batch_output", "vision", "user_data"]
    status: Literal["processed"]


class Files(Shape):
    object: Literal["list"]
    data: list[FileShown]
    has_more: bool
    first_id: str | None
    last_id: str | None


class FileDeleted(Shape):
    id: str
    object: Literal["file"]
    deleted: Literal[True]


class LineAnswer(Shape):
    status_code: int
    request_id: str | None
    body: dict[str, Any]


class LineError(Shape):
    code: str
    message: str


class ResultLine(Shape):
    """One line of the results."""

    id: str
    custom_id: str
    response: LineAnswer | None
    error: LineError | None


class BatchFault(Shape):
    code: str
    line: int | None
    message: str
    param: str | None


class BatchFaults(Shape):
    object: Literal["list"]
    data: list[BatchFault]


class RequestCounts(Shape):
    total: int
    completed: int
    failed: int


class BatchCost(Shape):
    charged: Amount
    at_most: Amount
    max_credits: Amount | None


class BatchShown(Shape):
    id: str
    object: Literal["batch"]
    endpoint: str
    errors: BatchFaults | None
    input_file_id: str
    completion_window: Literal["24h"]
    status: str
    output_file_id: str | None
    error_file_id: str | None
    created_at: int
    in_progress_at: int | None
    expires_at: int
    finalizing_at: int | None
    completed_at: int | None
    failed_at: int | None
    expired_at: int | None
    cancelling_at: int | None
    cancelled_at: int | None
    request_counts: RequestCounts
    metadata: dict[str, str] | None
    is_test: bool
    cost: BatchCost
    waiting_for: LineError | None


class Batches(Shape):
    object: Literal["list"]
    data: list[BatchShown]
    has_more: bool
    first_id: str | None
    last_id: str | None


EVERY: tuple[type[Shape], ...] = (
    *(FileShown, Files, FileDeleted, ResultLine, BatchShown, Batches),
)

A_FILE: Json = {
    "id": "file_01kaf3x2m8q4v7t9b1c5d6e8fg",
    "object": "file",
    "bytes": 218,
    "created_at": 1795204800,
    "expires_at": 1797796800,
    "filename": "foxes.jsonl",
    "purpose": "batch",
    "status": "processed",
}
FILES: Json = {
    "object": "list",
    "data": [A_FILE],
    "has_more": False,
    "first_id": A_FILE["id"],
    "last_id": A_FILE["id"],
}
DELETED: Json = {"id": A_FILE["id"], "object": "file", "deleted": True}
RESULT: Json = {
    "id": "batch_req_01kaf3x2m8q4v7t9b1c5d6e8fg_1",
    "custom_id": "fox-1",
    "response": {
        "status_code": 200,
        "request_id": "img_01kaf3x2m8q4v7t9b1c5d6e8fg",
        "body": {"created": 1795204800, "data": [{"url": "https://…"}]},
    },
    "error": None,
}
ASKED: Json = {
    "input_file_id": A_FILE["id"],
    "endpoint": "/v1/images/generations",
    "completion_window": "24h",
    "metadata": {"team": "red"},
    "max_credits": 250,
}
BATCH: Json = {
    "id": "batch_01kaf3x2m8q4v7t9b1c5d6e8fg",
    "object": "batch",
    "endpoint": "/v1/images/generations",
    "errors": None,
    "input_file_id": A_FILE["id"],
    "completion_window": "24h",
    "status": "validating",
    "output_file_id": None,
    "error_file_id": None,
    "created_at": 1795204800,
    "in_progress_at": None,
    "expires_at": 1795291200,
    "finalizing_at": None,
    "completed_at": None,
    "failed_at": None,
    "expired_at": None,
    "cancelling_at": None,
    "cancelled_at": None,
    "request_counts": {"total": 0, "completed": 0, "failed": 0},
    "metadata": {"team": "red"},
    "is_test": False,
    "cost": {
        "charged": {"credits": 0.0, "microcredits": 0},
        "at_most": {"credits": 0.0, "microcredits": 0},
        "max_credits": {"credits": 250.0, "microcredits": 250_000_000},
    },
    "waiting_for": None,
}
UNDER_WAY: Json = {
    **BATCH,
    "status": "in_progress",
    "in_progress_at": 1795204803,
    "request_counts": {"total": 120, "completed": 41, "failed": 1},
    "cost": {
        **BATCH["cost"],
        "charged": {"credits": 82.0, "microcredits": 82_000_000},
        "at_most": {"credits": 240.0, "microcredits": 240_000_000},
    },
}
CANCELLING: Json = {
    **UNDER_WAY,
    "status": "cancelling",
    "cancelling_at": 1795205400,
}
BATCHES: Json = {
    "object": "list",
    "data": [UNDER_WAY],
    "has_more": False,
    "first_id": BATCH["id"],
    "last_id": BATCH["id"],
}
A_FORM: Json = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file", "purpose"],
                "properties": {
                    "file": {
                        "type": "string",
                        "format": "binary",
                        "description": "JSON Lines, one call in each; or a picture.",
                        "example": "foxes.jsonl",
                    },
                    "purpose": {
                        "type": "string",
                        "enum": ["batch", "vision", "user_data"],
                    },
                    "expires_after[anchor]": {
                        "type": "string",
                        "enum": ["created_at"],
                    },
                    "expires_after[seconds]": {
                        "type": "integer",
                        "minimum": 3600,
                        "maximum": 2592000,
                    },
                },
            }
        }
    },
}
