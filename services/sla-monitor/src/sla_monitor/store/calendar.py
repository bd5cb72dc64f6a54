"""The calendar: its days, and the notices that made its versions."""

from collections.abc import Sequence
from datetime import date, datetime

from chassis.db import Row, Session, rows
from contracts.vocabulary import DayStatus
from sla_monitor.domain import Calendar, Day

_NEWEST = "SELECT coalesce(max(version), 0) AS version FROM calendar_notice"
_SINCE = "SELECT imported_at FROM calendar_notice WHERE version = :version"
_ALONE = "LOCK TABLE calendar_notice IN SHARE ROW EXCLUSIVE MODE"
_EVERY_DAY = "SELECT date, status, notice, revision, provisional FROM calendar_day ORDER BY date"
_DAYS = """
    SELECT date, status, notice, revision, provisional FROM calendar_day
    WHERE date BETWEEN :first AND :last ORDER BY date
"""
_WRITE = """
    INSERT INTO calendar_day (date, status, notice, revision, provisional)
    SELECT * FROM unnest(
        CAST(:date AS date[]), CAST(:status AS text[]), CAST(:notice AS text[]), CAST(:revision AS integer[]),
        CAST(:provisional AS boolean[])
    )
    ON CONFLICT (date) DO UPDATE SET
        status = excluded.status, notice = excluded.notice, revision = excluded.revision,
        provisional = excluded.provisional
"""
_ADD_NOTICE = """
    INSERT INTO calendar_notice (version, notice, imported_at, proposed_by, confirmed_by, lines)
    VALUES (:version, :notice, :imported_at, :proposed_by, :confirmed_by, :lines)
"""


async def newest(session: Session) -> int:
    """The calendar's newest version; 0 before it has its first rows."""
    (row,) = await rows(session, _NEWEST)
    return int(row.version)


async def changing_alone(session: Session) -> None:
    """Let nobody else change the calendar before this transaction has ended."""
    await rows(session, _ALONE)


async def calendar(session: Session, version: int) -> Calendar:
    """The whole calendar, which is at this version."""
    return Calendar.of(map(_day, await rows(session, _EVERY_DAY)), version)


async def days(session: Session, first: date, last: date) -> list[Day]:
    """The days from the first to the last date, both included."""
    return [_day(row) for row in await rows(session, _DAYS, first=first, last=last)]


def _day(row: Row) -> Day:
    return Day(row.date, DayStatus(row.status), row.notice, row.revision, row.provisional)


async def write(session: Session, changed: Sequence[Day]) -> None:
    """Let the days be like this."""
    await rows(
        session,
        _WRITE,
        date=[one.date for one in changed],
        status=[one.status for one in changed],
        notice=[one.notice for one in changed],
        revision=[one.revision for one in changed],
        provisional=[one.provisional for one in changed],
    )


async def add_notice(
    session: Session,
    version: int,
    notice: str,
    at: datetime,
    *,
    lines: int,
    proposed_by: str | None = None,
    confirmed_by: str | None = None,
) -> None:
    """Put on record by what a version of the calendar was made, and by whose word."""
    await rows(
        session,
        _ADD_NOTICE,
        version=version,
        notice=notice,
        imported_at=at,
        proposed_by=proposed_by,
        confirmed_by=confirmed_by,
        lines=lines,
    )


async def since(session: Session, version: int) -> datetime:
    """When a version of the calendar was imported: it holds since then."""
    (row,) = await rows(session, _SINCE, version=version)
    found: datetime = row.imported_at
    return found
