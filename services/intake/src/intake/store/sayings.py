"""The table of who said what where: reporters by blind marks, and the newest complaint of each about a matter."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from chassis.db import Session, rows
from intake.domain import KnownBy, Said, Saying

_COLUMNS = ("mark", "matter_code", "place_code", "number", "complaint_id")

_SAY = """
    INSERT INTO saying (mark, matter_code, place_code, number, complaint_id)
    SELECT * FROM unnest(
        CAST(:mark AS bytea[]), CAST(:matter_code AS text[]), CAST(:place_code AS text[]), CAST(:number AS bytea[]),
        CAST(:complaint_id AS uuid[])
    )
    ON CONFLICT (mark, matter_code, place_code) DO UPDATE SET
        repeats = saying.complaint_id, complaint_id = excluded.complaint_id,
        number = coalesce(excluded.number, saying.number)
    WHERE saying.number IS NULL OR excluded.number IS NULL OR saying.number = excluded.number
    RETURNING complaint_id, repeats
"""
"""Two people who give another number are not the same, though they share a name and a phone: then nothing is found."""

_OF = """
    SELECT asked.mark, found.complaint_id, found.matter_code, found.place_code, found.submitted_at
    FROM unnest(CAST(:mark AS bytea[])) AS asked (mark)
    CROSS JOIN LATERAL (
        SELECT complaint.complaint_id, complaint.matter_code, complaint.place_code, complaint.submitted_at
        FROM saying JOIN complaint ON complaint.complaint_id = ANY (ARRAY[saying.complaint_id, saying.repeats])
        WHERE saying.mark = asked.mark AND complaint.submitted_at >= :since
        ORDER BY complaint.submitted_at DESC
        LIMIT :most
    ) AS found
"""


async def say(session: Session, sayings: Sequence[Saying]) -> dict[UUID, UUID]:
    """Write who says what now; the complaints before them that say the same, by those that do so again."""
    if not sayings:
        return {}
    found = await rows(session, _SAY, **{name: [getattr(one, name) for one in sayings] for name in _COLUMNS})
    return {row.complaint_id: row.repeats for row in found if row.repeats}


async def said_by(session: Session, marks: dict[bytes, KnownBy], since: datetime, most: int) -> Collection[Said]:
    """The newest complaints of whom these marks are, so many of each."""
    found = await rows(session, _OF, mark=list(marks), since=since, most=most)
    return [Said(row.complaint_id, marks[row.mark], row.matter_code, row.place_code, row.submitted_at) for row in found]
