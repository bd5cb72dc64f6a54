"""Who has to ask whom: the open revisits of a caller that may be called now."""

from datetime import UTC, datetime
from uuid import UUID

from chassis.db import Session, rows
from revisit.store.names import caller

_WAITING = """
    SELECT revisit_id, ticket_id FROM revisit
    WHERE caller = :caller AND open AND next_at <= :now AND (due_at, revisit_id) > (:due_at, :revisit_id)
    ORDER BY due_at, revisit_id
    LIMIT :most
"""
_DUE_OF = "SELECT due_at FROM revisit WHERE revisit_id = :revisit_id AND caller = :caller"
_FIRST = datetime(1, 1, 1, tzinfo=UTC), UUID(int=0)

Place = tuple[datetime, UUID]
"""Where in a worklist a revisit stands."""


async def place(session: Session, unit: str | None, revisit_id: UUID) -> Place | None:
    """Where a revisit stands, or stood, in the worklist of a unit, or of the centre."""
    found = await rows(session, _DUE_OF, revisit_id=revisit_id, caller=caller(unit))
    return next(((row.due_at, revisit_id) for row in found), None)


async def waiting(
    session: Session, unit: str | None, now: datetime, after: Place | None, most: int
) -> list[tuple[UUID, UUID]]:
    """The revisits that a unit, or the centre, may do now, due first, each with its ticket; after one seen last."""
    due_at, revisit_id = after or _FIRST
    found = await rows(session, _WAITING, caller=caller(unit), now=now, due_at=due_at, revisit_id=revisit_id, most=most)
    return [(row.revisit_id, row.ticket_id) for row in found]
