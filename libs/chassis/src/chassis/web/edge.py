"""The outermost layer of the web door, in plain ASGI: what holds for every request, whatever is behind it."""

import asyncio
import re
from collections.abc import MutableMapping
from time import perf_counter
from typing import Any

from opentelemetry.trace import Span, SpanKind
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from chassis import telemetry
from chassis.clock import SystemClock, new_id
from chassis.failures import passes
from chassis.telemetry import metrics
from chassis.web import problems, strict
from chassis.web.problems import FieldError, Turned

log = telemetry.logger(__name__)

_REQUEST_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,127}")
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
_JSON = re.compile(r'application/(?:[a-z0-9.-]+\+)?json *(?:; *charset="?utf-8"? *)?', re.IGNORECASE)
_NO_ROUTE = "-"
_NO_STATUS = 499
"""Nobody was there to be answered: the client left, or the process ends."""
_DRAINED = 16
"""How many times the limit is read and thrown away, so that a client that is still sending hears the refusal."""


class Edge:
    """Names each request, limits its size and time, counts and traces it, and lets no failure out as it is."""

    def __init__(self, app: ASGIApp, largest: int, seconds: float) -> None:
        self._app, self._largest, self._seconds = app, largest, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Carry out one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, send)
        traced = telemetry.span(exchange.method, SpanKind.SERVER, _header(scope, b"traceparent"))
        with bound_contextvars(request_id=exchange.request_id), traced as span:
            try:
                await self._answered(exchange, _Body(scope, receive, self._largest))
            finally:
                exchange.close(span)

    async def _answered(self, exchange: "_Exchange", body: "_Body") -> None:
        limit = asyncio.timeout(self._seconds)
        try:
            async with limit:
                _check_address(exchange.scope)
                await self._app(exchange.scope, body, exchange.sending(limit))
        except Exception as error:  # noqa: BLE001 - nothing of a failure may reach the client (rules 7)
            await exchange.fail(error, late=limit.expired())


class _Exchange:
    """One request and its answer: what it is called, when it came, and how it ended."""

    def __init__(self, scope: Scope, send: Send) -> None:
        given = _header(scope, b"x-request-id")
        self.request_id = given if _REQUEST_ID.fullmatch(given) else str(new_id(SystemClock().now()))
        self.method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        self.scope, self._send, self._began, self._status = scope, send, perf_counter(), 0
        self._state: MutableMapping[str, Any] = scope.setdefault("state", {})
        self._state["request_id"] = self.request_id

    def sending(self, limit: asyncio.Timeout) -> Send:
        """Where the application sends its answer; the time limit ends where the answer starts."""

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start" and not limit.expired():
                limit.reschedule(None)
            await self._pass_on(message)

        return send

    async def _pass_on(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            given = list(message.get("headers", ()))
            message = {**message, "headers": given + self._headers({name for name, _ in given})}
        await self._send(message)

    def _headers(self, given: set[bytes]) -> list[tuple[bytes, bytes]]:
        """The headers that every answer has, and those that a dependency left in the request's state."""
        said = {"x-request-id": self.request_id, "x-content-type-options": "nosniff", **self._state.get("headers", {})}
        if self.scope["path"].startswith("/v1"):
            said["cache-control"] = "no-store"
        return [(name.encode(), value.encode()) for name, value in said.items() if name.encode() not in given]

    async def fail(self, error: Exception, *, late: bool) -> None:
        """Answer a failure that nobody else did; one in the middle of an answer can only break the connection off."""
        if late or not isinstance(error, Turned):
            self._tell(error, late=late)
        if self._status:
            raise error
        answer = problems.answer("request.deadline", self.request_id) if late else problems.told(error, self.request_id)
        await answer(self.scope, _nothing, self._pass_on)

    def _tell(self, error: Exception, *, late: bool) -> None:
        tell = log.warning if late or passes(error) else log.error
        event = "request.late" if late else "request.failed"
        tell(event, method=self.method, route=self._route(), error=telemetry.failure(error))

    def close(self, span: Span) -> None:
        """Count the request and name its span by its route, not by its path, which holds ids."""
        route, status = self._route(), self._status or _NO_STATUS
        metrics.HTTP_SECONDS.labels(self.method, route, status).observe(perf_counter() - self._began)
        span.update_name(f"{self.method} {route}")
        span.set_attributes({"http.request.method": self.method, "http.route": route})
        span.set_attribute("http.response.status_code", status)
        if status >= 500:
            telemetry.ended_badly(span, str(status))

    def _route(self) -> str:
        return getattr(self.scope.get("route"), "path", _NO_ROUTE)


class _Body:
    """The request's body as the application reads it: not too large, and strict JSON where a model wants JSON.

    It is checked when it is read, so that what has no such route or method is told that first. A door that takes raw
    bytes reads them itself and gets them as they came.
    """

    def __init__(self, scope: Scope, receive: Receive, largest: int) -> None:
        self._scope, self._receive, self._largest = scope, receive, largest
        self._read = bytearray()

    async def __call__(self) -> Message:
        """The next part of the body. Raises Turned."""
        message = await self._receive()
        if message["type"] != "http.request":
            return message
        self._read += message.get("body", b"")
        if len(self._read) > self._largest:
            await self._drain(message)
            raise Turned("request.too-large")
        if not message.get("more_body") and self._read and self._wanted_by_a_model():
            self._check()
        return message

    async def _drain(self, message: Message) -> None:
        left = self._largest * _DRAINED
        while message.get("more_body") and left > 0:
            message = await self._receive()
            left -= len(message.get("body", b""))

    def _wanted_by_a_model(self) -> bool:
        return getattr(self._scope.get("route"), "body_field", None) is not None

    def _check(self) -> None:
        if not _JSON.fullmatch(_header(self._scope, b"content-type").strip()):
            raise Turned("request.media-type")
        try:
            strict.read(bytes(self._read))
        except strict.NotStrict as error:
            code = "request.invalid" if error.kind == "nul" else "request.not-json"
            raise Turned(code, FieldError(path="body", kind=error.kind)) from None


def _check_address(scope: Scope) -> None:
    """PostgreSQL holds no NUL: no path or query has one. Raises Turned."""
    for place, said in (("path", scope["path"].encode(errors="replace")), ("query", scope["query_string"])):
        if b"\0" in said or b"%00" in said:
            raise Turned("request.invalid", FieldError(path=place, kind="nul"))


def _header(scope: Scope, name: bytes) -> str:
    return next((said.decode("latin-1") for given, said in scope["headers"] if given == name), "")


async def _nothing() -> Message:
    return {"type": "http.disconnect"}
