"""Writes a million tickets as they stand after they were closed: who asks whom, what is judged, and what repeats."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

import asyncpg
from pydantic import TypeAdapter

from contracts.vocabulary import (
    Cause,
    FindingKind,
    FindingReason,
    RevisitKind,
    RevisitResult,
    SampleRule,
)
from revisit.domain import BadRating, Circular, Finding, Life, Revisit, Round
from revisit.domain.findings import Proposal, Report

UNITS, MATTERS = 40, 501
KINDS = 10
"""Ticket n is of kind n % 10: 0 waits for judgement, 1 for rectification, 2 for a check, 3 for an explanation.

Of kind 4 both revisits are open; whatever is of another kind is done with.
"""
_JUDGEMENT, _RECTIFICATION, _CHECK, _EXPLANATION, _OPEN = range(5)
_LIFE = TypeAdapter(Life)
_UNIT = "any"


def _id(last: int) -> UUID:
    """One of a ticket's ids, before its number stands in it: its ticket 1, complaint 2, and what follows."""
    return UUID(int=0xFFFFFFFFFFFF << 80 | 0x70008000000000000000 | last)


_OF_UNIT, _OF_CENTRE, _ANSWER, _FINDING, _ROUND, _PROPOSAL, _TEXT = map(_id, range(3, 10))

_DRAW = """
    CREATE TEMPORARY TABLE drawn AS
    SELECT n, n % 10 AS kind, lpad(to_hex(n), 12, '0') AS head, 'unit-' || matter % $3 AS unit,
        '000114' || lpad(matter::text, 6, '0') AS matter, ($4::text[])[1 + floor(random() * cardinality($4))] AS cause,
        $5::timestamptz - random() * interval '365 days' AS finished_at
    FROM (SELECT n, floor(random() * $2)::integer AS matter FROM generate_series(1, $1::integer) AS n) AS one
"""
_TICKETS = """
    INSERT INTO ticket (ticket_id, complaint_id, channel, matter_code, unit, closed_at, finishes, life)
    SELECT (head || '70008000000000000001')::uuid, (head || '70008000000000000002')::uuid, 'window', matter, unit,
        finished_at, 1, replace(
            replace(($1::text[])[kind + 1], 'ffffffff-ffff', substr(head, 1, 8) || '-' || substr(head, 9)),
            '"any"', '"' || unit || '"'
        )::jsonb
    FROM drawn
"""
_REVISITS = """
    INSERT INTO revisit (revisit_id, ticket_id, caller, due_at, next_at, open)
    SELECT (head || '7000800000000000000' || last)::uuid, (head || '70008000000000000001')::uuid,
        CASE last WHEN 3 THEN 'unit.' || unit ELSE 'centre' END, finished_at, $1, kind = 4
    FROM drawn, generate_series(3, 4) AS last
"""
_SUPERVISED = """
    INSERT INTO supervised (thing_id, ticket_id, unit, since, duty)
    SELECT (head || '7000800000000000000' || CASE kind WHEN 1 THEN 7 WHEN 2 THEN 7 WHEN 3 THEN 5 ELSE 6 END)::uuid,
        (head || '70008000000000000001')::uuid, 'unit.' || unit, finished_at,
        (ARRAY['judgement', 'rectification', 'check', 'explanation'])[kind + 1]
    FROM drawn
"""
_COUNTED = """
    INSERT INTO counted (ticket_id, matter_code, cause, unit, finished_at)
    SELECT (head || '70008000000000000001')::uuid, matter, cause, 'unit.' || unit, finished_at FROM drawn
"""
_BLOCKAGES = "INSERT INTO blockage (matter_code, cause) SELECT DISTINCT matter_code, cause FROM counted"
_SPANS = """
    INSERT INTO blockage_span (days, first, blockage_id, unit, finishes)
    SELECT days, day - (day - date '1999-12-06') % days, blockage_id, unit, count(*)
    FROM (
        SELECT blockage_id, unit, CAST(finished_at AT TIME ZONE 'Asia/Shanghai' AS date) AS day
        FROM counted JOIN blockage USING (matter_code, cause)
    ) AS dated, (VALUES (1), (7), (28)) AS span (days) GROUP BY 1, 2, 3, 4
"""
_TABLES = ("ticket", "revisit", "supervised", "counted", "blockage", "blockage_span")


async def fill(connection: asyncpg.Connection, how_many: int, now: datetime) -> None:
    """Write so many tickets, finished within the last year, and let the database know what it has.

    Matters and causes are drawn evenly, so that little falls together when it is counted: the hardest case.
    """
    await connection.execute("SELECT setseed(0.5)")
    await connection.execute(_DRAW, how_many, MATTERS, UNITS, list(Cause), now)
    await connection.execute(_TICKETS, [_written(kind, now) for kind in range(KINDS)])
    await connection.execute(_REVISITS, now)
    for sql in (_SUPERVISED, _COUNTED, _BLOCKAGES, _SPANS, "DROP TABLE drawn"):
        await connection.execute(sql)
    for table in _TABLES:
        await connection.execute(f"VACUUM (ANALYZE) {table}")


def _written(kind: int, at: datetime) -> str:
    """The life of a ticket of this kind, its ids without a number, its unit without a name."""
    revisits = tuple(_revisit(one, kind == _OPEN, at) for one in (RevisitKind.UNIT, RevisitKind.CENTRE))
    findings = (_finding(kind, at),) if kind in (_JUDGEMENT, _RECTIFICATION, _CHECK) else ()
    rating = BadRating(_ANSWER, 1, _UNIT, 2, at, at, policy=1)
    ratings = (rating,) if kind == _EXPLANATION else ()
    life = Life((f"unit.{_UNIT}/0412",), revisits=revisits, findings=findings, bad_ratings=ratings)
    return _LIFE.dump_json(life).decode()


def _revisit(kind: RevisitKind, open_: bool, at: datetime) -> Revisit:
    mine = kind is RevisitKind.UNIT
    return Revisit(
        _OF_UNIT if mine else _OF_CENTRE,
        kind,
        1,
        _UNIT,
        _UNIT if mine else None,
        planned_at=at,
        due_at=at,
        next_at=at,
        sampled_by=None if mine else SampleRule.ALL,
        policy=1,
        result=None if open_ else RevisitResult.ANSWERED,
        closed_at=None if open_ else at,
    )


def _finding(kind: int, at: datetime) -> Finding:
    """One that is judged, or whose first round is to be rectified, or to be checked."""
    raised = Finding(_FINDING, 1, FindingKind.FALSE_REPORT, FindingReason.SAID_UNSOLVED, (_ANSWER,), at, _UNIT)
    if kind == _JUDGEMENT:
        return raised
    circular, by = Circular("〔2026〕12号", _TEXT, None), "office/0007"
    proposal = Proposal(_PROPOSAL, _PROPOSAL, _TEXT, circular, at, by)
    report = Report(_TEXT, _TEXT, at, f"unit.{_UNIT}/0412") if kind == _CHECK else None
    opened = Round(_ROUND, 1, _ROUND, _PROPOSAL, circular, at, by, "office/0008", report)
    return replace(raised, proposals=(proposal,), confirmed_at=at, overturned_at=at, rounds=(opened,))
