"""Answers that come in pieces, read to their end."""

from asgiref.sync import async_to_sync


def whole(response) -> str:
    async def read():
        return b"".join([piece async for piece in response.streaming_content])

    return async_to_sync(read)().decode()
