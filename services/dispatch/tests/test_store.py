"""Dispatch's tables on the real PostgreSQL."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis.clock import new_id
from contracts.vocabulary import Channel, DispatchRule, QueueReason, ReporterKind, TicketState
from dispatch import store
from dispatch.domain import Directory, Ticket

Make = Callable[..., Ticket]


@pytest.fixture
def ticket(now: datetime) -> Make:
    """A ticket that a rule dispatched, with changes."""

    def made(**changes: Any) -> Ticket:
        right = Ticket(
            ticket_id=new_id(now),
            complaint_id=new_id(now),
            state=TicketState.DISPATCHED,
            channel=Channel.CITY_EXIT,
            reporter_kind=ReporterKind.ENTERPRISE,
            submitted_at=now,
            opened_at=now + timedelta(microseconds=1),
            matter_code="000111001001",
            unit="hrss",
            rule=DispatchRule.MATTER_OWNER,
            matched_place="310151000000",
            directory_version=1,
            dispatched_at=now,
            version=2,
        )
        return replace(right, **changes)

    return made


async def add(desk: Any, *tickets: Ticket) -> set[UUID]:
    async with desk.running.database.transaction() as session:
        return await store.tickets.add(session, tickets)


async def test_a_ticket_is_read_as_it_was_written(desk: Any, ticket: Make) -> None:
    one, other = ticket(), ticket()
    assert await add(desk, one, other) == {one.ticket_id, other.ticket_id}
    async with desk.running.database.transaction() as session:
        assert await store.tickets.one(session, one.ticket_id) == one
        assert await store.tickets.locked(session, other.ticket_id) == other
        assert await store.tickets.one(session, UUID(int=1)) is None
        found = await store.tickets.of_complaints(session, [one.complaint_id, UUID(int=1), other.complaint_id])
    assert found == {one.complaint_id: one, other.complaint_id: other}


async def test_a_complaint_has_one_ticket(desk: Any, ticket: Make) -> None:
    first = ticket()
    assert await add(desk, first) == {first.ticket_id}
    assert await add(desk, ticket(complaint_id=first.complaint_id)) == set()


async def test_two_instances_at_once_open_each_ticket_once(desk: Any, ticket: Make, now: datetime) -> None:
    complaints = [new_id(now) for _ in range(200)]
    attempts = [[ticket(complaint_id=one) for one in complaints] for _ in range(4)]
    added = await asyncio.gather(*(add(desk, *attempt) for attempt in attempts))
    assert sum(map(len, added)) == len(complaints)


async def test_a_ticket_is_saved_as_it_is_now(desk: Any, ticket: Make, now: datetime) -> None:
    queued = ticket(state=TicketState.QUEUED, unit=None, rule=None, queue_reason=QueueReason.NO_OWNER, queued_at=now)
    await add(desk, queued)
    after = replace(
        queued,
        state=TicketState.DISPATCHED,
        unit="town-a",
        rule=DispatchRule.BY_HAND,
        dispatched_by="centre",
        version=3,
    )
    async with desk.running.database.transaction() as session:
        await store.tickets.save(session, [after])
        assert await store.tickets.one(session, queued.ticket_id) == after


async def test_the_manual_queue_is_read_in_pages_oldest_first(desk: Any, ticket: Make, now: datetime) -> None:
    """Two of one instant stand in it by their ids; one that has left it still says where a page began."""
    late, early = now + timedelta(hours=2), now + timedelta(hours=1)
    queued = [
        ticket(state=TicketState.QUEUED, unit=None, queue_reason=QueueReason.NO_OWNER, queued_at=at)
        for at in (late, early, early)
    ]
    await add(desk, *queued, ticket(queued_at=early))
    expected = [queued[1], queued[2], queued[0]]
    async with desk.running.database.transaction() as session:
        left = replace(expected[0], state=TicketState.DISPATCHED)
        await store.tickets.save(session, [left])
        assert await store.tickets.queued(session, left, 1) == expected[1:2]
        assert await store.tickets.queued(session, expected[1], 9) == expected[2:]
        assert await store.tickets.queued(session, None, 9) == expected[1:]


async def test_every_version_of_the_directory_can_be_read_again(desk: Any, directory: Directory) -> None:
    """Something changes, goes and comes back; what was unchanged holds on."""
    closed = replace(directory, units={code: one for code, one in directory.units.items() if code != "town-b"})
    places = {**directory.places, "310151102000": replace(directory.places["310151102000"], centre=None)}
    senior = replace(directory.matters["000111002001"], owners={"310151000000": "hrss"}, synonyms=("老年卡",))
    changed = replace(closed, places=places, matters={**directory.matters, "000111002001": senior})
    versions = [await desk.import_(one) for one in (changed, changed, directory)]
    assert [one.version for one in versions] == [2, 2, 3]
    assert [one.changes.size for one in versions] == [3, 0, 3]
    async with desk.running.database.transaction() as session:
        assert await store.directory.held(session, 0) == Directory()
        for version, held in ((1, directory), (2, changed), (3, directory)):
            gone = {"town-b": None} if version == 2 else {}
            assert await store.directory.held(session, version) == replace(held, version=version, dissolved=gone)
        told = [(one.version, one.units, one.places, one.matters) for one in await store.directory.versions(session)]
    assert told == [(1, 4, 4, 3), (2, 1, 1, 1), (3, 1, 1, 1)]


async def test_two_imports_at_once_make_one_version_each(desk: Any, directory: Directory) -> None:
    async with desk.running.database.transaction() as session:
        before = await store.directory.newest(session)
    renamed = [
        replace(directory, units={**directory.units, "hrss": replace(directory.units["hrss"], name=name)})
        for name in ("甲", "乙")
    ]
    imported = await asyncio.gather(*map(desk.import_, renamed))
    assert {one.version for one in imported} == {before + 1, before + 2}
