"""The clocks of tickets, what of each ticket they depend on, and how many run by unit, kind and light."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

from chassis.db import Row, Session, rows
from contracts.vocabulary import ClockKind, Complexity, Light, Verdict
from sla_monitor.domain import COUNTS, Case, Clock, Step, Ticket

_OF_TICKET = ", ".join(Ticket._fields)
_STANDING = f"""
    SELECT {_OF_TICKET} FROM ticket WHERE ticket_id = ANY (CAST(:ticket_id AS uuid[])) ORDER BY ticket_id
"""  # noqa: S608
_TICKETS = f"{_STANDING} FOR UPDATE"
"""In one order everywhere, so that two instances wait for each other instead of locking up."""
_TICKET = f"SELECT {_OF_TICKET} FROM ticket WHERE ticket_id = :id"  # noqa: S608
_FOLLOWED = {
    topic: f"SELECT ticket_id, {count} AS followed FROM ticket WHERE ticket_id = ANY (CAST(:ticket_id AS uuid[]))"  # noqa: S608
    for topic, count in COUNTS.items()
}
_PLACES = """
    ticket_id, kind, ref, unit, started_at, due_at, yellow_at, light, steps, wanted_at, provisional, calendar, policy,
    red_before, tries, stopped_at, verdict
"""
"""In this order a clock is read: by place, for a name costs each row of each clock as much as all else."""
_CLOCKS = f"""
    SELECT {_PLACES}
    FROM unnest(CAST(:ticket_id AS uuid[])) AS asked (of_ticket)
    CROSS JOIN LATERAL (
        SELECT * FROM clock WHERE clock.ticket_id = asked.of_ticket AND (clock.verdict IS NULL OR :ended_too) OFFSET 0
    ) AS found
    ORDER BY started_at, kind, ref
"""  # noqa: S608
_BEGIN = """
    INSERT INTO ticket (ticket_id, complaint_id, from_city, complexity, tracked, followed)
    SELECT ticket_id, complaint_id, false, :complexity, false, 0 FROM unnest(
        CAST(:ticket_id AS uuid[]), CAST(:complaint_id AS uuid[])
    ) AS new (ticket_id, complaint_id)
    ORDER BY ticket_id
    ON CONFLICT (ticket_id) DO NOTHING
"""
_SAVE_TICKETS = """
    UPDATE ticket SET
        submitted_at = new.submitted_at, from_city = new.from_city, unit = new.unit, complexity = new.complexity,
        accepted_at = new.accepted_at, tracked = new.tracked, since = new.since, followed = new.followed,
        revisits_followed = new.revisits_followed
    FROM unnest(
        CAST(:ticket_id AS uuid[]), CAST(:submitted_at AS timestamptz[]), CAST(:from_city AS boolean[]),
        CAST(:unit AS text[]), CAST(:complexity AS text[]), CAST(:accepted_at AS timestamptz[]),
        CAST(:tracked AS boolean[]), CAST(:since AS timestamptz[]), CAST(:followed AS bigint[]),
        CAST(:revisits_followed AS bigint[])
    ) AS new (
        ticket_id, submitted_at, from_city, unit, complexity, accepted_at, tracked, since, followed, revisits_followed
    )
    WHERE ticket.ticket_id = new.ticket_id
"""
_TICKET_COLUMNS = (
    "ticket_id",
    "submitted_at",
    "from_city",
    "unit",
    "complexity",
    "accepted_at",
    "tracked",
    "since",
    "followed",
    "revisits_followed",
)
_SAVE_CLOCKS = """
    INSERT INTO clock (
        ticket_id, kind, ref, unit, started_at, due_at, yellow_at, light, steps, wanted_at, provisional, calendar,
        policy, red_before, tries, stopped_at, verdict, next_at
    )
    SELECT * FROM unnest(
        CAST(:ticket_id AS uuid[]), CAST(:kind AS text[]), CAST(:ref AS text[]), CAST(:unit AS text[]),
        CAST(:started_at AS timestamptz[]), CAST(:due_at AS timestamptz[]), CAST(:yellow_at AS timestamptz[]),
        CAST(:light AS text[]), CAST(:steps AS jsonb[]), CAST(:wanted_at AS timestamptz[]),
        CAST(:provisional AS boolean[]), CAST(:calendar AS integer[]), CAST(:policy AS integer[]),
        CAST(:red_before AS boolean[]), CAST(:tries AS jsonb[]), CAST(:stopped_at AS timestamptz[]),
        CAST(:verdict AS text[]), CAST(:next_at AS timestamptz[])
    )
    ON CONFLICT (ticket_id, kind, ref) DO UPDATE SET
        unit = excluded.unit, started_at = excluded.started_at, due_at = excluded.due_at,
        yellow_at = excluded.yellow_at, light = excluded.light, steps = excluded.steps,
        provisional = excluded.provisional, calendar = excluded.calendar, policy = excluded.policy,
        red_before = excluded.red_before, tries = excluded.tries, stopped_at = excluded.stopped_at,
        verdict = excluded.verdict, next_at = excluded.next_at
"""
_CLOCK_COLUMNS = (
    "kind",
    "ref",
    "unit",
    "started_at",
    "due_at",
    "yellow_at",
    "light",
    "wanted_at",
    "provisional",
    "calendar",
    "policy",
    "red_before",
    "stopped_at",
    "verdict",
    "next_at",
)
_TURN = """
    UPDATE clock SET light = new.light, next_at = new.next_at
    FROM unnest(
        CAST(:ticket_id AS uuid[]), CAST(:kind AS text[]), CAST(:ref AS text[]), CAST(:light AS text[]),
        CAST(:next_at AS timestamptz[])
    ) AS new (ticket_id, kind, ref, light, next_at)
    WHERE clock.ticket_id = new.ticket_id AND clock.kind = new.kind AND clock.ref = new.ref
"""
"""What time does to most clocks, at half the cost of writing the whole row."""
_TURNED = ("kind", "ref", "light", "next_at")
_SAVE_PASSED = """
    UPDATE clock SET
        due_at = new.due_at, yellow_at = new.yellow_at, light = new.light, provisional = new.provisional,
        calendar = new.calendar, policy = new.policy, red_before = new.red_before, next_at = new.next_at
    FROM unnest(
        CAST(:ticket_id AS uuid[]), CAST(:kind AS text[]), CAST(:ref AS text[]), CAST(:due_at AS timestamptz[]),
        CAST(:yellow_at AS timestamptz[]), CAST(:light AS text[]), CAST(:provisional AS boolean[]),
        CAST(:calendar AS integer[]), CAST(:policy AS integer[]), CAST(:red_before AS boolean[]),
        CAST(:next_at AS timestamptz[])
    ) AS new (
        ticket_id, kind, ref, due_at, yellow_at, light, provisional, calendar, policy, red_before, next_at
    )
    WHERE clock.ticket_id = new.ticket_id AND clock.kind = new.kind AND clock.ref = new.ref
"""
_PASSED_COLUMNS = (
    "kind",
    "ref",
    "due_at",
    "yellow_at",
    "light",
    "provisional",
    "calendar",
    "policy",
    "red_before",
    "next_at",
)
"""What the passing of time and a newer calendar change of a clock, and which one it is."""
_COUNT = """
    INSERT INTO board AS known (unit, kind, light, clocks)
    SELECT * FROM unnest(
        CAST(:unit AS text[]), CAST(:kind AS text[]), CAST(:light AS text[]), CAST(:clocks AS bigint[])
    ) AS changed (unit, kind, light, clocks)
    ORDER BY unit, kind, light
    ON CONFLICT (unit, kind, light) DO UPDATE SET clocks = known.clocks + excluded.clocks
"""
_DUE = "SELECT ticket_id FROM clock WHERE next_at < :until ORDER BY next_at, ticket_id LIMIT :most"
_BOARD = "SELECT kind, light, sum(clocks)::bigint AS clocks FROM board WHERE clocks > 0 GROUP BY kind, light"
_BOARD_OF_UNIT = "SELECT kind, light, clocks FROM board WHERE unit = :unit AND clocks > 0"
_NEXT_TO_TURN = f"SELECT {_PLACES} FROM clock WHERE next_at IS NOT NULL ORDER BY next_at, ticket_id LIMIT :most"  # noqa: S608
_NEXT_OF_UNIT = f"""
    SELECT {_PLACES} FROM clock WHERE unit = :unit AND next_at IS NOT NULL ORDER BY next_at LIMIT :most
"""  # noqa: S608


async def followed(session: Session, topic: str, ticket_ids: Collection[UUID]) -> dict[UUID, int]:
    """How many facts of a topic were followed of those tickets that are known.

    Nothing is locked, so it may be more by now.
    """
    return {row.ticket_id: row.followed for row in await rows(session, _FOLLOWED[topic], ticket_id=sorted(ticket_ids))}


async def begin(session: Session, complaints: Mapping[UUID, UUID]) -> None:
    """Have a row for each of these tickets, by its complaint."""
    ids = sorted(complaints)
    await rows(
        session, _BEGIN, ticket_id=ids, complaint_id=[complaints[one] for one in ids], complexity=Complexity.GENERAL
    )


async def locked(session: Session, ticket_ids: Collection[UUID], *, ended_too: bool = True) -> dict[UUID, Case]:
    """The cases of those tickets that are known, with ended clocks or without.

    Nobody else changes them before this transaction has ended.
    """
    tickets = [_ticket(row) for row in await rows(session, _TICKETS, ticket_id=sorted(ticket_ids))]
    return await _cases(session, tickets, ended_too=ended_too)


async def standing(session: Session, ticket_ids: Collection[UUID]) -> dict[UUID, Case]:
    """The cases of those tickets that are known, without ended clocks, as they stand: others may change them."""
    tickets = [_ticket(row) for row in await rows(session, _STANDING, ticket_id=sorted(ticket_ids))]
    return await _cases(session, tickets, ended_too=False)


async def _cases(session: Session, tickets: Iterable[Ticket], *, ended_too: bool = True) -> dict[UUID, Case]:
    cases: dict[UUID, tuple[Ticket, dict[Any, Clock]]] = {one.ticket_id: (one, {}) for one in tickets}
    for row in await rows(session, _CLOCKS, ticket_id=list(cases), ended_too=ended_too):
        clock = _clock(row)
        cases[row[0]][1][clock.key] = clock
    return {ticket_id: Case(*parts) for ticket_id, parts in cases.items()}


async def one(session: Session, ticket_id: UUID) -> Case | None:
    """The case of a ticket, None of one that is not known."""
    found = [_ticket(row) for row in await rows(session, _TICKET, id=ticket_id)]
    return (await _cases(session, found)).get(ticket_id)


class _Changed(NamedTuple):
    """A clock of a ticket as it was, if it was there, and as it is."""

    ticket_id: UUID
    was: Clock | None
    now: Clock

    @property
    def turned(self) -> bool:
        """Whether nothing but its light is another."""
        return self.was is not None and _but_light(self.was) == _but_light(self.now)


_but_light = itemgetter(*(place for place, name in enumerate(Clock._fields) if name != "light"))


async def save(session: Session, cases: Sequence[tuple[Case, Case]]) -> None:
    """Let the tickets be as in the second of each two cases, which were as in the first."""
    await _save_tickets(session, [after.ticket for before, after in cases if before.ticket != after.ticket])
    clocks = _changed(cases)
    await _save_clocks(session, clocks)
    await _count(session, clocks)


async def save_passed(session: Session, cases: Sequence[tuple[Case, Case]]) -> None:
    """The same for what only time or a newer calendar has changed: no ticket, and no clock began or ended."""
    clocks = _changed(cases)
    await _save_some(session, _TURN, _TURNED, [one for one in clocks if one.turned])
    await _save_some(session, _SAVE_PASSED, _PASSED_COLUMNS, [one for one in clocks if not one.turned])
    await _count(session, clocks)


def _changed(cases: Sequence[tuple[Case, Case]]) -> list[_Changed]:
    return [
        _Changed(after.ticket.ticket_id, before.clocks.get(key), clock)
        for before, after in cases
        for key, clock in after.clocks.items()
        if before.clocks.get(key) != clock
    ]


async def _save_some(session: Session, sql: str, columns: Sequence[str], clocks: Sequence[_Changed]) -> None:
    """Write some columns of clocks that are there."""
    if clocks:
        written = {name: [getattr(one.now, name) for one in clocks] for name in columns}
        await rows(session, sql, ticket_id=[one.ticket_id for one in clocks], **written)


async def _save_tickets(session: Session, tickets: Sequence[Ticket]) -> None:
    if tickets:
        columns = {name: [getattr(one, name) for one in tickets] for name in _TICKET_COLUMNS}
        await rows(session, _SAVE_TICKETS, **columns)


async def _save_clocks(session: Session, clocks: Sequence[_Changed]) -> None:
    if clocks:
        await rows(
            session,
            _SAVE_CLOCKS,
            ticket_id=[one.ticket_id for one in clocks],
            steps=[json.dumps([(step.term, step.at.isoformat()) for step in one.now.steps]) for one in clocks],
            tries=[json.dumps([at.isoformat() for at in one.now.tries]) for one in clocks],
            **{name: [getattr(one.now, name) for one in clocks] for name in _CLOCK_COLUMNS},
        )


async def _count(session: Session, clocks: Sequence[_Changed]) -> None:
    """Keep the board: what runs now and did not before, less what ran and does not now."""
    counted = Counter(_place(one.now) for one in clocks if one.now.open)
    counted.subtract(_place(one.was) for one in clocks if one.was is not None and one.was.open)
    moved = sorted((place, count) for place, count in counted.items() if count)
    if moved:
        unit, kind, light = map(list, zip(*(place for place, _ in moved), strict=True))
        await rows(session, _COUNT, unit=unit, kind=kind, light=light, clocks=[count for _, count in moved])


def _place(clock: Clock) -> tuple[str, str, str]:
    return clock.unit or "", clock.kind, clock.light


async def due(session: Session, until: datetime, most: int) -> list[UUID]:
    """The tickets whose lights change before an instant by the passing of time, the earliest first."""
    return list(dict.fromkeys(row[0] for row in await rows(session, _DUE, until=until, most=most)))


async def board(session: Session, unit: str | None) -> list[tuple[ClockKind, Light, int]]:
    """How many clocks run, by kind and light: of a unit, or of all."""
    found = await (rows(session, _BOARD_OF_UNIT, unit=unit) if unit else rows(session, _BOARD))
    return [(ClockKind(row.kind), Light(row.light), row.clocks) for row in found]


async def next_to_turn(session: Session, unit: str | None, most: int) -> list[tuple[UUID, Clock]]:
    """The clocks whose lights change next, with their tickets: of a unit, or of all."""
    found = await (
        rows(session, _NEXT_OF_UNIT, unit=unit, most=most) if unit else rows(session, _NEXT_TO_TURN, most=most)
    )
    return [(row.ticket_id, _clock(row)) for row in found]


def _ticket(row: Row) -> Ticket:
    ticket_id, complaint_id, submitted_at, from_city, unit, complexity, *rest = row
    return Ticket(ticket_id, complaint_id, submitted_at, from_city, unit, Complexity(complexity), *rest)


def _clock(row: Row) -> Clock:
    _, kind, ref, unit, started_at, due_at, yellow_at, light, steps, *by, tries, stopped_at, verdict = row
    wanted_at, provisional, calendar, policy, red_before = by
    return Clock(
        ClockKind(kind),
        ref,
        unit,
        started_at,
        due_at,
        yellow_at,
        Light(light),
        tuple(Step(term, datetime.fromisoformat(at)) for term, at in json.loads(steps)),
        wanted_at,
        provisional,
        calendar,
        policy,
        red_before,
        tuple(map(datetime.fromisoformat, json.loads(tries))) if tries != "[]" else (),
        stopped_at,
        Verdict(verdict) if verdict else None,
    )
