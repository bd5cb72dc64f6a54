"""What dates are, as sla-monitor told it."""

from collections.abc import Sequence
from datetime import date

from chassis.db import Session, rows
from contracts.calendar import CalendarFact
from contracts.vocabulary import DayStatus
from revisit.domain import Calendar

_SET = """
    INSERT INTO day (date, status, revision)
    SELECT DISTINCT ON (date) date, status, revision FROM unnest(
        CAST(:date AS date[]), CAST(:status AS text[]), CAST(:revision AS integer[])
    ) AS new (date, status, revision)
    ORDER BY date, revision DESC
    ON CONFLICT (date) DO UPDATE SET status = excluded.status, revision = excluded.revision
    WHERE day.revision < excluded.revision
"""
_BETWEEN = "SELECT date, status FROM day WHERE date BETWEEN :first AND :last"
_KNOWN = "SELECT EXISTS (SELECT FROM day WHERE date > :on) AS known"


async def set_days(session: Session, days: Sequence[CalendarFact]) -> None:
    """Let the dates be like this, unless a newer revision of one is known."""
    await rows(
        session,
        _SET,
        date=[one.date for one in days],
        status=[one.status for one in days],
        revision=[one.revision for one in days],
    )


async def between(session: Session, first: date, last: date) -> Calendar:
    """The calendar from the first date to the last, both included."""
    found = await rows(session, _BETWEEN, first=first, last=last)
    return Calendar({row.date: DayStatus(row.status) for row in found})


async def known_after(session: Session, on: date) -> bool:
    """Whether some date after this one is known."""
    (row,) = await rows(session, _KNOWN, on=on)
    return bool(row.known)
