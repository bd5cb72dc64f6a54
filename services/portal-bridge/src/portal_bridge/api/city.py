"""The city's door (docs/city-feedback.md): what it sends, and what it asks; each request is signed by RFC 9421."""

import re
from collections.abc import Iterable
from typing import Annotated, Any, Self

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel

from chassis import signatures, web
from chassis.clock import SystemClock
from chassis.web import strict
from chassis.work import Work
from contracts.portal import CityKey
from contracts.refusals import REFUSALS, Refused
from contracts.vocabulary import FeedbackWay
from portal_bridge import usecases
from portal_bridge.usecases import Answer, Kit, Said

router = APIRouter(prefix="/city")

MOST = 500
_CITY = "city"
_JSON = re.compile(r'application/json *(?:; *charset="?utf-8"? *)?', re.IGNORECASE)


async def signed(request: Request) -> bytes:
    """The body of a request that the city signed; it is looked at no sooner.

    Raises Refused: `signature.missing`, `signature.wrong`, `signature.expired`, `request.rate-limited`.
    """
    body = await request.body()
    gate = request.app.state.runtime.kit.gate
    said = signatures.Request(request.method, gate.url + _path(request), body)
    signatures.check(said, request.headers, gate.keys, SystemClock().now(), gate.window)
    count = await request.app.state.limiter.count(_CITY)
    if count.passed:
        raise Refused("request.rate-limited", retry_after=count.reset)
    return body


def _path(request: Request) -> str:
    """Path and query as they stand in the request."""
    query = request.scope["query_string"]
    return str((request.scope["raw_path"] + (b"?" + query if query else b"")).decode("latin-1"))


def values(body: Annotated[bytes, Depends(signed)], request: Request) -> list[object]:
    """1 to 500 items. Raises Refused: `request.media-type`, `request.not-json`, `request.invalid`."""
    if not _JSON.fullmatch(request.headers.get("content-type", "").strip()):
        raise Refused("request.media-type")
    try:
        said = strict.read(body)
    except strict.NotStrict:
        raise Refused("request.not-json") from None
    match said:
        case {"items": list(items), **rest} if not rest and 0 < len(items) <= MOST:
            return items
    raise Refused("request.invalid", fields=["items: list_of_1_to_500"])


class FieldError(BaseModel):
    """Where something is wrong, and what kind of wrong; never what stood there."""

    path: str
    kind: str


class Answered(BaseModel):
    """What became of an item."""

    key: str | None
    answer: str
    code: str | None
    title: str | None
    errors: list[FieldError]

    @classmethod
    def of(cls, answer: Answer) -> Self:
        """An answer as the city reads it."""
        title = REFUSALS[answer.code].title if answer.code else None
        parts = [field.rpartition(": ") for field in answer.fields]
        errors = [FieldError(path=path, kind=kind) for path, _, kind in parts]
        return cls(key=answer.key, answer=answer.answer, code=answer.code, title=title, errors=errors)


class Answers(BaseModel):
    """In the order of the items, or of the keys that were asked for."""

    answers: list[Answered]

    @classmethod
    def of(cls, answers: Iterable[Answer]) -> Self:
        """All of them."""
        return cls(answers=list(map(Answered.of, answers)))


_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["items"],
                    "properties": {"items": {"type": "array", "minItems": 1, "maxItems": MOST}},
                }
            }
        },
    }
}


@router.post("/feedback", openapi_extra=_BODY)
async def push(items: Annotated[list[object], Depends(values)], work: Annotated[Work[Kit], web.InWork]) -> Answers:
    """Take what the city sends; each item is judged by itself, and what is accepted is on record."""
    return Answers.of(await usecases.take(work, [Said(FeedbackWay.PUSH, one) for one in items]))


@router.get("/feedback", dependencies=[Depends(signed)])
async def answers(
    work: Annotated[Work[Kit], web.InWork], key: Annotated[list[CityKey], Query(min_length=1, max_length=100)]
) -> Answers:
    """What became of those items, whatever way they came; those that have not come are absent."""
    return Answers.of(await usecases.answers_of(work, key))
