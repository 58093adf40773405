"""google-genai, as its documentation says to use it."""

import asyncio
from base64 import b64encode
from pathlib import Path

from google import genai
from google.genai import errors, types
from told import obey

MODEL = "sketch-1"


def client_at(where):
    options = {"base_url": where["base_url"]}
    at_vertex = where.get("vertex", False)
    return genai.Client(api_key=where["key"], vertexai=at_vertex, http_options=options)


def config_of(words):
    shape = {
        "aspect_ratio": words.get("aspect_ratio"),
        "image_size": words.get("resolution"),
    }
    return types.GenerateContentConfig(
        response_modalities=words.get("modalities", ["IMAGE"]),
        image_config=types.ImageConfig(**shape) if any(shape.values()) else None,
        candidate_count=words.get("n"),
    )


def says_errors(deed):
    def tried(where, **words):
        try:
            return deed(where, **words)
        except errors.APIError as error:
            said = {"class": type(error).__name__, "status": error.code}
            return {"error": said | {"code": error.status, "message": error.message}}

    return tried


def pictures_in(answer):
    return [
        {"data": b64encode(part.inline_data.data).decode()}
        for candidate in answer.candidates or []
        for part in (candidate.content.parts if candidate.content else None) or []
        if part.inline_data
    ]


def answer_of(answer):
    reasons = [str(one.finish_reason.name) for one in answer.candidates or []]
    return {
        "pictures": pictures_in(answer),
        "reasons": reasons,
        "model": answer.model_version,
        "tokens": answer.usage_metadata.total_token_count,
    }


def contents_of(words):
    parts = [words["prompt"]]
    for path in words.get("images", []):
        data = Path(path).read_bytes()
        parts.append(types.Part.from_bytes(data=data, mime_type="image/png"))
    return parts


def asked(words):
    return {
        "model": words.get("model", MODEL),
        "contents": contents_of(words),
        "config": config_of(words),
    }


@says_errors
def models(where):
    client = client_at(where)
    ids = [model.name.removeprefix("models/") for model in client.models.list()]
    one = client.models.get(model=ids[0])
    return {"models": ids, "one": one.name.removeprefix("models/")}


@says_errors
def generate(where, **words):
    client = client_at(where)
    return answer_of(client.models.generate_content(**asked(words)))


@says_errors
def generate_async(where, **words):
    async def both():
        client = client_at(where)  # it closes its connections when nobody keeps it
        models = client.aio.models
        return await asyncio.gather(
            models.generate_content(**asked(words)),
            models.generate_content(**asked(words)),
        )

    first, second = asyncio.run(both())
    return {"pictures": pictures_in(first) + pictures_in(second)}


@says_errors
def stream(where, **words):
    client = client_at(where)
    chunks = list(client.models.generate_content_stream(**asked(words)))
    return {"pictures": [one for chunk in chunks for one in pictures_in(chunk)]}


@says_errors
def stream_async(where, **words):
    async def collected():
        client = client_at(where)
        chunks = await client.aio.models.generate_content_stream(**asked(words))
        return [one async for chunk in chunks for one in pictures_in(chunk)]

    return {"pictures": asyncio.run(collected())}


@says_errors
def chat(where, **words):
    """Two turns: the second changes what the first has made."""
    client = client_at(where)
    talk = client.chats.create(model=MODEL, config=config_of(words))
    first = talk.send_message(words["prompt"])
    second = talk.send_message(words["then"])
    return {"pictures": pictures_in(first) + pictures_in(second)}


@says_errors
def count(where, **words):
    client = client_at(where)
    counted = client.models.count_tokens(model=MODEL, contents=words["prompt"])
    return {"tokens": counted.total_tokens}


if __name__ == "__main__":
    deeds = (models, generate, generate_async, stream, stream_async, chat, count)
    names = "models generate generate_async stream stream_async chat count".split()
    named = dict(zip(names, deeds, strict=True))
    obey({**named, "edit": generate}, package="google-genai")
