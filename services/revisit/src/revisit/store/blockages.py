"""What tickets were finished for, and how often on each date: counted as facts come, and ranked."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from chassis.db import Row, Session, rows
from contracts.vocabulary import Cause
from revisit.domain import Blockage, Finished, Repeating, spans
from revisit.domain.spans import Run
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
    SELECT blockage.matter_code, blockage.cause, found.first, sum(found.finishes) AS finishes
    FROM unnest(CAST(:matter_code AS text[]), CAST(:cause AS text[])) AS asked (matter_code, cause)
    JOIN blockage ON (blockage.matter_code, blockage.cause) = (asked.matter_code, asked.cause)
    JOIN blockage_span AS found ON found.blockage_id = blockage.blockage_id
    WHERE found.days = 1 AND found.first BETWEEN :first AND :last
    GROUP BY blockage.matter_code, blockage.cause, found.first
"""
_ADD = """
    INSERT INTO blockage_span (blockage_id, days, first, unit, finishes)
    SELECT blockage.blockage_id, more.days, more.first, more.unit, more.finishes FROM unnest(
        CAST(:matter_code AS text[]), CAST(:cause AS text[]), CAST(:unit AS text[]), CAST(:days AS smallint[]),
        CAST(:first AS date[]), CAST(:finishes AS integer[])
    ) AS more (matter_code, cause, unit, days, first, finishes)
    JOIN blockage ON (blockage.matter_code, blockage.cause) = (more.matter_code, more.cause)
    ON CONFLICT (blockage_id, days, first, unit) DO UPDATE SET finishes = blockage_span.finishes + excluded.finishes
"""
_RANKED = """
    SELECT blockage.matter_code, blockage.cause, ranked.finishes
    FROM (
        SELECT blockage_id, sum(sign * finishes) AS finishes
        FROM unnest(
            CAST(:days AS smallint[]), CAST(:first AS date[]), CAST(:last AS date[]), CAST(:sign AS integer[])
        ) AS run (days, first, last, sign)
        JOIN blockage_span AS found ON found.days = run.days AND found.first BETWEEN run.first AND run.last
        GROUP BY blockage_id HAVING sum(sign * finishes) > 0
    ) AS ranked
    JOIN blockage ON blockage.blockage_id = ranked.blockage_id
    ORDER BY ranked.finishes DESC, blockage.matter_code, blockage.cause LIMIT :most
"""
_RANKED_OF = _RANKED.replace("GROUP BY", "WHERE unit = :unit GROUP BY")
_CLAIM_UNCOUNTED = """
    UPDATE uncounted SET ask_at = now() + CAST(:lease AS interval)
    WHERE ticket_id IN (
        SELECT ticket_id FROM uncounted WHERE ask_at <= now() ORDER BY ask_at LIMIT :most FOR UPDATE SKIP LOCKED
    )
    RETURNING ticket_id
"""
_LOOKED_UP = "DELETE FROM uncounted WHERE ticket_id = ANY (CAST(:ticket_id AS uuid[]))"
_PLACE = ("matter_code", "cause", "unit", "days", "first")


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
        counts[_blockage(row)][row.first] = int(row.finishes)
    newest = await improvements.newest(session, blockages)
    return {one: Repeating(one, counts[one], newest.get(one)) for one in blockages}


async def save(session: Session, before: Mapping[UUID, Finished], after: Mapping[UUID, Finished]) -> None:
    """Write for what tickets count now, and with it how many do."""
    gone, come = set(before.values()) - set(after.values()), set(after.values()) - set(before.values())
    if uncounted := before.keys() - after.keys():
        await rows(session, _UNCOUNT, ticket_id=list(uncounted))
    if come:
        await _count(session, sorted(come))
    more = Counter(place for one in come for place in _places(one))
    more.subtract(place for one in gone for place in _places(one))
    if found := sorted(place for place, number in more.items() if number):
        await rows(session, _ADD, **_named(_PLACE, found), finishes=[more[place] for place in found])


async def ranked(session: Session, first: date, last: date, unit: str | None, most: int) -> list[Ranked]:
    """What tickets were finished for from one date to another, most first; of all, or of one principal's."""
    asked = {**_named(Run._fields, spans.between(first, last)), "most": most}
    found = await (rows(session, _RANKED_OF, **asked, unit=unit) if unit else rows(session, _RANKED, **asked))
    return [Ranked(_blockage(row), int(row.finishes)) for row in found]


async def claim_uncounted(session: Session, most: int, lease: timedelta) -> list[UUID]:
    """So many tickets that were closed before finishes were counted, which nobody else claims for so long."""
    return [row.ticket_id for row in await rows(session, _CLAIM_UNCOUNTED, most=most, lease=lease)]


async def looked_up(session: Session, ticket_ids: Collection[UUID]) -> None:
    """These need not be looked up any more."""
    await rows(session, _LOOKED_UP, ticket_id=list(ticket_ids))


async def _count(session: Session, finishes: Sequence[Finished]) -> None:
    await rows(
        session,
        _COUNT,
        **_columns([one.blockage for one in finishes]),
        ticket_id=[one.ticket_id for one in finishes],
        unit=[caller(one.unit) for one in finishes],
        finished_at=[one.at for one in finishes],
    )


def _places(one: Finished) -> Iterator[tuple[str, str, str, int, date]]:
    """Where it is counted."""
    return ((*one.blockage, caller(one.unit), *span) for span in spans.holding(one.on))


def _named(names: Sequence[str], columns: Sequence[tuple[Any, ...]]) -> dict[str, list[Any]]:
    return dict(zip(names, map(list, zip(*columns, strict=True)), strict=True))


def _columns(blockages: Collection[Blockage]) -> dict[str, list[str]]:
    return {"matter_code": [one.matter_code for one in blockages], "cause": [one.cause for one in blockages]}


def _blockage(row: Row) -> Blockage:
    return Blockage(row.matter_code, Cause(row.cause))


def _finished(row: Row) -> Finished:
    return Finished(row.ticket_id, _blockage(row), unit_of(row.unit), row.finished_at)
