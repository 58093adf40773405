"""Pictures in Google's shape: a candidate for each, its bytes where it says inlineData.

What Easel adds stands in `metadata`, a field that Google's clients pass over.
"""

from dataclasses import replace
from typing import Any

import orjson
from django.http import HttpResponse

from playground.api.answers import (
    Piece,
    PiecesResponse,
    amount,
    encoded,
    metadata_out,
    told_in_headers,
    woven,
)
from playground.api.gemini.errors import field_of
from playground.api.gemini.tokens import usage_metadata
from playground.api.orders import Painted
from playground.generation.deliver import Delivered
from playground.generation.errors import RefusedByModel
from playground.generation.links import picture_path
from playground.generation.request import ImageRequest


def answer_candidates(painted: Painted, site: str) -> HttpResponse:
    """Answer generateContent."""
    generation, pictures = painted.generation, painted.pictures
    request = generation.asked
    said = {
        "candidates": [candidate_out(one, request, site) for one in pictures],
        "usageMetadata": usage_metadata(generation, request, len(pictures)),
        **signed(generation.model, generation.id),
        "metadata": metadata_of(painted, request),
    }
    return in_pieces(said, painted)


def answer_predictions(painted: Painted) -> HttpResponse:
    """Answer predict, as Google's older picture models did."""
    predictions = [
        {
            "mimeType": f"image/{picture.row.format}",
            "bytesBase64Encoded": mark_of(picture),
        }
        for picture in painted.pictures
    ]
    request = painted.generation.asked
    said = {"predictions": predictions, "metadata": metadata_of(painted, request)}
    return in_pieces(said, painted)


def metadata_of(painted: Painted, request: ImageRequest) -> dict[str, Any]:
    """What Easel says of every order; its warnings name Google's fields."""
    notes = [replace(note, field=field_of(note.field)) for note in request.notes]
    request = replace(request, notes=tuple(notes))
    return metadata_out(painted.generation, request, painted.pictures)


def answer_refusal(
    refusal: RefusedByModel, model: str, request_id: str
) -> HttpResponse:
    """Say that the model declined, as Google does: an answer without a picture."""
    return declined(refusal_out(refusal, model, request_id), request_id)


def answer_unpredicted(refusal: RefusedByModel, request_id: str) -> HttpResponse:
    reason = {"raiFilteredReason": refusal.message}
    return declined({"predictions": [reason]}, request_id)


def declined(said: dict[str, Any], request_id: str) -> HttpResponse:
    metadata = {"request_id": request_id, "cost": amount(0)}
    return HttpResponse(
        orjson.dumps(said | {"metadata": metadata}), content_type="application/json"
    )


def refusal_out(refusal: RefusedByModel, model: str, request_id: str) -> dict[str, Any]:
    candidate = {
        "finishReason": "IMAGE_SAFETY",
        "finishMessage": refusal.message,
        "index": 0,
    }
    return {"candidates": [candidate], **signed(model, request_id)}


def in_pieces(said: dict[str, Any], painted: Painted) -> HttpResponse:
    """Write an answer whose pictures go out from where they lie."""
    return PiecesResponse(
        pieces_of(said, painted.pictures),
        content_type="application/json",
        headers=told_in_headers(painted.generation),
    )


def pieces_of(said: dict[str, Any], pictures: list[Delivered]) -> list[Piece]:
    """Put each picture's base64 where its mark stands."""
    small, rest = [], orjson.dumps(said)
    large: list[Piece] = []
    for picture in pictures:
        before, mark, after = rest.partition(mark_of(picture).encode())
        if mark:
            small.append(before)
            large.append(picture.base64 or encoded(picture.data))
            rest = after
    return woven([*small, rest], large)


def mark_of(picture: Delivered) -> str:
    return picture.row.id[::-1]  # random, and known to nobody yet


def candidate_out(
    picture: Delivered, request: ImageRequest, site: str
) -> dict[str, Any]:
    """One picture, whole or by its address."""
    row = picture.row
    said: dict[str, Any] = {"mimeType": f"image/{row.format}"}
    part: dict[str, Any]
    if request.response_format == "url":
        path, _expires = picture_path(row.id, row.format, row.expires_at)
        part = {"fileData": said | {"fileUri": site + path}}
    else:
        part = {"inlineData": said | {"data": mark_of(picture)}}
    if row.signature:
        part["thoughtSignature"] = row.signature
    return {
        "content": {"role": "model", "parts": [part]},
        "finishReason": "STOP",
        "index": row.position,
    }


def signed(model: str, request_id: str) -> dict[str, str]:
    return {"modelVersion": model, "responseId": request_id}
