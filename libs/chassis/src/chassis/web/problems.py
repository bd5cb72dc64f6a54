"""Every way that a request ends badly, as an RFC 9457 problem: a Chinese title, a stable code, nothing of the input."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from chassis.failures import passes
from chassis.telemetry import scrub
from contracts.refusals import REFUSALS, Refused

MEDIA_TYPE = "application/problem+json"

RETRY_AFTER = 5
"""Seconds after which a client may try again when the service cannot say more."""

_LEFT_UNREAD = frozenset(("request.too-large", "request.deadline"))
"""After these the rest of a body may still come, which nobody reads."""

_MOST_ERRORS = 20
_HIDDEN = "*"
_KIND = re.compile(r"[a-z][a-z0-9_.-]{0,60}")
_PLACES = frozenset(("body", "query", "path", "header", "cookie"))


class FieldError(BaseModel):
    """Where something is wrong, and what kind of wrong: names that we gave ourselves, never what stood there."""

    path: str = Field(examples=["body.reporter.phone"])
    kind: str = Field(examples=["missing"])


class Problem(BaseModel):
    """An RFC 9457 problem. Programs go by `code`, people read `title`."""

    type: str = Field(examples=["urn:bbcs:refusal:request.invalid"])
    title: str = Field(examples=["提交内容不符合要求"])
    status: int = Field(examples=[422])
    code: str = Field(examples=["request.invalid"])
    request_id: str
    errors: list[FieldError] | None = None
    details: dict[str, Any] | None = None


def schemas() -> dict[str, Any]:
    """The schemas that RESPONSES points to, for an OpenAPI document's components."""
    described = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**described.pop("$defs"), "Problem": described}


RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"description": said, "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    for status, said in (("4XX", "Refused; `code` says by what rule"), ("5XX", "Failed; may be tried again"))
}


class Turned(HTTPException):
    """A request that the door turns away while its body is being read.

    It is an HTTPException because FastAPI hides every other failure of reading a body behind its own.
    """

    def __init__(self, code: str, *errors: FieldError) -> None:
        super().__init__(REFUSALS[code].status)
        self.code, self.errors = code, errors


class Answer(Response):
    """A problem on its way out."""

    media_type: ClassVar[str] = MEDIA_TYPE  # type: ignore[misc]


def answer(
    code: str,
    request_id: str,
    errors: Sequence[FieldError] = (),
    details: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer of a code: its title and status, and the headers that its status calls for."""
    refusal = REFUSALS[code]
    problem = Problem(
        type=f"urn:bbcs:refusal:{code}",
        title=refusal.title,
        status=refusal.status,
        code=code,
        request_id=request_id,
        errors=list(errors[:_MOST_ERRORS]) or None,
        details=dict(details or {}) or None,
    )
    written = problem.model_dump_json(exclude_none=True)
    return Answer(written, refusal.status, {**_called_for(code, refusal.status, details or {}), **(headers or {})})


def _called_for(code: str, status: int, details: Mapping[str, object]) -> dict[str, str]:
    called_for: dict[str, str] = {}
    if status == 401:
        wrong = ', error="invalid_token"' if code == "credential.wrong" else ""
        called_for["WWW-Authenticate"] = f'Bearer realm="bbcs"{wrong}'
    if status in (429, 503):
        called_for["Retry-After"] = str(details.get("retry_after", RETRY_AFTER))
    if code in _LEFT_UNREAD:
        called_for["Connection"] = "close"
    return called_for


async def refused(request: Request, error: Exception) -> Response:
    """What FastAPI answers when a use case, a model or the router says no."""
    return told(error, request.state.request_id, request.app.state.names)


def told(error: Exception, request_id: str, known: frozenset[str] = frozenset()) -> Response:
    """The answer of any failure. `known` are the names of fields that a path may show."""
    match error:
        case Refused():
            return _of_refusal(error, request_id, known)
        case Turned():
            return answer(error.code, request_id, error.errors)
        case RequestValidationError():
            places = [(one["loc"], str(one["type"])) for one in error.errors()]
            return answer("request.invalid", request_id, [_error(loc, kind, known) for loc, kind in places])
        case HTTPException():
            return answer(_by_status(error.status_code), request_id, headers=_allowed(error.headers))
    return answer("service.unavailable" if passes(error) else "service.fault", request_id)


def _of_refusal(error: Refused, request_id: str, known: frozenset[str]) -> Response:
    """`fields` of a refusal are written `path: kind` (contracts.base.field_paths); its other details are codes."""
    fields = error.details.get("fields", ())
    said = [str(one).rpartition(": ") for one in fields] if isinstance(fields, list | tuple) else []
    errors = [_error(map(_place, path.split(".")), kind, known) for path, _, kind in said]
    details = {name: scrub.value(one) for name, one in error.details.items() if name != "fields"}
    return answer(error.code, request_id, errors, details)


def _place(segment: str) -> str | int:
    return int(segment) if segment.isascii() and segment.isdigit() and len(segment) <= 3 else segment


def _error(loc: Iterable[object], kind: str, known: frozenset[str]) -> FieldError:
    path = ".".join(_segment(one, known) for one in loc)
    return FieldError(path=path, kind=kind if _KIND.fullmatch(kind) else "value_error")


def _segment(one: object, known: frozenset[str]) -> str:
    """Places in lists and names that we gave; a key of an object that we did not name is input."""
    return str(one) if isinstance(one, int) or one in known or one in _PLACES else _HIDDEN


_STATUS = {
    400: "request.not-json",
    401: "credential.missing",
    403: "principal.not-allowed",
    404: "request.not-found",
    405: "request.method",
    413: "request.too-large",
    415: "request.media-type",
    429: "request.rate-limited",
    503: "service.unavailable",
}


def _by_status(status: int) -> str:
    return _STATUS.get(status, "request.invalid" if status < 500 else "service.fault")


def _allowed(headers: Mapping[str, str] | None) -> dict[str, str]:
    return {name: said for name, said in (headers or {}).items() if name.lower() == "allow"}
