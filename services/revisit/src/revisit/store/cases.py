"""What is known of tickets after their reply."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from pydantic import TypeAdapter

from chassis.db import Row, Session, rows
from contracts.vocabulary import Channel, Duty
from revisit.domain import NOTHING, Case, Life
from revisit.store import supervised
from revisit.store.names import caller

_LIFE = TypeAdapter(Life)
_BEGIN = """
    INSERT INTO ticket (ticket_id, complaint_id, finishes)
    SELECT ticket_id, complaint_id, 0 FROM unnest(
        CAST(:ticket_id AS uuid[]), CAST(:complaint_id AS uuid[])
    ) AS new (ticket_id, complaint_id)
    ORDER BY ticket_id
    ON CONFLICT (ticket_id) DO NOTHING
"""
_LOCKED = "SELECT * FROM ticket WHERE ticket_id = ANY (CAST(:ticket_id AS uuid[])) ORDER BY ticket_id FOR UPDATE"
"""In one order everywhere, so that two instances wait for each other instead of locking up."""
_SEVERAL = "SELECT * FROM ticket WHERE ticket_id = ANY (CAST(:ticket_id AS uuid[]))"
_OWING = """
    SELECT DISTINCT ticket_id FROM unnest(CAST(:principals AS text[])) AS gone (principal)
    CROSS JOIN LATERAL (
        (SELECT ticket_id FROM revisit WHERE caller = gone.principal AND open LIMIT :most)
        UNION ALL
        SELECT owed.ticket_id FROM unnest(CAST(:duties AS text[])) AS kind (duty) CROSS JOIN LATERAL (
            SELECT ticket_id FROM supervised WHERE supervised.duty = kind.duty AND unit = gone.principal LIMIT :most
        ) AS owed
    ) AS found
    LIMIT :most
"""
_FOLLOWED = "SELECT ticket_id, followed FROM ticket WHERE ticket_id = ANY (CAST(:ticket_id AS uuid[]))"
_TICKET_OF = "SELECT ticket_id FROM revisit WHERE revisit_id = :revisit_id"
_SAVE = """
    UPDATE ticket SET
        channel = new.channel, matter_code = new.matter_code, unit = new.unit, closed_at = new.closed_at,
        finishes = new.finishes, life = new.life, followed = new.followed
    FROM unnest(
        CAST(:ticket_id AS uuid[]), CAST(:channel AS text[]), CAST(:matter_code AS text[]), CAST(:unit AS text[]),
        CAST(:closed_at AS timestamptz[]), CAST(:finishes AS integer[]), CAST(:life AS jsonb[]),
        CAST(:followed AS bigint[])
    ) AS new (ticket_id, channel, matter_code, unit, closed_at, finishes, life, followed)
    WHERE ticket.ticket_id = new.ticket_id
"""
_COLUMNS = ("ticket_id", "channel", "matter_code", "unit", "closed_at", "finishes", "followed")
_SAVE_REVISITS = """
    INSERT INTO revisit (revisit_id, ticket_id, caller, due_at, next_at, open)
    SELECT * FROM unnest(
        CAST(:revisit_id AS uuid[]), CAST(:ticket_id AS uuid[]), CAST(:caller AS text[]),
        CAST(:due_at AS timestamptz[]), CAST(:next_at AS timestamptz[]), CAST(:open AS boolean[])
    )
    ON CONFLICT (revisit_id) DO UPDATE SET
        caller = excluded.caller, next_at = excluded.next_at, open = excluded.open
"""


async def begin(session: Session, tickets: Mapping[UUID, UUID]) -> None:
    """Let there be a case of each ticket, with its complaint."""
    await rows(session, _BEGIN, ticket_id=list(tickets), complaint_id=list(tickets.values()))


async def owing(session: Session, units: Collection[str], most: int) -> list[UUID]:
    """So many tickets about which one of these units still has something to do, or may have."""
    principals = [caller(unit) for unit in units]
    found = await rows(session, _OWING, principals=principals, duties=list(Duty), most=most)
    return [row.ticket_id for row in found]


async def followed(session: Session, ticket_ids: Collection[UUID]) -> dict[UUID, int | None]:
    """How many facts were followed of those tickets that are known; None where nobody counted them.

    Nothing is locked, so it may be more by now.
    """
    return {row.ticket_id: row.followed for row in await rows(session, _FOLLOWED, ticket_id=list(ticket_ids))}


async def locked(session: Session, ticket_ids: Collection[UUID]) -> dict[UUID, Case]:
    """The cases that are there, which nobody else changes before this transaction has ended."""
    return {row.ticket_id: _case(row) for row in await rows(session, _LOCKED, ticket_id=list(ticket_ids))}


async def several(session: Session, ticket_ids: Collection[UUID]) -> dict[UUID, Case]:
    """The cases that are there, by ticket."""
    return {row.ticket_id: _case(row) for row in await rows(session, _SEVERAL, ticket_id=list(ticket_ids))}


async def ticket_of(session: Session, revisit_id: UUID) -> UUID | None:
    """The ticket that a revisit is about."""
    return next((row.ticket_id for row in await rows(session, _TICKET_OF, revisit_id=revisit_id)), None)


async def save(session: Session, changed: Sequence[tuple[Case, Case]]) -> None:
    """Write the cases, each given as it was and as it is; of their revisits and findings those that differ."""
    different = [after for before, after in changed if after != before]
    if not different:
        return
    columns = {name: [getattr(case, name) for case in different] for name in _COLUMNS}
    await rows(session, _SAVE, **columns, life=[_written(case.life) for case in different])
    await _save_revisits(session, changed)
    await supervised.save(session, changed)


async def _save_revisits(session: Session, changed: Iterable[tuple[Case, Case]]) -> None:
    found = [
        (after.ticket_id, one)
        for before, after in changed
        for one in after.life.revisits
        if one not in before.life.revisits
    ]
    if not found:
        return
    await rows(
        session,
        _SAVE_REVISITS,
        ticket_id=[ticket_id for ticket_id, _ in found],
        revisit_id=[one.revisit_id for _, one in found],
        caller=[caller(one.caller) for _, one in found],
        due_at=[one.due_at for _, one in found],
        next_at=[one.next_at for _, one in found],
        open=[one.open for _, one in found],
    )


def _written(life: Life) -> str | None:
    return None if life == NOTHING else _LIFE.dump_json(life).decode()


def _case(row: Row) -> Case:
    return Case(
        row.ticket_id,
        row.complaint_id,
        Channel(row.channel) if row.channel else None,
        row.matter_code,
        row.unit,
        row.closed_at,
        row.finishes,
        _LIFE.validate_json(row.life) if row.life else NOTHING,
        row.followed,
    )
