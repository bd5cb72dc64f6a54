"""The table of tickets."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from chassis.db import Row, Session, rows
from contracts.complaints import Candidate
from contracts.vocabulary import Channel, DispatchRule, QueueReason, ReporterKind, TicketState
from dispatch.domain import UNTOUCHED, Affected, Alike, Handling, Ticket, helpers

_ADD = """
    INSERT INTO ticket (
        ticket_id, complaint_id, state, channel, reporter_kind, submitted_at, opened_at, matter_code, place_code,
        unit, rule, matched_place, directory_version, dispatched_at, dispatched_by, queue_reason, queued_at, version,
        repeats, handling, candidates
    )
    SELECT * FROM unnest(
        CAST(:ticket_id AS uuid[]), CAST(:complaint_id AS uuid[]), CAST(:state AS text[]), CAST(:channel AS text[]),
        CAST(:reporter_kind AS text[]), CAST(:submitted_at AS timestamptz[]), CAST(:opened_at AS timestamptz[]),
        CAST(:matter_code AS text[]), CAST(:place_code AS text[]), CAST(:unit AS text[]), CAST(:rule AS text[]),
        CAST(:matched_place AS text[]), CAST(:directory_version AS integer[]), CAST(:dispatched_at AS timestamptz[]),
        CAST(:dispatched_by AS text[]), CAST(:queue_reason AS text[]), CAST(:queued_at AS timestamptz[]),
        CAST(:version AS integer[]), CAST(:repeats AS uuid[]), CAST(:handling AS jsonb[]), CAST(:candidates AS jsonb[])
    )
    ON CONFLICT (complaint_id) DO NOTHING
    RETURNING ticket_id
"""
_COLUMNS = (
    "ticket_id",
    "complaint_id",
    "state",
    "channel",
    "reporter_kind",
    "submitted_at",
    "opened_at",
    "matter_code",
    "place_code",
    "unit",
    "rule",
    "matched_place",
    "directory_version",
    "dispatched_at",
    "dispatched_by",
    "queue_reason",
    "queued_at",
    "version",
    "repeats",
)

_SAVE = """
    UPDATE ticket SET
        state = new.state, unit = new.unit, rule = new.rule, matched_place = new.matched_place,
        directory_version = new.directory_version, dispatched_at = new.dispatched_at,
        dispatched_by = new.dispatched_by, queue_reason = new.queue_reason, queued_at = new.queued_at,
        version = new.version, handling = new.handling, helpers = string_to_array(new.helpers, ' '),
        reopening_requested_at = new.reopening_requested_at
    FROM unnest(
        CAST(:ticket_id AS uuid[]), CAST(:state AS text[]), CAST(:unit AS text[]), CAST(:rule AS text[]),
        CAST(:matched_place AS text[]), CAST(:directory_version AS integer[]), CAST(:dispatched_at AS timestamptz[]),
        CAST(:dispatched_by AS text[]), CAST(:queue_reason AS text[]), CAST(:queued_at AS timestamptz[]),
        CAST(:version AS integer[]), CAST(:handling AS jsonb[]), CAST(:helpers AS text[]),
        CAST(:reopening_requested_at AS timestamptz[])
    ) AS new (
        ticket_id, state, unit, rule, matched_place, directory_version, dispatched_at, dispatched_by, queue_reason,
        queued_at, version, handling, helpers, reopening_requested_at
    )
    WHERE ticket.ticket_id = new.ticket_id
"""
_CHANGING = (
    "ticket_id",
    "state",
    "unit",
    "rule",
    "matched_place",
    "directory_version",
    "dispatched_at",
    "dispatched_by",
    "queue_reason",
    "queued_at",
    "version",
)

_OF_COMPLAINTS = """
    SELECT found.*
    FROM unnest(CAST(:complaint_id AS uuid[])) AS asked (complaint_id)
    CROSS JOIN LATERAL (SELECT * FROM ticket WHERE ticket.complaint_id = asked.complaint_id OFFSET 0) AS found
"""
"""OFFSET 0 keeps the index in use, also by a plan that was made when the table was empty."""

_LEADING_TO = """
    WITH RECURSIVE chain AS (
        SELECT asked.complaint_id AS asked, found.ticket_id, found.state, found.handling
        FROM unnest(CAST(:complaint_id AS uuid[])) AS asked (complaint_id)
        CROSS JOIN LATERAL (SELECT * FROM ticket WHERE ticket.complaint_id = asked.complaint_id OFFSET 0) AS found
        UNION ALL
        SELECT chain.asked, found.ticket_id, found.state, found.handling
        FROM chain
        CROSS JOIN LATERAL (
            SELECT * FROM ticket WHERE ticket.ticket_id = CAST(chain.handling ->> 'linked_to' AS uuid) OFFSET 0
        ) AS found
        WHERE chain.state = 'linked'
    )
    SELECT asked, ticket_id FROM chain WHERE state <> 'linked'
"""
"""A linked ticket leads to the one in which it goes on; that one was open then, so no circle can come about."""

_REPEATING = """
    SELECT found.repeats, found.ticket_id
    FROM unnest(CAST(:complaint_id AS uuid[])) AS asked (complaint_id)
    CROSS JOIN LATERAL (
        SELECT repeats, ticket_id, state FROM ticket WHERE ticket.repeats = asked.complaint_id OFFSET 0
    ) AS found
    WHERE found.state IN ('queued', 'dispatched', 'accepted')
"""

_ONE = "SELECT * FROM ticket WHERE ticket_id = :ticket_id"
_ONE_LOCKED = f"{_ONE} FOR UPDATE"
_LOCKED = """
    SELECT * FROM ticket WHERE ticket_id = ANY (CAST(:ticket_id AS uuid[])) ORDER BY ticket_id FOR UPDATE
"""
"""In one order everywhere, so that two instances wait for each other instead of locking up."""

_OF_UNIT = """
    SELECT * FROM ticket
    WHERE unit = :unit AND state IN ('dispatched', 'accepted') AND (dispatched_at, ticket_id) > (:at, :ticket_id)
    ORDER BY dispatched_at, ticket_id
    LIMIT :most
"""
_HELPED_BY = """
    WITH helped AS MATERIALIZED (
        SELECT * FROM ticket WHERE helpers @> ARRAY[CAST(:unit AS text)] AND ticket_id > :ticket_id
    )
    SELECT * FROM helped ORDER BY ticket_id LIMIT :most
"""
"""Materialised, so that the few with helpers are looked through: in the order of all tickets it would be a million."""

_LAST_ALIKE = """
    WITH last AS (
        SELECT ticket_id, matter_code, place_code FROM ticket WHERE directory_version IS NOT NULL
        ORDER BY ticket_id DESC
        LIMIT :last
    )
    SELECT matter_code, place_code, count(*) AS tickets, (array_agg(ticket_id ORDER BY ticket_id DESC))[1:5] AS newest
    FROM last GROUP BY matter_code, place_code
"""
"""Ids rise with the instant of opening, so the last ones stand at the end of the key: opening pays for no index."""

_OF_DISSOLVED = """
    SELECT found.ticket_id
    FROM unnest(CAST(:units AS text[])) AS dissolved (unit)
    CROSS JOIN LATERAL (
        (
            SELECT ticket_id FROM ticket
            WHERE ticket.unit = dissolved.unit AND state IN ('dispatched', 'accepted')
            ORDER BY dispatched_at, ticket_id
            LIMIT :most
        )
        UNION
        (SELECT ticket_id FROM ticket WHERE helpers @> ARRAY[dissolved.unit] LIMIT :most)
    ) AS found
    LIMIT :most
"""
_AFFECTED = """
    SELECT asked.unit, led.tickets AS leads, helped.tickets AS helps
    FROM unnest(CAST(:units AS text[])) AS asked (unit)
    CROSS JOIN LATERAL (
        SELECT count(*) AS tickets FROM ticket
        WHERE ticket.unit = asked.unit AND state IN ('dispatched', 'accepted')
    ) AS led
    CROSS JOIN LATERAL (
        SELECT count(*) AS tickets FROM ticket WHERE helpers @> ARRAY[asked.unit]
    ) AS helped
    ORDER BY asked.unit
"""

_QUEUED = """
    SELECT * FROM ticket
    WHERE state = 'queued' AND (queued_at, ticket_id) > (:queued_at, :ticket_id)
    ORDER BY queued_at, ticket_id
    LIMIT :most
"""
_REOPENING = """
    SELECT * FROM ticket
    WHERE reopening_requested_at IS NOT NULL AND (reopening_requested_at, ticket_id) > (:requested_at, :ticket_id)
    ORDER BY reopening_requested_at, ticket_id
    LIMIT :most
"""
_HANDLING = TypeAdapter(Handling)
_CANDIDATES = TypeAdapter(tuple[Candidate, ...])
_BEFORE_ALL = (datetime(1970, 1, 1, tzinfo=UTC), UUID(int=0))


async def of_complaints(session: Session, complaint_ids: Collection[UUID]) -> dict[UUID, Ticket]:
    """The tickets of those complaints that have one, by complaint."""
    found = await rows(session, _OF_COMPLAINTS, complaint_id=list(complaint_ids))
    return {row.complaint_id: _ticket(row) for row in found}


async def leading_to(session: Session, complaint_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Where these complaints go on: the ticket of each, or the one that it was linked to in the end."""
    if not complaint_ids:
        return {}
    return {row.asked: row.ticket_id for row in await rows(session, _LEADING_TO, complaint_id=list(complaint_ids))}


async def repeating(session: Session, complaint_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The open tickets of complaints that say one of these again, by what they repeat."""
    return {row.repeats: row.ticket_id for row in await rows(session, _REPEATING, complaint_id=list(complaint_ids))}


async def one(session: Session, ticket_id: UUID) -> Ticket | None:
    """The ticket; None for an id that is none."""
    return next(map(_ticket, await rows(session, _ONE, ticket_id=ticket_id)), None)


async def locked(session: Session, ticket_id: UUID) -> Ticket | None:
    """The ticket, which nobody else changes until this transaction ends; None for an id that is none."""
    return next(map(_ticket, await rows(session, _ONE_LOCKED, ticket_id=ticket_id)), None)


async def locked_all(session: Session, ticket_ids: Collection[UUID]) -> dict[UUID, Ticket]:
    """Those tickets that there are, by id, which nobody else changes until this transaction ends."""
    found = await rows(session, _LOCKED, ticket_id=list(ticket_ids))
    return {row.ticket_id: _ticket(row) for row in found}


async def of_unit(session: Session, unit: str, after: Ticket | None, most: int) -> list[Ticket]:
    """The open tickets of a lead unit after one that was seen last, oldest dispatch first."""
    at = (after.dispatched_at, after.ticket_id) if after and after.dispatched_at else _BEFORE_ALL
    return list(map(_ticket, await rows(session, _OF_UNIT, unit=unit, at=at[0], ticket_id=at[1], most=most)))


async def helped_by(session: Session, unit: str, after: Ticket | None, most: int) -> list[Ticket]:
    """The open tickets that were delegated to a unit or that it assists, after one that was seen last."""
    last = after.ticket_id if after else _BEFORE_ALL[1]
    return list(map(_ticket, await rows(session, _HELPED_BY, unit=unit, ticket_id=last, most=most)))


async def last_alike(session: Session, last: int) -> list[Alike]:
    """The last tickets that were dispatched or queued, those about one matter at one place together."""
    found = await rows(session, _LAST_ALIKE, last=last)
    return [Alike(row.matter_code, row.place_code, row.tickets, tuple(row.newest)) for row in found]


async def affected(session: Session, units: Collection[str]) -> list[Affected]:
    """How many open tickets each of the units leads, and helps with."""
    return [Affected(**row) for row in await rows(session, _AFFECTED, units=list(units))]


async def of_dissolved(session: Session, units: Collection[str], most: int) -> list[UUID]:
    """Open tickets, so many at most, in which one of these units has a part."""
    if not units:
        return []
    return [row.ticket_id for row in await rows(session, _OF_DISSOLVED, units=list(units), most=most)]


async def queued(session: Session, after: Ticket | None, most: int) -> list[Ticket]:
    """The manual queue after a ticket that stands or stood in it, oldest first; from its beginning without one."""
    at = (after.queued_at, after.ticket_id) if after and after.queued_at else _BEFORE_ALL
    return list(map(_ticket, await rows(session, _QUEUED, queued_at=at[0], ticket_id=at[1], most=most)))


async def reopening(session: Session, after: Ticket | None, most: int) -> list[Ticket]:
    """The closed tickets that somebody wants opened again, after one of them, oldest request first."""
    requested_at = after.handling.reopening_requested_at if after else None
    at = (requested_at, after.ticket_id) if after and requested_at else _BEFORE_ALL
    return list(map(_ticket, await rows(session, _REOPENING, requested_at=at[0], ticket_id=at[1], most=most)))


async def add(session: Session, tickets: Iterable[Ticket]) -> set[UUID]:
    """Write new tickets; the ids of those whose complaints had none, also not by another instance's hand.

    They are written in one order everywhere, so that two instances wait for each other instead of locking up.
    """
    ordered = sorted(tickets, key=lambda one: one.complaint_id)
    handlings = [None if one.handling == UNTOUCHED else _written(one.handling) for one in ordered]
    ranked = [_CANDIDATES.dump_json(one.candidates).decode() if one.candidates else None for one in ordered]
    added = await rows(session, _ADD, **_arrays(ordered, _COLUMNS), handling=handlings, candidates=ranked)
    return {row.ticket_id for row in added}


async def save(session: Session, tickets: Sequence[Ticket]) -> None:
    """Write tickets that are there, as they are now."""
    if tickets:
        written = {
            "handling": [_written(one.handling) for one in tickets],
            "helpers": [_helpers(one) for one in tickets],
            "reopening_requested_at": [one.handling.reopening_requested_at for one in tickets],
        }
        await rows(session, _SAVE, **_arrays(tickets, _CHANGING), **written)


def _written(handling: Handling) -> str:
    return _HANDLING.dump_json(handling).decode()


def _helpers(ticket: Ticket) -> str | None:
    """Who beside the lead has it now; unit codes have no blanks."""
    return " ".join(helpers(ticket)) or None


def _arrays(tickets: Sequence[Ticket], columns: Sequence[str]) -> dict[str, list[Any]]:
    return {name: [getattr(one, name) for one in tickets] for name in columns}


def _ticket(row: Row) -> Ticket:
    stored = dict(row)
    del stored["helpers"], stored["reopening_requested_at"]
    stored["handling"] = _HANDLING.validate_json(row.handling) if row.handling else UNTOUCHED
    stored["candidates"] = _CANDIDATES.validate_json(row.candidates) if row.candidates else ()
    stored["state"], stored["channel"] = TicketState(row.state), Channel(row.channel)
    stored["reporter_kind"] = ReporterKind(row.reporter_kind)
    stored["rule"] = DispatchRule(row.rule) if row.rule else None
    stored["queue_reason"] = QueueReason(row.queue_reason) if row.queue_reason else None
    return Ticket(**stored)
