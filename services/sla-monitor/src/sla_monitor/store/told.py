"""What was told of a ticket's clocks, from the service's own log."""

from typing import cast
from uuid import UUID

from chassis.db import Session, rows
from contracts.base import FACTS
from contracts.clocks import ClockFact

_OF_TICKET = "SELECT type, body FROM log WHERE topic = 'clocks' AND key = :key ORDER BY sequence"


async def of_ticket(session: Session, ticket_id: UUID) -> list[ClockFact]:
    """Everything that was told of a ticket's clocks, in order."""
    found = await rows(session, _OF_TICKET, key=str(ticket_id))
    return [cast("ClockFact", FACTS[row.type].parse(row.body)) for row in found]
