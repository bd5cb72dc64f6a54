"""Log lines: JSON on stderr, fixed events, allow-listed fields, failures as type and place (rules 7).

Messages of exceptions are never written: pydantic's and the database's repeat what people sent.
"""

import logging
import sys
import threading
from collections.abc import Iterator, MutableMapping
from types import FrameType, TracebackType
from typing import Any, TextIO

import orjson
import structlog
from opentelemetry import trace

from chassis.clock import SystemClock
from chassis.telemetry import scrub
from chassis.telemetry.metrics import LOG_FIELDS_DROPPED
from contracts.base import rfc3339

Event = MutableMapping[str, Any]

_LINE = ("event", "level", "time", "service", "instance", "logger", "where", "template", "error", "trace_id", "span_id")
_REQUEST = ("request_id", "method", "route", "status", "code", "principal", "kind", "seconds", "bytes", "door")
_RECORD = ("topic", "topics", "partition", "partitions", "offset", "consumer", "group", "lag", "high", "generation")
_FACT = (
    "fact_id",
    "fact_type",
    "correlation",
    "causation",
    "position",
    "complaint_id",
    "ticket_id",
    "parked_id",
    "unit",
)
_PROGRESS = ("job", "attempts", "count", "rows", "size", "wait_s", "age_s", "speed", "state", "signal", "version")
_PLACE = ("host", "port", "revision")

FIELDS = frozenset((*_LINE, *_REQUEST, *_RECORD, *_FACT, *_PROGRESS, *_PLACE))
"""The fields that a log line may have; whatever else is given is dropped and counted."""

_FRAMES = 15
_CAUSES = 4


class _Stderr:
    """Writes lines to the present stderr, so that stdout stays for what a command answers."""

    def __init__(self, *_: object) -> None:
        """Takes and ignores the logger's name, as structlog's factories are called."""

    def msg(self, written: str) -> None:
        stream: TextIO = sys.stderr
        stream.write(written + "\n")
        stream.flush()

    debug = info = warning = error = critical = exception = log = msg


class _Settings:
    """What `configure` set for every line of the process."""

    service = "-"
    instance: str | None = None
    level = logging.INFO


def logger(name: str) -> structlog.typing.FilteringBoundLogger:
    """The logger of a module. Events are fixed strings; fields come from FIELDS; failures as `error=failure(exc)`."""
    bound: structlog.typing.FilteringBoundLogger = structlog.get_logger().bind(logger=name)
    return bound


def configure(service: str, *, level: str = "INFO", instance: str | None = None) -> None:
    """Say who speaks and from what level, and send every foreign logger and uncaught failure the same way."""
    _Settings.service, _Settings.instance, _Settings.level = service, instance, logging.getLevelNamesMapping()[level]
    logging.root.handlers = [_Foreign()]
    logging.root.setLevel(max(_Settings.level, logging.INFO))
    for name in list(logging.root.manager.loggerDict):
        logging.getLogger(name).handlers, logging.getLogger(name).propagate = [], True
    logging.getLogger("uvicorn.access").disabled = True
    logging.captureWarnings(capture=True)
    sys.excepthook = _uncaught
    threading.excepthook = lambda failed: _uncaught(failed.exc_type, failed.exc_value, failed.exc_traceback)
    sys.unraisablehook = lambda failed: _uncaught(failed.exc_type, failed.exc_value, failed.exc_traceback)


def failure(error: BaseException) -> dict[str, object]:
    """What may be told of an exception: its type, where it passed, and the same of its causes."""
    causes = [_named(cause) for cause in _causes(error)]
    told: dict[str, object] = {"type": _named(error), "frames": list(_places(error.__traceback__))[-_FRAMES:]}
    return told | {"causes": causes} if causes else told


def _named(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")


def _causes(error: BaseException) -> Iterator[BaseException]:
    for _ in range(_CAUSES):
        cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        if cause is None:
            return
        yield cause
        error = cause


def _places(traceback: TracebackType | None) -> Iterator[str]:
    while traceback is not None:
        yield _place(traceback.tb_frame, traceback.tb_lineno)
        traceback = traceback.tb_next


def _place(frame: FrameType, line: int) -> str:
    return f"{_shortened(frame.f_code.co_filename)}:{line} {frame.f_code.co_name}"


_FOLDERS = ("/site-packages/", "/src/", "/lib/python{}.{}/".format(*sys.version_info))


def _shortened(path: str) -> str:
    for folder in _FOLDERS:
        path = path.rpartition(folder)[2]
    return path if not path.startswith("/") else path.rpartition("/")[2]


def _stamped(_: object, level: str, event: Event) -> Event:
    event["level"], event["service"], event["instance"] = level, _Settings.service, _Settings.instance
    event["time"] = rfc3339(SystemClock().now())
    return event


def _traced(_: object, __: str, event: Event) -> Event:
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"], event["span_id"] = f"{context.trace_id:032x}", f"{context.span_id:016x}"
    return event


_OWN = frozenset(("time", "trace_id", "span_id"))


def _allowed(_: object, __: str, event: Event) -> Event:
    failed = event.pop("exc_info", None)
    if failed:
        event["error"] = _raised(failed)
    unknown = len(event.keys() - FIELDS)
    if unknown:
        LOG_FIELDS_DROPPED.inc(unknown)
    return {name: _shown(name, said) for name, said in event.items() if name in FIELDS and said is not None}


def _raised(failed: object) -> object:
    if isinstance(failed, BaseException):
        return failure(failed)
    error = failed[1] if isinstance(failed, tuple) else sys.exception()
    return failure(error) if isinstance(error, BaseException) else None


def _shown(name: str, said: object) -> scrub.Shown:
    if name in _OWN:
        return str(said)
    if isinstance(said, BaseException):
        said = failure(said)
    if name == "error" and isinstance(said, dict):
        return {str(part): scrub.value(told) for part, told in said.items()}
    return scrub.value(said)


def _rendered(_: object, __: str, event: Event) -> str:
    return scrub.line(orjson.dumps(event).decode())


def _filtered(_: object, level: str, event: Event) -> Event:
    if logging.getLevelNamesMapping()[level.upper()] < _Settings.level:
        raise structlog.DropEvent
    return event


structlog.configure(
    processors=[structlog.contextvars.merge_contextvars, _filtered, _stamped, _traced, _allowed, _rendered],
    wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),
    logger_factory=_Stderr,
    cache_logger_on_first_use=True,
)


class _Foreign(logging.Handler):
    """Tells of a library's log record where it came from and its template; its values and its message stay out."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record as a line of ours."""
        tell = getattr(logger(record.name), record.levelname.lower(), logger(record.name).info)
        tell(
            "library",
            where=f"{_shortened(record.pathname)}:{record.lineno}",
            template=record.msg if record.args and isinstance(record.msg, str) else None,
            error=failure(record.exc_info[1]) if record.exc_info and record.exc_info[1] else None,
        )


def _uncaught(_: type[BaseException], error: BaseException | None, __: TracebackType | None) -> None:
    if not isinstance(error, KeyboardInterrupt):
        logger(__name__).critical("process.fault", error=failure(error) if error else None)
