"""Improvements: one row each, found by what they are about, by state and owner, and by tickets."""

from collections.abc import Collection
from datetime import UTC, datetime
from uuid import UUID

from pydantic import TypeAdapter

from chassis.db import Session, rows
from contracts.vocabulary import ImprovementState
from revisit.domain import Blockage, Improvement
from revisit.store.names import caller

_LIFE = TypeAdapter(Improvement)
_FIRST = datetime(1, 1, 1, tzinfo=UTC), UUID(int=0)
_ONE = "SELECT life FROM improvement WHERE improvement_id = :improvement_id"
_NEWEST = """
    SELECT DISTINCT ON (found.matter_code, found.cause) found.life
    FROM unnest(CAST(:matter_code AS text[]), CAST(:cause AS text[])) AS asked (matter_code, cause)
    JOIN improvement AS found ON (found.matter_code, found.cause) = (asked.matter_code, asked.cause)
    ORDER BY found.matter_code, found.cause, found.number DESC
"""
_WAITING = """
    SELECT life FROM improvement
    WHERE state = :state AND (proposed_at, improvement_id) > (:proposed_at, :improvement_id)
    ORDER BY proposed_at, improvement_id LIMIT :most
"""
_WAITING_OF = _WAITING.replace("WHERE", "WHERE owner = :owner AND")
_OF_TICKETS = """
    SELECT improvement.improvement_id FROM counted JOIN improvement USING (matter_code, cause)
    WHERE counted.ticket_id = ANY (CAST(:ticket_id AS uuid[]))
    UNION
    SELECT improvement_id FROM improvement WHERE tickets && CAST(:ticket_id AS uuid[])
"""
_SAVE = """
    INSERT INTO improvement (improvement_id, matter_code, cause, number, state, owner, proposed_at, tickets, life)
    VALUES (
        :improvement_id, :matter_code, :cause, :number, :state, :owner, :proposed_at, CAST(:tickets AS uuid[]),
        CAST(:life AS jsonb)
    )
    ON CONFLICT (improvement_id) DO UPDATE SET
        state = excluded.state, owner = excluded.owner, tickets = excluded.tickets,
        life = excluded.life
"""


async def one(session: Session, improvement_id: UUID) -> Improvement | None:
    """The improvement of this id."""
    found = await rows(session, _ONE, improvement_id=improvement_id)
    return next((_LIFE.validate_json(row.life) for row in found), None)


async def newest(session: Session, blockages: Collection[Blockage]) -> dict[Blockage, Improvement]:
    """The newest improvement of each of these that ever had one."""
    asked = {"matter_code": [one.matter_code for one in blockages], "cause": [one.cause for one in blockages]}
    found = [_LIFE.validate_json(row.life) for row in await rows(session, _NEWEST, **asked)]
    return {one.blockage: one for one in found}


async def waiting(
    session: Session, state: ImprovementState, owner: str | None, after: Improvement | None, most: int
) -> list[Improvement]:
    """Those that stand so, of all or of one principal, oldest first; after the one that was seen last."""
    proposed_at, seen = (after.proposed_at, after.improvement_id) if after else _FIRST
    asked = {"state": state, "proposed_at": proposed_at, "improvement_id": seen, "most": most}
    found = await (rows(session, _WAITING_OF, **asked, owner=owner) if owner else rows(session, _WAITING, **asked))
    return [_LIFE.validate_json(row.life) for row in found]


async def of_tickets(session: Session, ticket_ids: Collection[UUID]) -> list[UUID]:
    """Those of what these tickets count for, and those that one of them made, or made come back."""
    found = await rows(session, _OF_TICKETS, ticket_id=list(ticket_ids))
    return [row.improvement_id for row in found]


async def save(session: Session, changed: Collection[Improvement | None]) -> None:
    """Write improvements as they are now: few at a time, for few windows fill at once."""
    for improvement in changed:
        assert improvement is not None, "what has changed is there"
        await rows(session, _SAVE, **_row(improvement))


def _row(improvement: Improvement) -> dict[str, object]:
    plain = {name: getattr(improvement, name) for name in ("improvement_id", "number", "state", "proposed_at")}
    return (
        plain
        | improvement.blockage._asdict()
        | {
            "owner": caller(improvement.unit) if improvement.owned else None,
            "tickets": [improvement.tipped_by, *(one.returned_by for one in improvement.returns)],
            "life": _LIFE.dump_json(improvement).decode(),
        }
    )
