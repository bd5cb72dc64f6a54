"""The calendar: its days, and the notices that made its versions."""

from collections.abc import Sequence
from datetime import date, datetime

from chassis.db import Row, Session, rows
from contracts.vocabulary import DayStatus
from sla_monitor.domain import Calendar, Day

_NEWEST = "SELECT coalesce(max(version), 0) AS version FROM calendar_notice"
_SINCE = "SELECT imported_at FROM calendar_notice WHERE version = :version"
_FILLING_ALONE = "LOCK TABLE calendar_notice IN SHARE ROW EXCLUSIVE MODE"
_CHANGING_ALONE = "LOCK TABLE calendar_notice IN ACCESS EXCLUSIVE MODE"
"""Whoever asked for the newest version holds the table in ACCESS SHARE until its transaction ends."""
_DAYS = """
    SELECT date, status, notice, revision, provisional FROM calendar_day
    WHERE date BETWEEN :first AND :last AND since <= :version
    UNION ALL
    SELECT date, status, notice, revision, provisional FROM calendar_superseded
    WHERE date BETWEEN :first AND :last AND since <= :version AND until > :version
    ORDER BY date
"""
_SUPERSEDE = """
    INSERT INTO calendar_superseded (date, status, notice, revision, provisional, since, until)
    SELECT date, status, notice, revision, provisional, since, :version
    FROM calendar_day WHERE date = ANY (CAST(:date AS date[]))
"""
_WRITE = """
    INSERT INTO calendar_day (date, status, notice, revision, provisional, since)
    SELECT date, status, notice, revision, provisional, :version FROM unnest(
        CAST(:date AS date[]), CAST(:status AS text[]), CAST(:notice AS text[]), CAST(:revision AS integer[]),
        CAST(:provisional AS boolean[])
    ) AS changed (date, status, notice, revision, provisional)
    ON CONFLICT (date) DO UPDATE SET
        status = excluded.status, notice = excluded.notice, revision = excluded.revision,
        provisional = excluded.provisional, since = excluded.since
"""
_ADD_NOTICE = """
    INSERT INTO calendar_notice (version, notice, imported_at, proposed_by, confirmed_by, lines)
    VALUES (:version, :notice, :imported_at, :proposed_by, :confirmed_by, :lines)
"""


async def newest(session: Session) -> int:
    """The calendar's newest version; 0 before it has its first rows."""
    (row,) = await rows(session, _NEWEST)
    return int(row.version)


async def filling_alone(session: Session) -> None:
    """Let nobody else fill or change the calendar before this transaction has ended."""
    await rows(session, _FILLING_ALONE)


async def changing_alone(session: Session) -> None:
    """Wait until nobody works by the newest version, and let nobody ask for it before this transaction has ended.

    So whatever is committed after it counts by the version that it makes.
    """
    await rows(session, _CHANGING_ALONE)


async def calendar(session: Session, version: int) -> Calendar:
    """The whole calendar as it was at a version."""
    return Calendar.of(await days(session, version, date.min, date.max), version)


async def days(session: Session, version: int, first: date, last: date) -> list[Day]:
    """The days from the first to the last date, both included, as they were at a version."""
    return [_day(row) for row in await rows(session, _DAYS, version=version, first=first, last=last)]


def _day(row: Row) -> Day:
    return Day(row.date, DayStatus(row.status), row.notice, row.revision, row.provisional)


async def write(session: Session, version: int, changed: Sequence[Day]) -> None:
    """Let the days be like this from a version on, and keep what they were before."""
    dates = [one.date for one in changed]
    await rows(session, _SUPERSEDE, version=version, date=dates)
    await rows(
        session,
        _WRITE,
        version=version,
        date=dates,
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
