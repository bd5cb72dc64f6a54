"""What waits for whom: the office's judgement, a unit's rectification or explanation, the centre's check.

A finding, a round or a bad rating keeps its row; `duty` is null when it waits for nothing. `since` is when it came, of
a bad rating until when it is due: that is the order of worklists, and never changes.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from chassis.db import Session, rows
from contracts.vocabulary import Duty
from revisit.domain import Case
from revisit.store.names import caller

_SAVE = """
    INSERT INTO supervised (thing_id, ticket_id, unit, since, duty)
    SELECT * FROM unnest(
        CAST(:thing_id AS uuid[]), CAST(:ticket_id AS uuid[]), CAST(:unit AS text[]),
        CAST(:since AS timestamptz[]), CAST(:duty AS text[])
    )
    ON CONFLICT (thing_id) DO UPDATE SET unit = excluded.unit, duty = excluded.duty
"""
_WAITING = """
    SELECT thing_id, ticket_id FROM supervised
    WHERE duty = :duty AND (since, thing_id) > (:since, :thing_id)
    ORDER BY since, thing_id
    LIMIT :most
"""
_WAITING_OF = """
    SELECT thing_id, ticket_id FROM supervised
    WHERE duty = :duty AND unit = :unit AND (since, thing_id) > (:since, :thing_id)
    ORDER BY since, thing_id
    LIMIT :most
"""
_THING = "SELECT ticket_id, unit, since FROM supervised WHERE thing_id = :thing_id"
_FIRST = datetime(1, 1, 1, tzinfo=UTC), UUID(int=0)

Place = tuple[datetime, UUID]
"""Where in a worklist something stands."""


class Row(NamedTuple):
    """What worklists know of a finding, a round or a bad rating."""

    thing_id: UUID
    ticket_id: UUID
    unit: str
    since: datetime
    duty: Duty | None


async def ticket_of(session: Session, thing_id: UUID) -> UUID | None:
    """The ticket that a finding, a round or a bad rating is about."""
    return next((row.ticket_id for row in await rows(session, _THING, thing_id=thing_id)), None)


async def place(session: Session, unit: str | None, thing_id: UUID) -> Place | None:
    """Where one stands, or stood, in a worklist; of a unit's, where the unit is said."""
    found = await rows(session, _THING, thing_id=thing_id)
    return next(((row.since, thing_id) for row in found if unit in (None, row.unit)), None)


async def waiting(
    session: Session, duty: Duty, unit: str | None, after: Place | None, most: int
) -> list[tuple[UUID, UUID]]:
    """What waits for this, of all or of one unit, with its ticket, longest first; after what was seen last."""
    since, thing_id = after or _FIRST
    asked = {"duty": duty, "since": since, "thing_id": thing_id, "most": most}
    if unit is None:
        found = await rows(session, _WAITING, **asked)
    else:
        found = await rows(session, _WAITING_OF, **asked, unit=unit)
    return [(row.thing_id, row.ticket_id) for row in found]


async def save(session: Session, changed: Sequence[tuple[Case, Case]]) -> None:
    """Write what became of findings, rounds and bad ratings."""
    found = [row for before, after in changed for row in set(_rows(after)) - set(_rows(before))]
    if found:
        await rows(session, _SAVE, **{name: [getattr(row, name) for row in found] for name in Row._fields})


def _rows(case: Case) -> Iterator[Row]:
    for finding in case.life.findings:
        unit = caller(finding.unit)
        yield Row(finding.finding_id, case.ticket_id, unit, finding.flagged_at, finding.duty)
        for one in finding.rounds:
            yield Row(one.round_id, case.ticket_id, unit, one.opened_at, one.duty)
    for rating in case.life.bad_ratings:
        duty = Duty.EXPLANATION if case.unexplained(rating) else None
        yield Row(rating.answer_id, case.ticket_id, caller(rating.unit), rating.due_at, duty)
