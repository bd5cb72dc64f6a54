"""What tickets were finished for, and how often on each date: counted as facts come, and ranked."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from chassis.db import Row, Session, rows
from contracts.vocabulary import Cause
from revisit.domain import Blockage, Finished, Repeating
from revisit.store import improvements
from revisit.store.names import caller, unit_of

_COUNTED = "SELECT * FROM counted WHERE ticket_id = ANY (CAST(:ticket_id AS uuid[]))"
_COUNT = """
    INSERT INTO counted (ticket_id, matter_code, cause, unit, finished_at)
    SELECT * FROM unnest(
        CAST(:ticket_id AS uuid[]), CAST(:matter_code AS text[]), CAST(:cause AS text[]), CAST(:unit AS text[]),
        CAST(:finished_at AS timestamptz[])
    )
    ON CONFLICT (ticket_id) DO UPDATE SET
        matter_code = excluded.matter_code, cause = excluded.cause, unit = excluded.unit,
        finished_at = excluded.finished_at
"""
_UNCOUNT = "DELETE FROM counted WHERE ticket_id = ANY (CAST(:ticket_id AS uuid[]))"
_BEGIN = """
    INSERT INTO blockage (matter_code, cause)
    SELECT * FROM unnest(CAST(:matter_code AS text[]), CAST(:cause AS text[])) ORDER BY 1, 2
    ON CONFLICT DO NOTHING
"""
_LOCK = """
    SELECT blockage.matter_code FROM blockage
    JOIN unnest(CAST(:matter_code AS text[]), CAST(:cause AS text[])) AS asked (matter_code, cause)
        ON (blockage.matter_code, blockage.cause) = (asked.matter_code, asked.cause)
    ORDER BY blockage.matter_code, blockage.cause FOR UPDATE OF blockage
"""
"""In one order everywhere, so that two instances wait for each other instead of locking up."""
_DAYS = """
    SELECT blockage.matter_code, blockage.cause, found.day, sum(found.finishes) AS finishes
    FROM unnest(CAST(:matter_code AS text[]), CAST(:cause AS text[])) AS asked (matter_code, cause)
    JOIN blockage ON (blockage.matter_code, blockage.cause) = (asked.matter_code, asked.cause)
    JOIN blockage_day AS found ON found.blockage_id = blockage.blockage_id
    WHERE found.day BETWEEN :first AND :last
    GROUP BY blockage.matter_code, blockage.cause, found.day
"""
_ADD = """
    INSERT INTO blockage_day (blockage_id, day, unit, finishes)
    SELECT blockage.blockage_id, more.day, more.unit, more.finishes FROM unnest(
        CAST(:matter_code AS text[]), CAST(:cause AS text[]), CAST(:day AS date[]), CAST(:unit AS text[]),
        CAST(:finishes AS integer[])
    ) AS more (matter_code, cause, day, unit, finishes)
    JOIN blockage ON (blockage.matter_code, blockage.cause) = (more.matter_code, more.cause)
    ON CONFLICT (blockage_id, day, unit) DO UPDATE SET finishes = blockage_day.finishes + excluded.finishes
"""
_RANKED = """
    SELECT blockage.matter_code, blockage.cause, found.finishes
    FROM (
        SELECT blockage_id, sum(finishes) AS finishes FROM blockage_day
        WHERE day BETWEEN :first AND :last
        GROUP BY blockage_id HAVING sum(finishes) > 0
    ) AS found
    JOIN blockage ON blockage.blockage_id = found.blockage_id
    ORDER BY found.finishes DESC, blockage.matter_code, blockage.cause LIMIT :most
"""
_RANKED_OF = _RANKED.replace("WHERE day", "WHERE unit = :unit AND day")


class Ranked(NamedTuple):
    """How often something was why tickets of a matter were finished."""

    blockage: Blockage
    finishes: int


async def counted(session: Session, ticket_ids: Collection[UUID]) -> dict[UUID, Finished]:
    """For what these tickets count now."""
    return {row.ticket_id: _finished(row) for row in await rows(session, _COUNTED, ticket_id=list(ticket_ids))}


async def lock(session: Session, blockages: Collection[Blockage]) -> None:
    """Let nobody else count or improve these before this transaction has ended."""
    asked = _columns(blockages)
    await rows(session, _BEGIN, **asked)
    await rows(session, _LOCK, **asked)


async def locked(session: Session, finishes: Sequence[Finished], days: int) -> dict[Blockage, Repeating]:
    """What these finishes are of, each with its counts so many days around them, which nobody else changes."""
    blockages = sorted({one.blockage for one in finishes})
    await lock(session, blockages)
    on, around = [one.on for one in finishes], timedelta(days=days - 1)
    found = await rows(session, _DAYS, **_columns(blockages), first=min(on) - around, last=max(on) + around)
    counts: dict[Blockage, dict[date, int]] = {one: {} for one in blockages}
    for row in found:
        counts[_blockage(row)][row.day] = int(row.finishes)
    newest = await improvements.newest(session, blockages)
    return {one: Repeating(one, counts[one], newest.get(one)) for one in blockages}


async def save(session: Session, before: Mapping[UUID, Finished], after: Mapping[UUID, Finished]) -> None:
    """Write for what tickets count now, and with it how many do."""
    gone, come = set(before.values()) - set(after.values()), set(after.values()) - set(before.values())
    if uncounted := before.keys() - after.keys():
        await rows(session, _UNCOUNT, ticket_id=list(uncounted))
    if come:
        await _count(session, sorted(come))
    more = Counter(map(_place, come))
    more.subtract(map(_place, gone))
    if found := sorted(place for place, number in more.items() if number):
        finishes = [more[place] for place in found]
        names = ("matter_code", "cause", "day", "unit")
        await rows(
            session, _ADD, **dict(zip(names, map(list, zip(*found, strict=True)), strict=True)), finishes=finishes
        )


async def ranked(session: Session, first: date, last: date, unit: str | None, most: int) -> list[Ranked]:
    """What tickets were finished for from one date to another, most first; of all, or of one principal's."""
    asked = {"first": first, "last": last, "most": most}
    found = await (rows(session, _RANKED_OF, **asked, unit=unit) if unit else rows(session, _RANKED, **asked))
    return [Ranked(_blockage(row), int(row.finishes)) for row in found]


async def _count(session: Session, finishes: Sequence[Finished]) -> None:
    await rows(
        session,
        _COUNT,
        **_columns([one.blockage for one in finishes]),
        ticket_id=[one.ticket_id for one in finishes],
        unit=[caller(one.unit) for one in finishes],
        finished_at=[one.at for one in finishes],
    )


def _place(one: Finished) -> tuple[str, str, date, str]:
    return *one.blockage, one.on, caller(one.unit)


def _columns(blockages: Collection[Blockage]) -> dict[str, list[str]]:
    return {"matter_code": [one.matter_code for one in blockages], "cause": [one.cause for one in blockages]}


def _blockage(row: Row) -> Blockage:
    return Blockage(row.matter_code, Cause(row.cause))


def _finished(row: Row) -> Finished:
    return Finished(row.ticket_id, _blockage(row), unit_of(row.unit), row.finished_at)
