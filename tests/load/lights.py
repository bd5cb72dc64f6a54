"""Writes a million clocks as they stand after months, and makes as many of them turn when as one wants."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from contracts import base, tickets
from contracts.vocabulary import Cause, Channel, Complexity, DispatchRule, ReporterKind

_TICKETS = """
    INSERT INTO ticket (
        ticket_id, complaint_id, submitted_at, from_city, unit, complexity, accepted_at, tracked, followed
    )
    SELECT
        (lpad(to_hex(n), 12, '0') || '70008000000000000001')::uuid,
        (lpad(to_hex(n), 12, '0') || '70008000000000000002')::uuid,
        $3::timestamptz - interval '3 days', false, ($2::text[])[n % cardinality($2::text[]) + 1], 'general',
        $3::timestamptz - interval '2 days', false, 3
    FROM generate_series(1, $1::integer) AS n
"""
_CLOCKS = """
    INSERT INTO clock (
        ticket_id, kind, ref, unit, started_at, due_at, yellow_at, light, steps, provisional, calendar, policy,
        red_before, tries, next_at
    )
    SELECT
        ticket_id, 'handle', '1', unit, accepted_at, due_at, due_at - interval '1 day', light,
        jsonb_build_array(jsonb_build_array('handle.general', accepted_at)), false, 1, 1, false, '[]',
        CASE light WHEN 'green' THEN due_at - interval '1 day' ELSE due_at END
    FROM (
        SELECT ticket_id, unit, accepted_at, light, $1::timestamptz
            + CASE light WHEN 'green' THEN interval '2 days' + n % 400 * interval '1 hour' ELSE interval '20 hours' END
            + n * interval '1 microsecond' AS due_at
        FROM (
            SELECT *, row_number() OVER () AS n, CASE WHEN random() < 0.1 THEN 'yellow' ELSE 'green' END AS light
            FROM ticket
        ) AS stated
    ) AS dated
"""
"""One in ten is yellow; nothing turns for hours."""
_BOARD = "INSERT INTO board SELECT coalesce(unit, ''), kind, light, count(*) FROM clock GROUP BY unit, kind, light"
_DROP = "DROP INDEX clock_next, clock_next_of_unit"
_INDEXES = "SELECT indexdef FROM pg_indexes WHERE indexname IN ('clock_next', 'clock_next_of_unit')"

_TURN = """
    UPDATE clock SET
        due_at = CASE light WHEN 'green' THEN turn.at + interval '1 day' ELSE turn.at END,
        yellow_at = CASE light WHEN 'green' THEN turn.at ELSE turn.at - interval '1 day' END,
        next_at = turn.at
    FROM (
        SELECT ticket_id, $1::timestamptz + (row_number() OVER () - 1) * $2::interval AS at FROM (
            (SELECT ticket_id FROM clock WHERE light = 'green' AND next_at > $4 ORDER BY next_at DESC LIMIT $3)
            UNION ALL
            (SELECT ticket_id FROM clock WHERE light = 'yellow' AND next_at > $4 ORDER BY next_at DESC LIMIT $3)
        ) AS chosen
    ) AS turn
    WHERE clock.ticket_id = turn.ticket_id AND clock.kind = 'handle'
"""
"""As many that become yellow as such that become red."""


async def fill(connection: asyncpg.Connection, units: list[str], how_many: int, now: datetime) -> None:
    """Write so many tickets with a clock each that runs, and let the database know what it has."""
    await connection.execute("SELECT setseed(0.5)")
    await connection.execute(_TICKETS, how_many, units, now)
    indexes = [row["indexdef"] for row in await connection.fetch(_INDEXES)]
    await connection.execute(_DROP)
    await connection.execute(_CLOCKS, now)
    for index in indexes:
        await connection.execute(index)
    await connection.execute(_BOARD)
    for table in ("ticket", "clock", "board"):
        await connection.execute(f"VACUUM (ANALYZE) {table}")


async def turn(connection: asyncpg.Connection, how_many: int, at: datetime, every: timedelta) -> None:
    """Have so many lights turn, the first at an instant, the others one after another; half of them red."""
    far = at + timedelta(hours=6)
    await connection.execute(_TURN, at, every, how_many // 2, far)


def lives(how_many: int, now: datetime) -> Iterator[tuple[base.Fact, int]]:
    """The facts of so many tickets, each with its number: opened, dispatched, accepted and finished."""
    at = [now - timedelta(hours=hours) for hours in (5, 4, 3, 2)]
    for number in range(1, how_many + 1):
        said: dict[str, Any] = {"ticket_id": UUID(int=number << 64 | 7), "complaint_id": UUID(int=number << 64 | 8)}
        yield _opened(said, at[0]), 1
        yield _dispatched(said, at[1]), 2
        yield (
            tickets.TicketAccepted(**said, unit="hrss", complexity=Complexity.GENERAL, accepted_at=at[2], version=3),
            3,
        )
        yield _finished(said, at[3]), 4


def _opened(said: dict[str, Any], at: datetime) -> base.Fact:
    by: dict[str, Any] = {"channel": Channel.WINDOW, "reporter_kind": ReporterKind.CITIZEN}
    return tickets.TicketOpened(**said, **by, submitted_at=at, opened_at=at, version=1)


def _dispatched(said: dict[str, Any], at: datetime) -> base.Fact:
    rule = DispatchRule.MATTER_OWNER
    return tickets.TicketDispatched(**said, unit="hrss", rule=rule, directory_version=1, dispatched_at=at, version=2)


def _finished(said: dict[str, Any], at: datetime) -> base.Fact:
    texts: dict[str, Any] = {"reply_id": UUID(int=1), "done_id": UUID(int=2)}
    by: dict[str, Any] = {"unit": "hrss", "by": "unit.hrss/0412", "cause": Cause.OTHER}
    return tickets.TicketFinished(**said, **texts, **by, finished_at=at, version=4)
