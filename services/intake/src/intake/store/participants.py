"""The table of the units that take part in complaints."""

from collections.abc import Collection, Iterable
from uuid import UUID

from chassis.db import Session, rows
from intake.domain import Part

_COLUMNS = ("complaint_id", "unit", "since", "until")

_OF_COMPLAINTS = """
    SELECT found.*
    FROM unnest(CAST(:complaint_id AS uuid[])) AS asked (complaint_id)
    CROSS JOIN LATERAL (
        SELECT complaint_id, unit, since, until
        FROM participant WHERE participant.complaint_id = asked.complaint_id OFFSET 0
    ) AS found
"""

_SAVE = """
    INSERT INTO participant (complaint_id, unit, since, until)
    SELECT * FROM unnest(
        CAST(:complaint_id AS uuid[]), CAST(:unit AS text[]), CAST(:since AS timestamptz[]),
        CAST(:until AS timestamptz[])
    )
    ON CONFLICT (complaint_id, unit, since) DO UPDATE SET until = excluded.until
"""

_TAKING_PART = """
    WITH RECURSIVE standing AS (
        SELECT unit AS heir, unit AS code FROM unnest(CAST(:unit AS text[])) AS asked (unit)
        UNION
        SELECT standing.heir, unit.code FROM standing JOIN unit ON unit.successor = standing.code AND NOT unit.listed
    )
    SELECT DISTINCT asked.complaint_id, asked.unit
    FROM unnest(CAST(:complaint_id AS uuid[]), CAST(:unit AS text[])) AS asked (complaint_id, unit)
    JOIN standing ON standing.heir = asked.unit
    CROSS JOIN LATERAL (
        SELECT FROM (VALUES
            (asked.complaint_id),
            ((SELECT to_complaint_id FROM linked WHERE linked.complaint_id = asked.complaint_id AND until IS NULL))
        ) AS either (complaint_id)
        CROSS JOIN LATERAL (
            SELECT FROM participant
            WHERE participant.complaint_id = either.complaint_id AND participant.unit = standing.code AND until IS NULL
            LIMIT 1
        ) AS part
        LIMIT 1
    ) AS found
"""
"""Who takes part in a complaint does so in those that go on in it, too (rules 2.5), and so does who took over from it.

LIMIT 1 keeps the index in use, as OFFSET 0 does, also by a plan that was made when the table was empty.
"""


async def of_complaints(session: Session, complaint_ids: Collection[UUID]) -> list[Part]:
    """Every part that units have or had in these complaints."""
    return [Part(**row) for row in await rows(session, _OF_COMPLAINTS, complaint_id=list(complaint_ids))]


async def save(session: Session, parts: Iterable[Part]) -> None:
    """Write parts as they are now, in one order everywhere, so that two instances wait instead of locking up."""
    ordered = sorted(parts, key=lambda one: one.at)
    if ordered:
        await rows(session, _SAVE, **{name: [getattr(one, name) for one in ordered] for name in _COLUMNS})


async def taking_part(session: Session, asked: Collection[tuple[UUID, str]]) -> set[tuple[UUID, str]]:
    """Those of the complaints and units where the unit takes part now."""
    if not asked:
        return set()
    complaint_ids, units = zip(*asked, strict=True)
    found = await rows(session, _TAKING_PART, complaint_id=list(complaint_ids), unit=list(units))
    return {(row.complaint_id, row.unit) for row in found}
