"""Models at Replicate: a prediction is begun, waited for, and its pictures are fetched.

A 2xx does not mean finished, and finished does not mean painted: the state says it, and
a refusal is a failed prediction whose text tells it from others.
"""

import re
from collections.abc import Iterator
from math import ceil
from time import monotonic
from typing import Any

import orjson
from yarl import URL

from playground.generation.providers.base import (
    Access,
    Answer,
    Broken,
    Busy,
    Commission,
    Late,
    Misconfigured,
    ProviderFailure,
    Refused,
    Trade,
)
from playground.generation.providers.collecting import (
    PICTURE_BYTES,
    Basket,
    answer_bytes,
    pictures_of,
)
from playground.generation.providers.complaints import (
    WORDS_KEPT,
    Complaint,
    Ran,
    by_words,
    failure,
    retry_after,
)
from playground.generation.providers.encoded import Document
from playground.generation.providers.placing import placed_with_pictures
from playground.generation.providers.waiting import (
    OURS,
    USUAL_PACE,
    Counter,
    Pace,
    told_in,
)
from playground.generation.providers.wire import Call, Reply, Wire

HOME = "https://api.replicate.com"
HOSTS = frozenset({"api.replicate.com"})
# How long an order is held until it is done. Sixty seconds are allowed, but what a cut
# line loses has no name yet that it could be found or called off by.
HELD_SECONDS = 20
LEAST_DEADLINE_SECONDS = 5
ENDS = frozenset({"succeeded", "failed", "canceled", "aborted"})
# Exhausted accounts and locked doors are the operator's to mend.
OUR_AFFAIR = frozenset({401, 402, 403, 404})
REFUSED = re.compile(r"\bE005\b")
BUSY = re.compile(r"\bE00[34]\b|high demand|throttled", re.IGNORECASE)
UNKNOWN_FIELD = re.compile(
    r"is required|additional propert|does not exist|invalid version", re.IGNORECASE
)
WAIT = re.compile(r"(?:available|resets?|again) in ~?(\d+(?:\.\d+)?) ?s", re.IGNORECASE)


class ReplicateProvider:
    """The adapter."""

    def __init__(self, access: Access, pace: Pace = USUAL_PACE) -> None:
        self.wire = Wire()
        self._secret = access.secret
        self._is_local = access.is_local
        base = (access.base_url or HOME).rstrip("/").removesuffix("/v1")
        self._base = URL(base) / "v1"
        self._counter = Counter(
            self.wire,
            self._base,
            HOSTS,
            {"Authorization": f"Bearer {access.secret}"},
            pace,
        )

    async def paint(self, commission: Commission) -> Answer:
        """Begin a prediction, wait until it ends, and bring its pictures in."""
        ends = monotonic() + commission.deadline_seconds * OURS
        reply = await self.wire.send(self._call(commission, ends))
        document = self._prediction(reply, commission)
        if document.tree.get("status") not in ENDS:
            document = await self._ended(document, commission, ends)
        if (status := document.tree.get("status")) != "succeeded":
            raise self._unpainted(document.tree, status, commission)
        basket = Basket(
            wire=self.wire,
            home=self._base,
            ends=ends,
            most_bytes=PICTURE_BYTES,
            may_be_private=self._is_local,
            secrets=(self._secret, commission.prompt),
        )
        entries = list(entries_in(document))
        pictures = await pictures_of(basket, document, entries, commission.n)
        return Answer(
            pictures=pictures, upstream_request_id=str(document.tree.get("id", ""))
        )

    async def close(self) -> None:
        await self._counter.close()
        await self.wire.close()

    def _call(self, commission: Commission, ends: float) -> Call:
        patience = ends - monotonic()
        path, version = address_of(commission.upstream)
        picture = {"prompt": commission.prompt, **placed_with_pictures(commission)}
        held = min(HELD_SECONDS, int(patience / 2))
        return Call(
            url=self._base / path,
            headers={
                **self._counter.headers,
                "Content-Type": "application/json",
                "Cancel-After": f"{max(LEAST_DEADLINE_SECONDS, ceil(patience))}s",
                **({"Prefer": f"wait={held}"} if held else {}),
            },
            body=orjson.dumps({**version, "input": picture}),
            timeout_seconds=patience,
            most_bytes=answer_bytes(commission.n),
        )

    async def _ended(
        self, document: Document, commission: Commission, ends: float
    ) -> Document:
        """Return the prediction in its last state. With an output it is about to get there."""
        tree = document.tree
        addresses = tree.get("urls")
        urls = addresses if isinstance(addresses, dict) else {}
        with self._counter.calling_off("POST", urls.get("cancel")):
            looks = self._counter.looks(
                self._counter.own(urls.get("get")),
                ends,
                answer_bytes(commission.n),
                at_once=bool(tree.get("output")),
            )
            async for reply in looks:
                document = self._prediction(reply, commission, ran="unknown")
                if document.tree.get("status") in ENDS:
                    return document
            status = document.tree.get("status")
            ran: Ran = "no" if status == "starting" else "unknown"
            raise Late(f"still {status} when the time was up", ran=ran)

    def _prediction(
        self, reply: Reply, commission: Commission, ran: Ran = "no"
    ) -> Document:
        if reply.status >= 300:
            raise self._failure(reply, commission, ran)
        return told_in(reply, ran="unknown")

    def _unpainted(
        self, tree: dict[str, Any], status: str, commission: Commission
    ) -> ProviderFailure:
        """Say why a prediction ended without a picture; only its text tells a refusal."""
        if status == "aborted":
            return Late("aborted: not begun in time", status=200, ran="no")
        ran: Ran = "yes" if tree.get("started_at") else "no"
        if status == "canceled":
            return Late("canceled: not done in time", status=200, ran=ran)
        complaint = Complaint(str(tree.get("error") or "")[:WORDS_KEPT])
        complaint = complaint.without(self._secret, commission.prompt)
        reason = f"failed: {complaint.message} (prediction {tree.get('id')})"
        if REFUSED.search(complaint.message):
            return Refused(reason, status=200, ran=ran, words=complaint.message)
        if BUSY.search(complaint.message):
            return Busy(reason, status=200, ran="no")
        kind = by_words(complaint)
        return kind(reason, status=200, ran=ran, words=complaint.message)

    def _failure(
        self, reply: Reply, commission: Commission, at_least: Ran
    ) -> ProviderFailure:
        complaint = Complaint.in_body(reply.body)
        complaint = complaint.without(self._secret, commission.prompt)
        told = WAIT.search(complaint.message)
        wait = retry_after(reply.headers) or (float(told[1]) if told else None)
        usual = failure(
            reply.status,
            complaint,
            note=f"asked for {commission.upstream}",
            retry_after_seconds=wait,
        )
        kind = verdict(reply.status, complaint) or type(usual)
        return kind(
            usual.reason,
            status=reply.status,
            ran=at_least if usual.ran == "no" else usual.ran,
            retry_after_seconds=wait,
            words=usual.words,
        )


def verdict(status: int, complaint: Complaint) -> type[ProviderFailure] | None:
    """Decide by status where Replicate's own habits differ from others'."""
    if status in OUR_AFFAIR:
        return Misconfigured
    if status == 422:  # a field this model does not have, or a value it does not take
        unknown = UNKNOWN_FIELD.search(complaint.message)
        return Misconfigured if unknown else Broken
    return None


def address_of(upstream: str) -> tuple[str, dict[str, str]]:
    """Return where a model is asked, and its version if it has to be named."""
    if ":" in upstream or "/" not in upstream:
        return "predictions", {"version": upstream}
    return f"models/{upstream}/predictions", {}


def entries_in(document: Document) -> Iterator[dict[str, Any]]:
    """Yield the pictures of an output, which is one address or a list of them."""
    output = document.tree.get("output")
    for one in output if isinstance(output, list) else [output]:
        text = document.text(one)
        head = text[:8] if isinstance(text, str) else bytes(text or b"")[:8].decode()
        if head.startswith(("http://", "https://", "data:")):
            yield {"url": one}


TRADE = Trade("replicate", "Replicate", ReplicateProvider, edits=True, masks=True)
