"""What a service tells about itself: log lines, traces, metrics; never what people wrote (rules 7)."""

from chassis.telemetry import metrics
from chassis.telemetry.logs import configure, failure, logger
from chassis.telemetry.traces import ended_badly, export_traces, flush_traces, span, traceparent

__all__ = [
    "configure",
    "ended_badly",
    "export_traces",
    "failure",
    "flush_traces",
    "logger",
    "metrics",
    "span",
    "traceparent",
]
