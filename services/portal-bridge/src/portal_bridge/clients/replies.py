"""How replies get to the city: their texts from intake, by id, and then to the city, signed; many at once."""

import asyncio
import json
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

import httpx2

from chassis import signatures
from chassis.clock import SystemClock
from chassis.signatures import Key, Request
from chassis.web import strict
from contracts.vocabulary import Purpose
from portal_bridge.domain import Fate, Letter, body, digest, fate

_TIMES = httpx2.Timeout(10.0, connect=3.0)
_INTAKE_TIMES = httpx2.Timeout(5.0, connect=2.0)
_LONGEST_WORDS = 2000
_AT_ONCE = 8
"""Requests to either side at one time, of one load."""


_UNKNOWN = ("text.unknown", "complaint.unknown")
"""By these codes intake says that it does not know a text; any other 404 is somebody else's."""


class _TextUnknown(Exception):  # noqa: N818 - what the text is
    """Intake answers, and does not know the text."""


class Outcome(NamedTuple):
    """The city's status, None without an answer, its words for people, and the pause that it asks for, in seconds.

    `asked` is False where the city was not asked: intake was not to be had, or, where it is `left`, what was sent
    before it found nobody, or, where it is `textless`, intake does not know its text. `digest` is the SHA-256 (hex)
    of the body that was sent.
    """

    status: int | None
    words: str | None = None
    retry_after: float | None = None
    asked: bool = True
    left: bool = False
    textless: bool = False
    digest: str | None = None


class _Way(NamedTuple):
    """Where one load goes: whose turn it is, and whether somebody on it is gone."""

    intake: httpx2.AsyncClient
    city: httpx2.AsyncClient
    turn: asyncio.Semaphore
    gone: asyncio.Event


@dataclass(frozen=True, slots=True)
class Replies:
    """The city at its base URL, the key by which the district signs, and intake, which has the texts."""

    url: str
    key: Key
    intake_url: str
    intake_key: str = field(repr=False)
    _trusted: ssl.SSLContext = field(default_factory=ssl.create_default_context, repr=False)

    async def send(self, letters: Sequence[Letter]) -> list[Outcome]:
        """Send each once, and say how it was answered; nothing of a text stays here."""
        async with self._client(_INTAKE_TIMES) as intake, self._client(_TIMES) as city:
            way = _Way(intake, city, asyncio.Semaphore(_AT_ONCE), asyncio.Event())
            return list(await asyncio.gather(*(self._one(way, letter) for letter in letters)))

    async def _one(self, way: _Way, letter: Letter) -> Outcome:
        async with way.turn:
            if way.gone.is_set():
                return Outcome(None, asked=False, left=True)
            found = await self._sent(way, letter)
            if not found.textless and (found.status is None or fate(found.status) is Fate.DOWN):
                way.gone.set()
            return found

    async def _sent(self, way: _Way, letter: Letter) -> Outcome:
        try:
            texts = {one: await self._text(way.intake, letter.text_of, one) for one in letter.text_ids}
        except _TextUnknown:
            return Outcome(None, asked=False, textless=True)
        except (httpx2.HTTPError, OSError, KeyError, ValueError):
            return Outcome(None, asked=False)
        return await self._put(way.city, letter, body(letter, texts))

    async def _put(self, city: httpx2.AsyncClient, letter: Letter, content: bytes) -> Outcome:
        url = f"{self.url.rstrip('/')}/v1/replies/{letter.city_key}/{letter.number}"
        said = digest(json.loads(content))
        signed = signatures.signed(Request("PUT", url, content), self.key, SystemClock().now())
        try:
            answer = await city.put(url, content=content, headers=signed | {"content-type": "application/json"})
        except (httpx2.HTTPError, OSError):
            return Outcome(None, digest=said)
        pause = _seconds(answer.headers.get("retry-after", ""))
        return Outcome(answer.status_code, _words(answer), pause, digest=said)

    async def _text(self, intake: httpx2.AsyncClient, complaint_id: UUID, text_id: UUID) -> str:
        """A text, which intake writes down that we read. Raises _TextUnknown, HTTPError, KeyError or ValueError."""
        url = f"{self.intake_url.rstrip('/')}/v1/complaints/{complaint_id}/texts/{text_id}"
        headers = {"authorization": f"Bearer {self.intake_key}"}
        answer = await intake.get(url, params={"purpose": Purpose.HANDLING}, headers=headers)
        if answer.status_code == httpx2.codes.NOT_FOUND and answer.json().get("code") in _UNKNOWN:
            raise _TextUnknown
        return str(answer.raise_for_status().json()["text"])

    def _client(self, times: httpx2.Timeout) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(timeout=times, verify=self._trusted, trust_env=False)


def _words(answer: httpx2.Response) -> str | None:
    """What the city says about a refusal, for people."""
    if answer.status_code < 400:
        return None
    try:
        said = strict.read(answer.content)
    except strict.NotStrict:
        return None
    match said:
        case {"detail": str(words)} | {"title": str(words)}:
            return words[:_LONGEST_WORDS]
    return None


def _seconds(said: str) -> float | None:
    return float(said) if said.isascii() and said.isdigit() and len(said) < 6 else None
