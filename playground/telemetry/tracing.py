"""Traces, by setting: who a request waited for, from the door to the settled order.

Off, nothing of OpenTelemetry is imported, and each span costs one look. On, spans go to
a collector over OTLP. They carry ids, models and providers; never a prompt, a key, an
address or a picture.
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from django.conf import settings

Word = str | int | float | bool
NOTHING: AbstractContextManager[None] = nullcontext()
OFF: Mapping[str, str] = {}


class Tracing:
    """The tracer of this process, once it is on."""

    def __init__(self) -> None:
        self.tracer: Any = None
        self._provider: Any = None

    def begin(self, role: str) -> None:
        if settings.TRACES_URL and self.tracer is None:
            self._provider = provider_for(role)
            self.tracer = self._provider.get_tracer("easel")

    def end(self) -> None:
        """Send what is still here."""
        if self._provider is not None:
            self._provider.shutdown()
            self._provider = self.tracer = None


_here = Tracing()
begin, end = _here.begin, _here.end


def is_on() -> bool:
    return _here.tracer is not None


def span(name: str, **words: Word) -> AbstractContextManager[None]:
    """Time something that is done within what is being traced now."""
    return NOTHING if _here.tracer is None else recorded(name, {}, words)


def door(name: str, headers: Any) -> AbstractContextManager[None]:
    """Begin a trace, or take the caller's over."""
    if _here.tracer is None:
        return NOTHING
    told = {key.decode("latin-1"): value.decode("latin-1") for key, value in headers}
    return recorded(f"door {name}", told, {"easel.door": name}, kind="SERVER")


def taken_up(name: str, carried: Mapping[str, str]) -> AbstractContextManager[None]:
    """Go on, in another process, with a trace that came with a message."""
    if _here.tracer is None:
        return NOTHING
    return recorded(name, carried, {}, kind="CONSUMER")


def note(**words: Word) -> None:
    """Say more of the span that is open."""
    if _here.tracer is not None:
        from opentelemetry import trace

        trace.get_current_span().set_attributes(spelled(words))


def carried() -> dict[str, str]:
    """Return the headers by which another process goes on with this trace."""
    told: dict[str, str] = {}
    if _here.tracer is not None:
        from opentelemetry.trace.propagation.tracecontext import (
            TraceContextTextMapPropagator,
        )

        TraceContextTextMapPropagator().inject(told)
    return told


@contextmanager
def recorded(
    name: str, told: Mapping[str, str], words: dict[str, Word], *, kind: str = ""
) -> Iterator[None]:
    from opentelemetry.trace import SpanKind, Status, StatusCode
    from opentelemetry.trace.propagation.tracecontext import (
        TraceContextTextMapPropagator,
    )

    before = TraceContextTextMapPropagator().extract(told) if told else None
    with _here.tracer.start_as_current_span(
        name,
        context=before,
        kind=SpanKind[kind or "INTERNAL"],
        attributes=spelled(words),
        record_exception=False,  # its words may be a customer's
        set_status_on_exception=False,
    ) as one:
        try:
            yield
        except BaseException as error:
            one.set_status(Status(StatusCode.ERROR, type(error).__name__))
            raise


def spelled(words: Mapping[str, Word]) -> dict[str, Word]:
    """Give our words the name of the house: `order` is `easel.order`."""
    return {
        name if "." in name else f"easel.{name}": word for name, word in words.items()
    }


def provider_for(role: str) -> Any:
    """Open OpenTelemetry: what it is told to, and at what share."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

    provider = TracerProvider(
        sampler=ParentBased(TraceIdRatioBased(settings.TRACES_SHARE)),
        resource=Resource.create({"service.name": "easel", "service.namespace": role}),
    )
    exporter = OTLPSpanExporter(
        endpoint=settings.TRACES_URL, headers=settings.TRACES_HEADERS, timeout=5
    )
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider
