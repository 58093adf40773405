"""Models at fal.ai: the body is the model's own input, and the work goes through a queue.

The queue is a little slower than asking directly, but what a cut line loses there is
lost and perhaps paid for, while a place in the queue can be asked again, and given up
before it costs anything. An operator may still choose `mode: direct`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain, repeat
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
    PaintedPicture,
    ProviderFailure,
    Refused,
    Trade,
)
from playground.generation.providers.collecting import (
    MEGABYTE,
    PICTURE_BYTES,
    Basket,
    answer_bytes,
    pictures_of,
)
from playground.generation.providers.complaints import (
    Complaint,
    Ran,
    failure,
    retry_after,
)
from playground.generation.providers.entries import entries_of
from playground.generation.providers.placing import placed_with_pictures
from playground.generation.providers.waiting import (
    OURS,
    USUAL_PACE,
    Counter,
    Pace,
    told_in,
)
from playground.generation.providers.wire import Call, Reply, Wire

HOMES = {"queue": "https://queue.fal.run", "direct": "https://fal.run"}
HOSTS = frozenset({"queue.fal.run", "fal.run", "queue.falrun.com", "falrun.com"})
LEAST_START_SECONDS = 2  # what fal takes as a deadline for beginning
OUR_AFFAIR = frozenset({401, 402, 403, 404})
INGRESS = frozenset({408, 429, 502, 503, 504})

# What fal's own words for a failure mean. It does not bill an answer of 500 or above.
KINDS: Mapping[str, tuple[type[ProviderFailure], Ran]] = {
    "content_policy_violation": (Refused, "unknown"),
    "no_media_generated": (Broken, "yes"),
    "generation_timeout": (Late, "no"),
    "request_timeout": (Late, "no"),
    "startup_timeout": (Late, "no"),
    "runner_scheduling_failure": (Busy, "no"),
    "downstream_service_error": (Broken, "unknown"),
    "client_disconnected": (Broken, "unknown"),
    "client_cancelled": (Broken, "unknown"),
    # These name a field that an offer of ours should know better.
    "missing": (Misconfigured, "no"),
    "extra_forbidden": (Misconfigured, "no"),
    "feature_not_supported": (Misconfigured, "no"),
}


@dataclass(frozen=True, slots=True)
class Ticket:
    """A place in the queue."""

    request_id: str
    status: URL
    result: URL
    cancel: str


class FalProvider:
    """The adapter, for one of fal's two ways in."""

    def __init__(self, access: Access, pace: Pace = USUAL_PACE) -> None:
        mode = access.options.get("mode", "queue")
        if mode not in HOMES:
            raise ValueError(f'fal: "mode" must be queue or direct, not "{mode}"')
        self.wire = Wire()
        self._secret = access.secret
        self._is_local = access.is_local
        self._is_queued = mode == "queue"
        self._base = URL((access.base_url or HOMES[mode]).rstrip("/"))
        self._counter = Counter(
            self.wire,
            self._base,
            HOSTS,
            {"Authorization": f"Key {access.secret}"},
            pace,
        )

    async def paint(self, commission: Commission) -> Answer:
        """Ask once, wait for it, and bring the pictures in."""
        ends = monotonic() + commission.deadline_seconds * OURS
        call = self._call(commission, ends)
        reply = self._good(await self.wire.send(call), commission)
        if not self._is_queued:
            return await self._answer(reply, commission, ends)
        ticket = self._ticket(reply)
        with self._counter.calling_off("PUT", ticket.cancel):
            told = await self._finished(ticket, commission, ends)
        result = await self._result(ticket, told, commission, ends)
        return await self._answer(result, commission, ends, ticket.request_id)

    async def close(self) -> None:
        await self._counter.close()
        await self.wire.close()

    def _call(self, commission: Commission, ends: float) -> Call:
        """Write the request. fal must not run lost work again: we may be elsewhere by then."""
        patience = ends - monotonic()
        fields = {"prompt": commission.prompt, **placed_with_pictures(commission)}
        return Call(
            url=self._base / commission.upstream,
            headers={
                **self._counter.headers,
                "Content-Type": "application/json",
                "X-Fal-Request-Timeout": str(max(LEAST_START_SECONDS, int(patience))),
                "x-fal-no-retry": "1",
            },
            body=orjson.dumps(fields),
            timeout_seconds=patience,
            most_bytes=answer_bytes(commission.n),
        )

    def _ticket(self, reply: Reply) -> Ticket:
        told = told_in(reply, ran="unknown").tree
        return Ticket(
            request_id=str(told.get("request_id", "")),
            status=self._counter.own(told.get("status_url")),
            result=self._counter.own(told.get("response_url")),
            cancel=str(told.get("cancel_url", "")),
        )

    async def _finished(
        self, ticket: Ticket, commission: Commission, ends: float
    ) -> Mapping[str, Any]:
        """Return what the queue says of the work once it is over, well or badly."""
        status: Any = "unseen"
        looks = self._counter.looks(ticket.status, ends, MEGABYTE)
        async for reply in looks:
            good = self._good(reply, commission, "unknown")
            told: dict[str, Any] = told_in(good, ran="unknown").tree
            status = told.get("status")
            if status == "COMPLETED":
                return told
        if status == "IN_QUEUE":  # it will not begin: fal was told our deadline
            raise Late("still in the queue when the time was up", ran="no")
        raise Late(f"still {status} when the time was up", ran="unknown")

    async def _result(
        self,
        ticket: Ticket,
        told: Mapping[str, Any],
        commission: Commission,
        ends: float,
    ) -> Reply:
        """Fetch what came of it: a picture's address, or the failure with its own status."""
        looks = self._counter.looks(
            ticket.result,
            ends,
            answer_bytes(commission.n),
            at_once=True,
            passing=is_of_the_line,
        )
        async for reply in looks:
            good = self._good(reply, commission)
            if told.get("error"):
                body = bytearray(orjson.dumps(told))
                raise self._failure(
                    Reply(good.status, good.headers, body, 0.0), commission, "unknown"
                )
            return good
        raise Late("its result did not come in time", ran="yes")

    async def _answer(
        self, reply: Reply, commission: Commission, ends: float, request_id: str = ""
    ) -> Answer:
        document = told_in(reply, ran="yes")
        entries = list(unflagged(document.tree))
        basket = Basket(
            wire=self.wire,
            home=self._base,
            ends=ends,
            most_bytes=PICTURE_BYTES,
            may_be_private=self._is_local,
            secrets=(self._secret, commission.prompt),
        )
        pictures = await pictures_of(basket, document, entries, commission.n)
        return Answer(
            pictures=tuple(noted(pictures, document.tree, commission)),
            upstream_request_id=request_id or reply.headers.get("x-fal-request-id", ""),
            first_byte_seconds=None if self._is_queued else reply.first_byte_seconds,
        )

    def _good(self, reply: Reply, commission: Commission, ran: Ran = "no") -> Reply:
        if reply.status >= 300:
            raise self._failure(reply, commission, ran)
        return reply

    def _failure(
        self, reply: Reply, commission: Commission, at_least: Ran = "no"
    ) -> ProviderFailure:
        words = words_in(reply)
        complaint = Complaint.in_body(reply.body)
        complaint = Complaint(complaint.message, " ".join(words))
        complaint = complaint.without(self._secret, commission.prompt)
        request_id = reply.headers.get("x-fal-request-id", "unnamed")
        note = f"asked for {commission.upstream}, request {request_id}"
        wait = retry_after(reply.headers)
        usual = failure(reply.status, complaint, note=note, retry_after_seconds=wait)
        kind, ran = verdict(reply, words) or (type(usual), usual.ran)
        return kind(
            usual.reason,
            status=reply.status,
            ran=at_least if ran == "no" else ran,
            retry_after_seconds=wait,
            words=usual.words,
        )


def verdict(reply: Reply, words: list[str]) -> tuple[type[ProviderFailure], Ran] | None:
    """Decide by a status about us, then by fal's own word; nothing when it used none."""
    if reply.status in OUR_AFFAIR:
        return Misconfigured, "no"
    if reply.status == 429:
        return Busy, "no"
    if known := next((KINDS[word] for word in words if word in KINDS), None):
        return known
    if reply.headers.get("x-fal-request-timeout-type") == "user":
        return Late, "no"
    if words or (reply.status >= 500 and "x-fal-request-id" in reply.headers):
        return Broken, "no"
    return None


def words_in(reply: Reply) -> list[str]:
    """Find fal's words for what went wrong: a type at each detail, or one for all."""
    try:
        tree = orjson.loads(reply.body)
    except orjson.JSONDecodeError:
        tree = None
    told = tree if isinstance(tree, dict) else {}
    details = told.get("detail")
    listed = details if isinstance(details, list) else []
    found = [one.get("type") for one in listed if isinstance(one, dict)]
    found += [told.get("error_type"), reply.headers.get("x-fal-error-type")]
    return [word for word in found if isinstance(word, str) and word]


def is_of_the_line(reply: Reply) -> bool:
    """Tell trouble on the way to a result from a result that is a failure."""
    is_theirs = "x-fal-request-id" in reply.headers or words_in(reply)
    return reply.status in INGRESS and not is_theirs


def unflagged(tree: Any) -> Iterator[dict[str, Any]]:
    """Yield the entries that are no black image: some models blank what they refuse."""
    entries = entries_of(tree)
    told = tree.get("has_nsfw_concepts")
    flags = [one is True for one in told] if isinstance(told, list) else []
    if entries and flags and all(flags):
        raise Refused("blanked: has_nsfw_concepts", status=200, ran="yes")
    for entry, is_blank in zip(entries, chain(flags, repeat(False)), strict=False):
        if not is_blank:
            yield entry


def noted(
    pictures: tuple[PaintedPicture, ...], tree: Any, commission: Commission
) -> Iterator[PaintedPicture]:
    """Add what fal says of the pictures: a seed is that of the first of them."""
    seed, prompt = tree.get("seed"), tree.get("prompt")
    is_revised = isinstance(prompt, str) and prompt != commission.prompt
    for number, picture in enumerate(pictures):
        yield replace(
            picture,
            seed=seed if isinstance(seed, int) and not number else None,
            revised_prompt=prompt if is_revised else "",
        )


TRADE = Trade("fal", "fal.ai", FalProvider, edits=True, masks=True)
