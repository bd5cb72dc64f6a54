"""What the clocks tell dispatch, on the real servers: a ticket that nobody accepted by its due is deemed accepted."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from services.dispatch.tests.test_consumers import TRACE

from chassis.clock import new_id
from contracts import base
from contracts.clocks import ClockFact, ClockStarted, ClockTurned
from contracts.complaints import ComplaintRegistered
from contracts.vocabulary import ChangeCause, ClockKind, Light
from dispatch import usecases

Complaint = Callable[..., ComplaintRegistered]
ACCEPTED = ["tickets ticket.accepted.v1", "dispatch.hrss ticket.accepted.v1"]
AHEAD = timedelta(days=365 * 50)
"""The doors that are open go by the machine's own clock."""


def turned(row: Any, due: datetime, **changes: Any) -> ClockTurned:
    """The ticket's clock of acceptance ran out, with changes."""
    right = {
        "ticket_id": row.ticket_id,
        "complaint_id": row.complaint_id,
        "clock": ClockKind.ACCEPT,
        "ref": "1",
        "unit": row.unit,
        "due_at": due,
        "policy": 1,
        "calendar": 1,
        "noticed_at": due,
        "light": Light.OVERDUE,
        "previous": Light.RUNNING,
        "effective_at": due,
        "cause": ChangeCause.TIME,
    }
    return ClockTurned.model_validate(right | changes)


def born_overdue(row: Any, due: datetime) -> ClockStarted:
    """A clock that began after its due."""
    said = turned(row, due).model_dump(exclude={"previous", "effective_at", "cause"})
    return ClockStarted(**said, started_at=due, yellow_at=None, term=None, provisional=False)


async def deem(desk: Any, *facts: ClockFact) -> None:
    """Hand the facts to the use case as one batch."""
    async with desk.running.work() as work:
        await usecases.deem_accepted(work, facts)


async def accept(desk: Any, row: Any, now: datetime) -> int:
    """The unit accepts it over HTTP."""
    said = {"action_id": str(new_id(now)), "officer": "1", "do": {"action": "accept"}}
    address = f"/v1/tickets/{row.ticket_id}/actions"
    return int((await desk.client.post(address, json=said, headers=desk.credential("unit.hrss"))).status_code)


async def acceptances(desk: Any, row: Any) -> list[str]:
    """Where it was told that the ticket was accepted."""
    return [one for one in await desk.told(row.ticket_id) if "accepted" in one]


def record(fact: ClockFact, at: datetime, sequence: int = 1) -> tuple[bytes, bytes, list[tuple[str, bytes]]]:
    """The fact as the monitor's relay sends it."""
    correlation = str(fact.complaint_id)
    headers = base.headers("sla-monitor", fact.TYPE, new_id(at), at, fact.key, sequence, correlation, "cause", TRACE)
    return fact.key.encode(), fact.model_dump_json().encode(), headers


async def test_delivered_twice_it_is_accepted_once_at_its_due(desk: Any, complaint: Complaint, now: datetime) -> None:
    said = complaint()
    [row] = await desk.open(said)
    for _ in range(2):
        await deem(desk, turned(row, now), turned(row, now))
    assert await acceptances(desk, row) == ACCEPTED
    after = await desk.ticket(said)
    assert (after.state, after.version) == ("accepted", 3)


async def test_a_clock_that_is_born_overdue_does_the_same(desk: Any, complaint: Complaint, now: datetime) -> None:
    [row] = await desk.open(complaint())
    await deem(desk, born_overdue(row, now))
    assert await acceptances(desk, row) == ACCEPTED


async def test_other_clocks_and_lights_change_nothing(desk: Any, complaint: Complaint, now: datetime) -> None:
    [row] = await desk.open(complaint())
    await deem(desk, turned(row, now, clock=ClockKind.CONTACT), turned(row, now, light=Light.RUNNING))
    await deem(desk, turned(row, now, unit="town-a"), turned(row, now, ticket_id=new_id(now)))
    assert await acceptances(desk, row) == []


async def test_the_unit_that_accepts_at_the_same_moment_or_the_clock_but_not_both(
    desk: Any, complaint: Complaint, now: datetime
) -> None:
    rows = await desk.open(*(complaint() for _ in range(10)))
    for row in rows:
        status, _ = await asyncio.gather(accept(desk, row, now), deem(desk, turned(row, now)))
        assert status == 200
        assert await acceptances(desk, row) == ACCEPTED


async def test_accepted_in_the_meantime_it_stays_as_it_is(desk: Any, complaint: Complaint, now: datetime) -> None:
    said = complaint()
    [row] = await desk.open(said)
    await accept(desk, row, now)
    before = await desk.ticket(said)
    await deem(desk, turned(row, now))
    assert await desk.ticket(said) == before


async def test_a_batch_with_many_takes_those_that_still_wait(desk: Any, complaint: Complaint, now: datetime) -> None:
    rows = await desk.open(*(complaint() for _ in range(200)))
    await asyncio.gather(*(accept(desk, row, now) for row in rows[:5]))
    batch = [turned(row, now) for row in rows]
    await asyncio.gather(deem(desk, *batch), deem(desk, *reversed(batch)))
    found = await desk.rows(
        "SELECT state, version FROM ticket WHERE ticket_id = ANY(CAST(:ids AS uuid[]))",
        ids=[row.ticket_id for row in rows],
    )
    assert [(one.state, one.version) for one in found] == [("accepted", 3)] * 200


async def test_over_the_topic_it_is_told_to_the_unit_and_the_future_is_parked(
    open_desk: Any, complaint: Complaint, now: datetime
) -> None:
    said, ahead = complaint(), complaint()
    row, early = await open_desk.open(said, ahead)
    once, again = record(turned(row, now), now), record(turned(row, now), now, 2)
    await open_desk.send("clocks", [record(turned(early, now + AHEAD), now), once, once, again])

    async def accepted() -> bool:
        return bool((await open_desk.ticket(said)).state == "accepted")

    async def parked() -> list[str]:
        found = await open_desk.rows("SELECT code FROM parked WHERE key = :key", key=str(early.ticket_id).encode())
        return [one.code for one in found]

    await open_desk.until(accepted)
    assert await open_desk.until(parked) == ["time.in-future"]
    assert await acceptances(open_desk, row) == ACCEPTED
    assert (await open_desk.ticket(ahead)).state == "dispatched"
    [told] = await open_desk.rows(
        "SELECT correlation, causation FROM log WHERE key = :key AND type = 'ticket.accepted.v1' AND topic = 'tickets'",
        key=str(row.ticket_id),
    )
    assert told.correlation == str(row.complaint_id)
    assert told.causation is not None
