"""The audit trail (rules 6, 7): who did what, about whom and what for; append only, each row chained to the last."""

import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from chassis.db import Row, Session, rows
from chassis.security import Principal

_LOCK = 0x62626373_61756474
"""Names the transaction lock under which rows are appended, one after the other."""

_CHUNK = 5000
_BEFORE_THE_FIRST = b"\0" * 32

_HOLD = "SELECT pg_advisory_xact_lock(:lock)"
_HEAD = "SELECT position, hash FROM audit ORDER BY position DESC LIMIT 1"
_APPEND = """
    INSERT INTO audit (position, at, principal, action, subject, purpose, prev, hash)
    VALUES (:position, :at, :principal, :action, :subject, :purpose, :prev, :hash)
"""
_AFTER = """
    SELECT position, at, principal, action, subject, purpose, prev, hash
    FROM audit WHERE position > :after ORDER BY position LIMIT :chunk
"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verifying found: how many rows hold, the last one's hash (hex), and the first position that does not fit.

    Rows cut off at the end leave a chain that holds: compare `head` with one that was noted elsewhere.
    """

    rows: int
    head: str
    broken_at: int | None

    @property
    def holds(self) -> bool:
        """Whether nothing was changed, put in or taken out."""
        return self.broken_at is None


async def append(
    session: Session, principal: Principal, action: str, subject: str | UUID, purpose: str, now: datetime
) -> None:
    """Write down, before it is answered, that the principal does `action` to `subject`, and what for.

    Rows are chained in the order of their commits: the chain is held until the transaction ends.
    """
    await rows(session, _HOLD, lock=_LOCK)
    heads = await rows(session, _HEAD)
    position, prev = (heads[0].position + 1, heads[0].hash) if heads else (1, _BEFORE_THE_FIRST)
    said = {"principal": principal.name, "action": action, "subject": str(subject), "purpose": purpose}
    sealed = _hash(prev, position, now, *said.values())
    await rows(session, _APPEND, at=now, position=position, prev=prev, hash=sealed, **said)


async def verify(session: Session) -> Verdict:
    """Recompute the whole chain and say where it breaks first."""
    count, head = 0, _BEFORE_THE_FIRST
    async for row in _rows(session):
        if not _fits(row, count + 1, head):
            return Verdict(count, head.hex(), row.position)
        count, head = count + 1, row.hash
    return Verdict(count, head.hex(), None)


async def _rows(session: Session) -> AsyncIterator[Row]:
    after = -(2**63)
    while chunk := await rows(session, _AFTER, after=after, chunk=_CHUNK):
        for row in chunk:
            yield row
        after = chunk[-1].position


def _fits(row: Row, position: int, prev: bytes) -> bool:
    expected = _hash(prev, position, row.at, row.principal, row.action, row.subject, row.purpose)
    return (row.position, row.prev, row.hash) == (position, prev, expected)


def _hash(prev: bytes, position: int, at: datetime, *said: str) -> bytes:
    written = json.dumps([position, at.astimezone(UTC).isoformat(), *said], separators=(",", ":"))
    return hashlib.sha256(prev + written.encode()).digest()
