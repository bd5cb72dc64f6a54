"""Traces: spans for OpenTelemetry when OTLP_ENDPOINT is set; without it only the caller's trace id is handed on."""

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_PROPAGATOR = TraceContextTextMapPropagator()
_TRACER = trace.get_tracer("bbcs")


def export_traces(service: str, endpoint: str | None, *, instance: str | None = None) -> None:
    """Send spans to an OTLP collector (`http://host:4318`); without an endpoint no span is recorded at all."""
    if not endpoint:
        return
    named = {"service.name": service, "service.namespace": "bbcs"}
    provider = TracerProvider(resource=Resource.create(named | ({"service.instance.id": instance} if instance else {})))
    exporter = OTLPSpanExporter(endpoint=endpoint.rstrip("/") + "/v1/traces")
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)


def flush_traces(timeout_ms: int = 2000) -> None:
    """Send the spans that still wait, for at most `timeout_ms`."""
    provider = trace.get_tracer_provider()
    if isinstance(provider, TracerProvider):
        provider.force_flush(timeout_ms)


@contextmanager
def span(
    name: str,
    kind: SpanKind = SpanKind.INTERNAL,
    parent: str | None = None,
    attributes: dict[str, str | int] | None = None,
) -> Iterator[Span]:
    """A span as the present one; `parent` is a traceparent that came with a request or a fact.

    A failure inside marks the span with its type alone, since messages repeat what people wrote (rules 7).
    """
    started = _TRACER.start_as_current_span(
        name, _context(parent), kind, attributes, record_exception=False, set_status_on_exception=False
    )
    with started as current, _MarkedOnFailure(current):
        yield current


class _MarkedOnFailure:
    def __init__(self, current: Span) -> None:
        self._current = current

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None and issubclass(kind, Exception):
            ended_badly(self._current, kind.__name__)


def ended_badly(current: Span, kind: str) -> None:
    """Mark a span as failed with the kind of failure: a type's name or a refusal's code."""
    current.set_attribute("error.type", kind)
    current.set_status(Status(StatusCode.ERROR))


def traceparent() -> str | None:
    """The W3C traceparent of the present span, or None where nobody traces."""
    context = trace.get_current_span().get_span_context()
    if not context.is_valid:
        return None
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


def _context(parent: str | None) -> Context | None:
    return _PROPAGATOR.extract({"traceparent": parent}) if parent else None
