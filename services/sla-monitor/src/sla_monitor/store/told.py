"""What was told of a ticket's clocks, from the service's own log."""

from typing import cast
from uuid import UUID

from chassis.db import Session
from chassis.log import facts_after
from contracts.base import parsed
from contracts.clocks import ClockFact
from contracts.topics import CLOCKS


async def of_ticket(session: Session, ticket_id: UUID) -> list[ClockFact]:
    """Everything that was told of a ticket's clocks, in order."""
    told: list[ClockFact] = []
    reached, last = 0, 1
    while reached < last:
        page = await facts_after(session, CLOCKS.name, str(ticket_id), reached)
        told += [cast("ClockFact", parsed(row.type, row.body)) for row in page.facts]
        reached, last = (page.facts[-1].sequence, page.last) if page.facts else (0, 0)
    return told
