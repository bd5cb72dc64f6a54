"""What dispatch does, on the real PostgreSQL."""

import asyncio
from collections.abc import Callable
from typing import Any, get_args
from uuid import UUID

from contracts.complaints import Candidate, ComplaintRegistered
from contracts.tickets import TicketFact
from dispatch import store
from dispatch.domain import Ticket, fold

Complaint = Callable[..., ComplaintRegistered]


async def rebuilt(desk: Any, row: Any) -> Ticket:
    """The ticket out of the facts that were told about it, and nothing else."""
    told = "SELECT type, body FROM log WHERE topic = 'tickets' AND key = :key ORDER BY position"
    return fold(None, [_fact(one) for one in await desk.rows(told, key=str(row.ticket_id))])


def _fact(row: Any) -> TicketFact:
    [kind] = [one for one in get_args(TicketFact) if row.type == one.TYPE]
    fact: TicketFact = kind.parse(row.body)
    return fact


async def test_opened_twice_it_is_one_ticket(desk: Any, complaint: Complaint) -> None:
    said = complaint()
    [first] = await desk.open(said)
    again = await desk.open(said, said, complaint())
    assert again[0] == again[1] == first
    assert await desk.told(first.ticket_id) == [
        "tickets ticket.opened.v1",
        "tickets ticket.dispatched.v1",
        "dispatch.hrss ticket.dispatched.v1",
    ]


async def test_two_instances_at_once_open_one_ticket_and_tell_it_once(desk: Any, complaint: Complaint) -> None:
    batch = [complaint() for _ in range(20)]
    await asyncio.gather(*(desk.open(*batch) for _ in range(4)))
    counted = await desk.rows(
        "SELECT count(*) AS tickets FROM ticket WHERE complaint_id = ANY(CAST(:ids AS uuid[]))",
        ids=[one.complaint_id for one in batch],
    )
    assert counted[0].tickets == len(batch)
    for one in batch:
        assert len(await desk.told((await desk.ticket(one)).ticket_id)) == 3


async def test_the_facts_alone_rebuild_the_stored_row(desk: Any, complaint: Complaint) -> None:
    rows = await desk.open(
        complaint(),
        complaint(matter_code="000111003001"),
        complaint(matter_code=None, place_code=None, candidates=[Candidate(matter="000111001001", score=0.5)]),
        complaint(solved_cause="other", solved_text_id=UUID(int=9)),
    )
    address, centre = f"/v1/tickets/{rows[2].ticket_id}/dispatch", desk.credential("centre")
    assert (await desk.client.post(address, json={"unit": "town-a"}, headers=centre)).status_code == 200
    for row in rows:
        async with desk.running.database.transaction() as session:
            assert await rebuilt(desk, row) == await store.tickets.one(session, row.ticket_id)
