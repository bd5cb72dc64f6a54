"""The table of what the desk decided about complaints."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from uuid import UUID

from chassis.db import Session, rows
from intake.domain.decisions import Decision, Undone

_COLUMNS = ("complaint_id", "unit", "matter")
_CHUNK = 100
"""Complaints; each may be as large as its attachments."""

_SAVE = """
    INSERT INTO decision (complaint_id, unit, matter)
    SELECT * FROM unnest(CAST(:complaint_id AS uuid[]), CAST(:unit AS text[]), CAST(:matter AS text[]))
    ON CONFLICT (complaint_id) DO UPDATE SET unit = excluded.unit, matter = excluded.matter
"""
_UNDO = "DELETE FROM decision WHERE complaint_id = ANY (CAST(:complaint_id AS uuid[]))"

_AFTER = """
    SELECT decided.complaint_id, decided.unit, decided.matter, found.wrapped_key, found.content
    FROM (
        SELECT * FROM decision WHERE complaint_id > :after ORDER BY complaint_id LIMIT :chunk
    ) AS decided
    CROSS JOIN LATERAL (
        SELECT wrapped_key, content FROM complaint WHERE complaint.complaint_id = decided.complaint_id OFFSET 0
    ) AS found
    ORDER BY decided.complaint_id
"""
"""OFFSET 0 keeps the index in use, also by a plan that was made when the table was empty."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision with what it was about, still closed."""

    complaint_id: UUID
    unit: str
    matter: str | None
    wrapped_key: bytes
    content: bytes


async def save(session: Session, decisions: Iterable[Decision | Undone]) -> None:
    """Keep decisions, and forget those that were undone, in one order everywhere, so that instances do not lock up."""
    ordered = sorted(decisions, key=lambda one: one.complaint_id)
    made = [one for one in ordered if isinstance(one, Decision)]
    undone = [one.complaint_id for one in ordered if isinstance(one, Undone)]
    if made:
        await rows(session, _SAVE, **{name: [getattr(one, name) for one in made] for name in _COLUMNS})
    if undone:
        await rows(session, _UNDO, complaint_id=undone)


async def every(session: Session) -> AsyncIterator[Decided]:
    """Every decision, in the order in which the complaints came."""
    after = UUID(int=0)
    while found := await rows(session, _AFTER, after=after, chunk=_CHUNK):
        for row in found:
            yield Decided(**row)
        after = found[-1].complaint_id
