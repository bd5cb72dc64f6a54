"""The table of complaints that go on in another one's ticket."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from chassis.db import Session, rows
from intake.domain import Link

_ADD = """
    INSERT INTO linked (complaint_id, to_complaint_id, linked_at)
    SELECT new.complaint_id, coalesce(onward.to_complaint_id, new.to_complaint_id), new.linked_at
    FROM unnest(
        CAST(:complaint_id AS uuid[]), CAST(:to_complaint_id AS uuid[]), CAST(:linked_at AS timestamptz[])
    ) AS new (complaint_id, to_complaint_id, linked_at)
    LEFT JOIN linked AS onward ON onward.complaint_id = new.to_complaint_id AND onward.until IS NULL
    ON CONFLICT (complaint_id) DO UPDATE SET
        to_complaint_id = excluded.to_complaint_id, linked_at = excluded.linked_at, until = NULL
"""
"""Facts of different tickets may come in any order: what goes on in one that goes on elsewhere goes on there."""
_MOVE = """
    UPDATE linked SET to_complaint_id = new.to_complaint_id
    FROM unnest(CAST(:complaint_id AS uuid[]), CAST(:to_complaint_id AS uuid[])) AS new (complaint_id, to_complaint_id)
    WHERE linked.to_complaint_id = new.complaint_id
"""
_END = "UPDATE linked SET until = :until WHERE complaint_id = ANY (CAST(:complaint_id AS uuid[])) AND until IS NULL"
_OF = """
    SELECT complaint_id, to_complaint_id, linked_at FROM linked
    WHERE until IS NULL AND (complaint_id = :complaint_id OR to_complaint_id = :complaint_id)
    ORDER BY linked_at, complaint_id
"""


async def add(session: Session, links: Sequence[Link]) -> None:
    """Let complaints go on in others."""
    if not links:
        return
    arrays = {"complaint_id": [one.complaint_id for one in links], "to_complaint_id": [one.to for one in links]}
    await rows(session, _ADD, **arrays, linked_at=[one.linked_at for one in links])
    await rows(session, _MOVE, **arrays)


async def end(session: Session, complaint_ids: Collection[UUID], until: datetime) -> None:
    """Let complaints go on by themselves again."""
    if complaint_ids:
        await rows(session, _END, complaint_id=list(complaint_ids), until=until)


async def of_complaint(session: Session, complaint_id: UUID) -> list[Link]:
    """Where the complaint goes on, and which others go on in it, oldest first."""
    found = await rows(session, _OF, complaint_id=complaint_id)
    return [Link(row.complaint_id, row.to_complaint_id, row.linked_at) for row in found]
