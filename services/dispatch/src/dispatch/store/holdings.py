"""The ledger of those who held a ticket and hold it no longer (首受负责, rules 3.2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.db import Session, rows
from contracts.vocabulary import Capacity
from dispatch.domain import Holding

_END = """
    INSERT INTO holding (ticket_id, unit, capacity, since, until)
    SELECT * FROM unnest(
        CAST(:ticket_id AS uuid[]), CAST(:unit AS text[]), CAST(:capacity AS text[]), CAST(:since AS timestamptz[]),
        CAST(:until AS timestamptz[])
    )
    ON CONFLICT DO NOTHING
"""
_ENDED = "SELECT unit, capacity, since, until FROM holding WHERE ticket_id = :ticket_id ORDER BY since, until, unit"


@dataclass(frozen=True, slots=True)
class Ended:
    """A holding that has come to its end."""

    ticket_id: UUID
    holding: Holding
    until: datetime


async def end(session: Session, ended: Sequence[Ended]) -> None:
    """Note that these no longer hold their tickets."""
    if not ended:
        return
    await rows(
        session,
        _END,
        ticket_id=[one.ticket_id for one in ended],
        unit=[one.holding.unit for one in ended],
        capacity=[one.holding.capacity.value for one in ended],
        since=[one.holding.since for one in ended],
        until=[one.until for one in ended],
    )


async def ended(session: Session, ticket_id: UUID) -> list[Ended]:
    """Who held the ticket until when, oldest first."""
    found = await rows(session, _ENDED, ticket_id=ticket_id)
    return [Ended(ticket_id, Holding(row.unit, Capacity(row.capacity), row.since), row.until) for row in found]
