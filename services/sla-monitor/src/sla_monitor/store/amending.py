"""How far each amendment of the clocks has come, and which open clocks it can touch."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from chassis.db import Row, Session, rows
from sla_monitor.domain import Case

_BEGIN = """
    INSERT INTO amendment (version, since, until, calendar, due_at, ticket_id)
    VALUES (:version, :since, :until, :calendar, :due_at, :ticket_id)
"""
_PENDING = """
    SELECT version, since, until, calendar, due_at, ticket_id FROM amendment
    WHERE carried_out_at IS NULL ORDER BY version LIMIT 1 FOR UPDATE
"""
_TOUCHED = """
    SELECT calendar, due_at, ticket_id FROM clock
    WHERE verdict IS NULL AND wanted_at IS NULL AND calendar < :version AND due_at >= :since AND started_at < :until
        AND (calendar, due_at, ticket_id) > (:calendar, :due_at, :ticket_id)
    ORDER BY calendar, due_at, ticket_id LIMIT :most
"""
_REACHED = """
    UPDATE amendment SET calendar = :calendar, due_at = :due_at, ticket_id = :ticket_id, tickets = tickets + :tickets
    WHERE version = :version
"""
_END = "UPDATE amendment SET carried_out_at = :at WHERE version = :version RETURNING tickets"


class Place(NamedTuple):
    """A clock in the order in which an amendment walks over them: by calendar, then the one that is due earliest."""

    calendar: int
    due_at: datetime
    ticket_id: UUID


class Amendment(NamedTuple):
    """A version of the calendar by which clocks are to be put right: the dates in [`since`, `until`) changed.

    `place` is the clock that was looked at last.
    """

    version: int
    since: datetime
    until: datetime
    place: Place


def amendment(version: int, since: datetime, until: datetime) -> Amendment:
    """An amendment that has looked at no clock yet."""
    return Amendment(version, since, until, Place(0, since, UUID(int=0)))


async def begin(session: Session, begun: Amendment) -> None:
    """Put an amendment on record, so that it is carried out."""
    version, since, until, place = begun
    await rows(session, _BEGIN, version=version, since=since, until=until, **place._asdict())


async def pending(session: Session) -> Amendment | None:
    """The oldest amendment that is not carried out yet, for this transaction alone; None when all are."""
    return next((_amendment(row) for row in await rows(session, _PENDING)), None)


def _amendment(row: Row) -> Amendment:
    return Amendment(row.version, row.since, row.until, Place(row.calendar, row.due_at, row.ticket_id))


async def touched(session: Session, by: Amendment, most: int) -> list[Place]:
    """The open clocks after its place whose dates, from start to due, it can have changed, in its order.

    No other is due anew: to know when a clock is due, no date after its due one is looked at.
    """
    version, since, until, place = by
    asked = {"version": version, "since": since, "until": until, "most": most}
    found = await rows(session, _TOUCHED, **asked, **place._asdict())
    return [Place(row.calendar, row.due_at, row.ticket_id) for row in found]


def earliest(case: Case, by: Amendment) -> Place:
    """The place at which `touched` comes upon a ticket first; the amendment's own place if it does not."""
    found = (
        Place(one.calendar, one.due_at, case.ticket.ticket_id)
        for one in case.clocks.values()
        if one.open and one.steps and one.calendar < by.version and one.due_at >= by.since and one.started_at < by.until
    )
    return min(found, default=by.place)


async def reached(session: Session, version: int, place: Place, tickets: int) -> None:
    """Keep how far an amendment has come, and how many more tickets it has looked at."""
    await rows(session, _REACHED, version=version, tickets=tickets, **place._asdict())


async def end(session: Session, version: int, at: datetime) -> int:
    """Keep that an amendment was carried out; the number of tickets that it has looked at."""
    (row,) = await rows(session, _END, version=version, at=at)
    return int(row.tickets)
