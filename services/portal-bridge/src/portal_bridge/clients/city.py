"""The city's platform, where the district asks it (docs/city-feedback.md), each request signed by RFC 9421."""

import ssl
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlencode

import httpx2

from chassis import signatures
from chassis.clock import SystemClock
from chassis.signatures import Key, Request
from chassis.web import strict

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


@dataclass(frozen=True, slots=True)
class City:
    """The city at its base URL, and the key by which the district signs."""

    url: str
    key: Key
    _trusted: ssl.SSLContext = field(default_factory=ssl.create_default_context, repr=False)

    async def page(self, after: str | None) -> Page:
        """What was said after a cursor, from the beginning without one."""
        asked = {"most": str(MOST)} | ({"after": after} if after else {})
        url = f"{self.url.rstrip('/')}/v1/feedback?{urlencode(asked)}"
        headers = signatures.signed(Request("GET", url), self.key, SystemClock().now())
        try:
            async with httpx2.AsyncClient(timeout=_TIMES, verify=self._trusted, trust_env=False) as client:
                return _read(await client.get(url, headers=headers))
        except (httpx2.HTTPError, OSError):
            return Page()


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


def _seconds(said: str) -> float | None:
    return float(said) if said.isascii() and said.isdigit() and len(said) < 6 else None
