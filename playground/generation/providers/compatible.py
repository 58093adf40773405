"""Any server that speaks OpenAI's images API, or nearly does.

One profile per server says how it differs; nothing here knows a vendor by name.
We ask once and take what is good: top-up, conversion and billing are the core's.
"""

from dataclasses import replace
from time import monotonic
from typing import Any

from yarl import URL

from playground.generation.providers.asking import written
from playground.generation.providers.base import (
    Answer,
    Broken,
    Commission,
    Misconfigured,
    ProviderFailure,
    Refused,
)
from playground.generation.providers.collecting import (
    MEGABYTE,
    Basket,
    answer_bytes,
    collected,
    pictures_among,
    weightiest,
)
from playground.generation.providers.complaints import (
    Complaint,
    by_words,
    failure,
    retry_after,
)
from playground.generation.providers.encoded import (
    Document,
    NotReadable,
)
from playground.generation.providers.entries import entries_of, task_of, tokens_of
from playground.generation.providers.events import Listener
from playground.generation.providers.servers import CompatibleServer, servers_from
from playground.generation.providers.wire import Call, Reply, Wire

__all__ = ["CompatibleProvider", "CompatibleServer", "servers_from"]

# Our part of the deadline: we end first, so that what did arrive is not thrown away.
OURS = 0.95


class CompatibleProvider:
    """The adapter for one such server."""

    def __init__(self, server: CompatibleServer, wire: Wire | None = None) -> None:
        self.server = server
        self.wire = wire or Wire()
        self._picture_bytes = int(server.max_picture_megabytes * MEGABYTE)
        # An address is asked a thousand times a second, and never changes.
        self._home = server.endpoint_for(editing=False)
        self._desk_for_edits = server.endpoint_for(editing=True)

    async def paint(self, commission: Commission) -> Answer:
        """Ask once, and return the pictures that came."""
        patience = min(commission.deadline_seconds * OURS, self.server.timeout_seconds)
        ends = monotonic() + patience
        listener = self._listener(commission)
        reply = await self.wire.send(self._call(commission, patience, listener))
        if reply.status >= 300:
            raise self._failure(reply, Complaint.in_body(reply.body), commission)
        if listener and (streamed := listener.answer()):
            reply = replace(reply, body=streamed)
        document = self._document(reply, commission)
        found = await collected(
            self._basket(commission, ends),
            document,
            entries_of(document.tree),
            commission.n,
        )
        pictures = pictures_among(found)
        if not pictures:
            raise weightiest(found) or self._empty_handed(
                reply, document.tree, commission
            )
        return Answer(
            pictures=pictures,
            upstream_request_id=reply.headers.get("x-request-id", ""),
            first_byte_seconds=reply.first_byte_seconds,
            tokens=tokens_of(document.tree),
        )

    async def close(self) -> None:
        await self.wire.close()

    def _call(
        self, commission: Commission, patience: float, listener: Listener | None
    ) -> Call:
        kind, body = written(self.server, commission)
        return Call(
            url=self._asked(commission),
            headers={"Content-Type": kind, **self.server.credentials},
            body=body,
            timeout_seconds=patience,
            most_bytes=answer_bytes(
                commission.n + commission.previews, self._picture_bytes
            ),
            hear=listener.hear if listener else None,
        )

    def _listener(self, commission: Commission) -> Listener | None:
        """Whoever wants previews listens, to a server that has them."""
        wanted = commission.previews and self.server.has_previews
        return Listener(commission.show) if commission.show and wanted else None

    def _asked(self, commission: Commission) -> URL:
        return self._desk_for_edits if commission.pictures else self._home

    def _document(self, reply: Reply, commission: Commission) -> Document:
        try:
            return Document.read(reply.body)
        except NotReadable as error:
            if reply.body.lstrip().startswith(b"<"):
                said = f"a web page instead of JSON (asked {self._asked(commission)}): right?"
                raise Misconfigured(said, status=reply.status) from error
            complaint = Complaint.in_body(reply.body)
            raise self._failure(reply, complaint, commission) from error

    def _basket(self, commission: Commission, ends: float) -> Basket:
        return Basket(
            wire=self.wire,
            home=self._home,
            ends=ends,
            most_bytes=self._picture_bytes,
            headers=self.server.credentials,
            may_be_private=self.server.is_local,
            secrets=(self.server.api_key, commission.prompt),
        )

    def _empty_handed(
        self, reply: Reply, tree: Any, commission: Commission
    ) -> ProviderFailure:
        """Say why there is no picture in an answer that claims to be fine."""
        if task := task_of(tree):
            said = f"task {task} instead of pictures (asked {self._asked(commission)})"
            return Misconfigured(said, status=reply.status, ran="yes")
        complaint = Complaint.in_tree(tree)
        if complaint.message:
            return self._failure(reply, complaint, commission)
        kind = Refused if by_words(complaint) is Refused else Broken
        said = f"the answer held no picture {complaint.codes}".strip()
        return kind(said, status=reply.status, ran="yes")

    def _failure(
        self, reply: Reply, complaint: Complaint, commission: Commission
    ) -> ProviderFailure:
        request_id = reply.headers.get("x-request-id", "unnamed")
        return failure(
            reply.status,
            complaint.without(self.server.api_key, commission.prompt),
            note=f"asked {self._asked(commission)}, request {request_id}",
            retry_after_seconds=retry_after(reply.headers),
        )
