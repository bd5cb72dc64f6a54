"""The city's platform, where the district asks it (docs/city-feedback.md), each request signed by RFC 9421."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal, NamedTuple
from urllib.parse import urlencode

import httpx2
from pydantic import BaseModel, Field, StringConstraints

from chassis import signatures
from chassis.clock import SystemClock
from chassis.signatures import Key, Request
from chassis.web import strict
from contracts.portal import CityKey
from portal_bridge.clients.reaching import NotReached
from portal_bridge.domain import Entry, Passed

MOST = 500
_TIMES = httpx2.Timeout(10.0, connect=3.0)
_LONGEST_CURSOR = 200
_TOO_OLD = 410


class Page(NamedTuple):
    """What the city answered: items and the cursor behind them; `too_old` when it has forgotten the cursor.

    Without an answer of the right form there are no items and no cursor; `retry_after` is what it asks for, in seconds.
    """

    items: tuple[object, ...] = ()
    cursor: str | None = None
    too_old: bool = False
    retry_after: float | None = None


class _Line(BaseModel):
    number: int
    entry: Literal["item", "reply"]
    key: CityKey
    reply: Annotated[int, Field(ge=1)] | None
    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class _Ledger(BaseModel):
    entries: list[_Line]


@dataclass(frozen=True, slots=True)
class City:
    """The city at its base URL, and the key by which the district signs."""

    url: str
    key: Key
    _trusted: ssl.SSLContext = field(default_factory=ssl.create_default_context, repr=False)

    async def page(self, after: str | None) -> Page:
        """What was said after a cursor, from the beginning without one."""
        try:
            return _read(await self._get("feedback", {"after": after} if after else {}))
        except (httpx2.HTTPError, OSError):
            return Page()

    async def ledger(self, after: int) -> list[Entry]:
        """What its ledger has after a number, in order; nothing at its end. Raises NotReached."""
        try:
            answer = (await self._get("ledger", {"after": str(after)})).raise_for_status()
            return _entries(answer.content, after)
        except (httpx2.HTTPError, OSError, ValueError) as error:
            raise NotReached from error

    async def _get(self, what: str, asked: Mapping[str, str]) -> httpx2.Response:
        url = f"{self.url.rstrip('/')}/v1/{what}?{urlencode({'most': str(MOST), **asked})}"
        headers = signatures.signed(Request("GET", url), self.key, SystemClock().now())
        async with httpx2.AsyncClient(timeout=_TIMES, verify=self._trusted, trust_env=False) as client:
            return await client.get(url, headers=headers)


def _read(answer: httpx2.Response) -> Page:
    if answer.status_code == _TOO_OLD:
        return Page(too_old=True)
    if answer.status_code != httpx2.codes.OK:
        return Page(retry_after=_seconds(answer.headers.get("retry-after", "")))
    try:
        said = strict.read(answer.content)
    except strict.NotStrict:
        return Page()
    match said:
        case {"items": list(items), "cursor": str(cursor)} if 0 < len(cursor) <= _LONGEST_CURSOR:
            return Page(tuple(items), cursor)
    return Page()


def _entries(content: bytes, after: int) -> list[Entry]:
    """The lines of an answer. Raises ValueError for what is none, and where they do not go on after the number."""
    lines = _Ledger.model_validate_json(content).entries
    numbers = [after, *(one.number for one in lines)]
    if numbers != sorted(set(numbers)) or any((one.entry == "item") != (one.reply is None) for one in lines):
        raise ValueError("no ledger")
    return [Entry(one.number, Passed(one.key, one.reply), one.digest) for one in lines]


def _seconds(said: str) -> float | None:
    return float(said) if said.isascii() and said.isdigit() and len(said) < 6 else None
