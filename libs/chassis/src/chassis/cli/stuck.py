"""The parked messages of a service, as the operator sees and settles them: places, codes and field paths."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis import audit
from chassis.db import Row, Session, rows
from chassis.parking import BEHIND
from chassis.security import Principal
from contracts.base import rfc3339

_SHOWN = """
    id, topic, partition, "offset", code, fields, state, attempts, parked_at, settled_at, reason, settled_by, personal
"""

_MATCHING = """
    (CAST(:ids AS uuid[]) IS NULL OR id = ANY (CAST(:ids AS uuid[])))
    AND (CAST(:code AS text) IS NULL OR code = :code)
    AND (CAST(:topic AS text) IS NULL OR topic = :topic)
"""

_OPEN = "state IN ('waiting', 'retry')"

_LIST = f"SELECT {_SHOWN} FROM parked WHERE {_MATCHING} AND (:settled OR {_OPEN}) ORDER BY n LIMIT :most"  # noqa: S608
_COUNT = f"SELECT count(*) AS open FROM parked WHERE {_MATCHING} AND (:settled OR {_OPEN})"  # noqa: S608
_RETRY = f"""
    UPDATE parked SET state = 'retry' WHERE {_MATCHING} AND state = 'waiting' AND code <> :behind RETURNING {_SHOWN}
"""  # noqa: S608
_DISMISS = f"""
    UPDATE parked SET state = 'dismissed', settled_at = :now, reason = :reason, settled_by = :by
    WHERE {_MATCHING} AND {_OPEN} RETURNING {_SHOWN}
"""  # noqa: S608
_NOT_ANY_MORE = """
    INSERT INTO inbox (consumer, fact_id, taken_at)
    SELECT consumer, fact_id, :now FROM parked WHERE id = ANY (CAST(:ids AS uuid[])) AND fact_id IS NOT NULL
    ON CONFLICT DO NOTHING
"""
"""A fact that was given up has no effect either when Kafka is rebuilt and brings it again."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which parked messages are meant: those with these ids, this code, this topic; None leaves it open."""

    ids: Sequence[UUID] | None = None
    code: str | None = None
    topic: str | None = None

    @property
    def named(self) -> bool:
        """Whether anything narrows the choice."""
        return (self.ids, self.code, self.topic) != (None, None, None)

    def arguments(self) -> dict[str, Any]:
        """The choice as the statements take it."""
        return {"ids": list(self.ids) if self.ids is not None else None, "code": self.code, "topic": self.topic}


async def found(session: Session, choice: Choice, *, settled: bool, most: int) -> tuple[list[Row], int]:
    """The first parked messages of the choice, oldest first, and how many there are."""
    asked = choice.arguments() | {"settled": settled}
    (count,) = await rows(session, _COUNT, **asked)
    return list(await rows(session, _LIST, most=most, **asked)), int(count.open)


async def put_back(session: Session, choice: Choice) -> list[Row]:
    """Let the service try the messages again; what waits behind them follows by itself."""
    return list(await rows(session, _RETRY, behind=BEHIND, **choice.arguments()))


async def dismiss(session: Session, choice: Choice, reason: str, by: str, now: datetime) -> list[Row]:
    """Give the messages up, with the reason and who said so; each is written into the audit trail (rules 6)."""
    given_up = list(await rows(session, _DISMISS, reason=reason, by=by, now=now, **choice.arguments()))
    await rows(session, _NOT_ANY_MORE, ids=[row.id for row in given_up], now=now)
    for row in given_up:
        await audit.append(session, Principal("operator"), "message.dismiss", row.id, reason, now)
    return given_up


def plain(service: str, row: Row) -> dict[str, Any]:
    """A parked message as JSON says it: never what it holds."""
    return {
        "service": service,
        "id": str(row.id),
        "topic": row.topic,
        "partition": row.partition,
        "offset": row.offset,
        "code": row.code,
        "fields": row.fields,
        "state": row.state,
        "attempts": row.attempts,
        "parked_at": rfc3339(row.parked_at),
        "settled_at": rfc3339(row.settled_at) if row.settled_at else None,
        "reason": row.reason,
        "settled_by": row.settled_by,
        "personal": row.personal,
    }
