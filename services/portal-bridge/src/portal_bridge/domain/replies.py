"""What the city is told about an item that became a complaint, and what its answers mean (docs/city-feedback.md)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

from contracts.vocabulary import ReplyKind, ReplyState
from portal_bridge.domain.policy import SHANGHAI

_TAKEN = (200, 201)
_CONFLICT = 409
_BARRED = (401, 403)
_BUSY = (429, 502, 503, 504)
STUCK = (ReplyState.REFUSED, ReplyState.CONFLICT, ReplyState.HELD)
"""What waits for the centre."""
TEXT_UNKNOWN: Final = "reply.text-unknown"
"""The code by which a reply is held."""


class Saying(NamedTuple):
    """What is to be said to the city, by ids: who said it, when, and the sealed texts that it consists of."""

    kind: ReplyKind
    said_at: datetime
    unit: str | None
    text_of: UUID
    text_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Addressee:
    """A complaint of the city: the ticket in which it goes on, and how many replies about it there are."""

    complaint_id: UUID
    ticket_id: UUID
    last: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply with its number."""

    complaint_id: UUID
    number: int
    saying: Saying


@dataclass(frozen=True, slots=True)
class Letter:
    """A reply on its way: everything that the city is told of it but the texts, which are fetched when it is sent."""

    city_key: str
    complaint_id: UUID
    number: int
    kind: ReplyKind
    said_at: datetime
    unit_credit_code: str | None
    project_number: str | None
    text_of: UUID
    text_ids: tuple[UUID, ...] = field(default=())


class Standing(NamedTuple):
    """A reply and how it stands with the city; `words` are the city's, sealed."""

    city_key: str
    complaint_id: UUID
    number: int
    kind: ReplyKind
    said_at: datetime
    unit: str | None
    text_of: UUID
    text_ids: tuple[UUID, ...]
    attempts: int
    taken_at: datetime | None
    status: int | None
    words: bytes | None
    refused_at: datetime | None
    action_id: UUID | None
    corrected_by: str | None
    state: ReplyState


class Fate(StrEnum):
    """What became of a reply that was to be sent, by the city's answer.

    `LEFT` was not sent, because what was before it found nobody, `TEXTLESS` because intake does not know its text.
    """

    TAKEN = "taken"
    REFUSED = "refused"
    CONFLICT = "conflict"
    AGAIN = "again"
    DOWN = "down"
    LEFT = "left"
    TEXTLESS = "textless"


def body(letter: Letter, texts: Mapping[UUID, str]) -> bytes:
    """What is sent: each time the same, for the texts never change."""
    text = "\n\n".join(texts[one] for one in letter.text_ids) or None
    said = {
        "kind": letter.kind,
        "project_number": letter.project_number,
        "said_at": letter.said_at.astimezone(SHANGHAI).isoformat(timespec="seconds"),
        "text": text,
        "unit_credit_code": letter.unit_credit_code,
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def fate(status: int | None) -> Fate:
    """What an HTTP status means, None for no answer; `DOWN` is said of the whole city, not of one reply."""
    if status is None or status in _BUSY or status in _BARRED:
        return Fate.DOWN
    if status in _TAKEN:
        return Fate.TAKEN
    if status == _CONFLICT:
        return Fate.CONFLICT
    return Fate.REFUSED if 400 <= status < 500 and status != 408 else Fate.AGAIN
