"""openai-python, as its documentation says to use it."""

import asyncio
import json
import time
from functools import wraps
from io import BytesIO
from pathlib import Path

import openai
from told import obey

EASELS_OWN = ("aspect_ratio", "resolution", "seed", "fit")


def client_at(where, kind=openai.OpenAI):
    return kind(
        base_url=where["base_url"] + "/v1",
        api_key=where["key"],
        max_retries=where["retries"],
    )


def in_its_words(words):
    """Put what only Easel knows where this client lets strangers in."""
    own = {name: words.pop(name) for name in EASELS_OWN if name in words}
    headers = words.pop("headers", None)
    return {**words, "extra_body": own or None, "extra_headers": headers}


def says_errors(deed):
    @wraps(deed)
    def tried(where, **words):
        try:
            return deed(where, **words)
        except openai.APIError as error:
            return {"error": said_of(error)}

    return tried


def said_of(error):
    return {
        "class": type(error).__name__,
        "status": getattr(error, "status_code", None),
        "code": error.code,
        "param": error.param,
        "message": error.body["message"] if error.body else error.message,
        "request_id": getattr(error, "request_id", None),
    }


def answer_of(answer):
    pictures = [
        {"url": one.url} if one.url else {"data": one.b64_json} for one in answer.data
    ]
    return {"pictures": pictures, "request_id": answer._request_id}


@says_errors
def models(where):
    client = client_at(where)
    ids = [model.id for model in client.models.list()]
    return {"models": ids, "one": client.models.retrieve(ids[0]).id}


@says_errors
def generate(where, **words):
    return answer_of(client_at(where).images.generate(**in_its_words(words)))


@says_errors
def generate_async(where, **words):
    async def both():
        async with client_at(where, openai.AsyncOpenAI) as client:
            asked = in_its_words(words)
            return await asyncio.gather(
                client.images.generate(**asked), client.images.generate(**asked)
            )

    first, second = asyncio.run(both())
    return {
        "pictures": answer_of(first)["pictures"] + answer_of(second)["pictures"],
    }


def as_sent(path, how):
    data = Path(path).read_bytes()
    return {
        "path": Path(path),
        "bytes": data,
        "buffer": BytesIO(data),
        "named": ("picture.png", data, "image/png"),
    }[how]


def with_files(words):
    how = words.pop("how", "path")
    paths = words.pop("images")
    several = [as_sent(path, how) for path in paths]
    words["image"] = several if len(several) > 1 else several[0]
    if "mask" in words:
        words["mask"] = as_sent(words["mask"], how)
    return in_its_words(words)


@says_errors
def edit(where, **words):
    return answer_of(client_at(where).images.edit(**with_files(words)))


def told_by(events):
    seen = [
        {
            "type": event.type,
            "data": event.b64_json,
            "place": getattr(event, "partial_image_index", None),
        }
        for event in events
    ]
    return {"events": seen}


@says_errors
def stream(where, **words):
    asked = in_its_words(words)
    return told_by(client_at(where).images.generate(**asked, stream=True))


@says_errors
def stream_edit(where, **words):
    return told_by(client_at(where).images.edit(**with_files(words), stream=True))


@says_errors
def stream_async(where, **words):
    async def collected():
        async with client_at(where, openai.AsyncOpenAI) as client:
            asked = in_its_words(words)
            events = await client.images.generate(**asked, stream=True)
            return [event async for event in events]

    return told_by(asyncio.run(collected()))


@says_errors
def batch(where, lines, is_cancelled=False, **words):
    """Hand a file in, wait for its end, and read what came of it."""
    client = client_at(where)
    content = "\n".join(map(json.dumps, lines)).encode()
    file = client.files.create(file=("calls.jsonl", content), purpose="batch")
    made = client.batches.create(
        input_file_id=file.id, completion_window="24h", **words
    )
    if is_cancelled:
        client.batches.cancel(made.id)
    while made.status not in ("completed", "failed", "cancelled", "expired"):
        time.sleep(0.1)
        made = client.batches.retrieve(made.id)
    listed = [one.id for one in client.batches.list(limit=1)]
    results = made.output_file_id and client.files.content(made.output_file_id).text
    client.files.delete(file.id)
    return {
        "status": made.status,
        "counts": made.request_counts.to_dict(),
        "results": [json.loads(line) for line in (results or "").splitlines()],
        "is_listed": made.id in listed,
        "files": [one.id for one in client.files.list() if one.id == file.id],
    }


if __name__ == "__main__":
    deeds = (models, generate, generate_async, edit, stream, stream_edit, stream_async)
    deeds += (batch,)
    names = [deed.__name__ for deed in deeds]
    obey(dict(zip(names, deeds, strict=True)), package="openai")
