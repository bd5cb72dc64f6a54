"""What sla-monitor does with clocks: follows tickets and their revisits, lets time pass, says how they stand."""

import asyncio
from collections.abc import Coroutine, Iterator, Sequence
from itertools import chain
from typing import NamedTuple
from uuid import UUID

from chassis.work import Work
from contracts.refusals import Refused
from contracts.tickets import TicketLinked
from contracts.vocabulary import ClockKind, Light
from sla_monitor import domain, store
from sla_monitor.domain import Case, Clock, Heard, Measures, Told
from sla_monitor.usecases import notifying
from sla_monitor.usecases.calendar import seed
from sla_monitor.usecases.kit import Kit

MOST_TURNED = 4_000
"""Clocks that are looked at in one transaction of the sweep."""
MOST_NEXT = 20


class _ToTell(NamedTuple):
    """What is to be told, because of which fact, or as belonging to which complaint."""

    told: Sequence[Told]
    because: Heard | None
    complaint_id: UUID


class Board(NamedTuple):
    """How many clocks run, by kind and light, and which turn next."""

    counts: list[tuple[ClockKind, Light, int]]
    next_to_turn: list[tuple[UUID, Clock]]


async def follow(work: Work[Kit], facts: Sequence[Heard]) -> None:
    """Start, move and stop clocks as tickets live (rules 4), each fact of a topic once and in its order.

    What did not come is followed as the log of the topic's owner has it. Raises Refused: `fact.gap` where one is
    missing there too, `fact.from-future`.
    """
    facts = await _closed(work, facts)
    await seed(work)
    measures = await work.kit.newest.measures(work.session)
    await store.clocks.begin(work.session, dict(chain.from_iterable(map(_tickets, facts))))
    concerned = {one.ticket_id for one in facts} | {one.to for one in facts if isinstance(one, TicketLinked)}
    before = await store.clocks.locked(work.session, concerned)
    cases = dict(before)
    to_tell = [one for fact in facts for one in _reactions(work, cases, fact, measures)]
    changed = [(before[id_], case) for id_, case in cases.items()]
    await _tell_while(work, to_tell, store.clocks.save(work.session, changed))
    await notifying.note(work, changed)


async def _tell_while(work: Work[Kit], to_tell: Sequence[_ToTell], saving: Coroutine[None, None, None]) -> None:
    """Write facts down while the database is busy with what it was given: neither waits for the other."""
    saved = asyncio.create_task(saving)
    try:
        await asyncio.sleep(0)  # it has its statement now
        for one in to_tell:
            work.tell(*one.told, because=one.because, correlation=str(one.complaint_id))
    finally:
        await saved


def _tickets(fact: Heard) -> Iterator[tuple[UUID, UUID]]:
    """The tickets of a fact, each with its complaint: it may be the first word of one in which another goes on."""
    if isinstance(fact, TicketLinked) and fact.to_complaint_id:
        yield fact.to, fact.to_complaint_id
    yield fact.ticket_id, fact.complaint_id


async def _closed(work: Work[Kit], facts: Sequence[Heard]) -> Sequence[Heard]:
    """The facts, with those that are missing of a ticket before the first that cannot be followed without them."""
    [topic] = {one.TOPIC for one in facts}
    followed = await store.clocks.followed(work.session, topic, {one.ticket_id for one in facts})
    by_key = {str(ticket_id): count for ticket_id, count in followed.items()}
    return await work.kit.logs[topic].closed(work, by_key, facts)


def _reactions(work: Work[Kit], cases: dict[UUID, Case], fact: Heard, measures: Measures) -> Iterator[_ToTell]:
    case = cases[fact.ticket_id]
    counted = domain.after_one(case.ticket, fact.TOPIC, work.sequence(fact))
    if counted is None:
        return
    domain.in_time(fact, work.now, work.kit.policy)
    reaction = domain.react(case._replace(ticket=counted), fact, work.now, measures)
    cases[fact.ticket_id] = reaction.case
    yield _ToTell(reaction.told, fact, fact.complaint_id)
    if isinstance(fact, TicketLinked):
        yield from _inherited(work, cases, fact, measures)


def _inherited(work: Work[Kit], cases: dict[UUID, Case], fact: TicketLinked, measures: Measures) -> Iterator[_ToTell]:
    """The ticket in which it goes on keeps the earlier clock (rules 2.5)."""
    since, target = domain.earliest(cases[fact.ticket_id]), cases.get(fact.to)
    if since is None or target is None:
        return
    reaction = domain.inherit(target, since, fact.linked_at, work.now, measures)
    cases[fact.to] = reaction.case
    yield _ToTell(reaction.told, fact, fact.complaint_id)


async def sweep(work: Work[Kit]) -> bool:
    """Tell what became true by the passing of time, the earliest first (rules 4.7); whether there may be more.

    Up to the instant up to which all topics were followed: what they said by then comes first. At most MOST_TURNED
    clocks.
    """
    found = await store.clocks.due(work.session, work.until, MOST_TURNED)
    if not found:
        return False
    await pass_time(work, found)
    return True


async def pass_time(work: Work[Kit], tickets: Sequence[UUID]) -> None:
    """Tell of these tickets what became true up to `work.until`, by the newest calendar (rules 4.3, 4.7)."""
    measures = await work.kit.newest.measures(work.session)
    before = await store.clocks.locked(work.session, tickets, ended_too=False)
    passed = [domain.advance(before[one], work.until, work.now, measures) for one in tickets]
    changed = [(before[one.case.ticket.ticket_id], one.case) for one in passed]
    to_tell = [_ToTell(one.told, None, one.case.ticket.complaint_id) for one in passed]
    await _tell_while(work, to_tell, store.clocks.save_passed(work.session, changed))
    await notifying.note(work, changed)


async def clocks_of(work: Work[Kit], ticket_id: UUID) -> Case:
    """The ticket's clocks, those that have ended too. Raises Refused("ticket.unknown")."""
    found = await store.clocks.one(work.session, ticket_id)
    if found is None:
        raise Refused("ticket.unknown")
    return found


async def board(work: Work[Kit], unit: str | None) -> Board:
    """How the clocks of a unit stand, or all of them (rules 4.1)."""
    return Board(
        await store.clocks.board(work.session, unit), await store.clocks.next_to_turn(work.session, unit, MOST_NEXT)
    )
