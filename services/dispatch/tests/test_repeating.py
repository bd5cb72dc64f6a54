"""What is said again, on the real database: linked while it is open, a wish to reopen afterwards (rules 2.5)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from chassis.clock import new_id
from contracts.complaints import ComplaintRegistered

Complaint = Callable[..., ComplaintRegistered]
TEXT = str(UUID(int=100))


async def act(desk: Any, ticket_id: object, principal: str, **do: object) -> Any:
    """The ticket after an action."""
    said = {"action_id": str(new_id(desk.clock.now())), "officer": "0412", "do": do}
    path = f"/v1/tickets/{ticket_id}/actions"
    answer = await desk.client.post(path, json=said, headers=desk.credential(principal))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def finish(desk: Any, ticket_id: object) -> None:
    await act(desk, ticket_id, "unit.hrss", action="accept")
    await act(desk, ticket_id, "unit.hrss", action="finish", reply_id=TEXT, done_id=TEXT, cause="other")


async def reopening(desk: Any, **asked: object) -> list[str]:
    """The tickets that somebody wants opened again."""
    answer = await desk.client.get(
        "/v1/tickets", params={"queue": "reopening", **asked}, headers=desk.credential("centre")
    )
    assert answer.status_code == 200, answer.text
    return [one["ticket_id"] for one in answer.json()]


async def test_a_complaint_that_comes_after_the_one_that_repeats_it_goes_on_there(
    desk: Any, complaint: Complaint
) -> None:
    """Two partitions of one topic are read in any order."""
    first = complaint()
    [second] = await desk.open(complaint(repeats=first.complaint_id))
    [late] = await desk.open(first)
    assert (second.state, late.state) == ("dispatched", "linked")


async def test_a_chain_of_links_leads_to_the_ticket_at_its_end(desk: Any, complaint: Complaint) -> None:
    first = complaint()
    second = complaint(repeats=first.complaint_id)
    [other] = await desk.open(complaint())
    lead, _ = await desk.open(first, second)
    await act(desk, lead.ticket_id, "centre", action="link", to=str(other.ticket_id))
    [third] = await desk.open(complaint(repeats=second.complaint_id))
    answer = await desk.client.get(f"/v1/tickets/{third.ticket_id}", headers=desk.credential("centre"))
    assert answer.json()["state"] == "linked"
    assert answer.json()["handling"]["linked_to"] == str(other.ticket_id)


async def test_said_after_the_close_it_waits_for_the_desk_with_one_wish_to_reopen(
    desk: Any, complaint: Complaint, now: datetime
) -> None:
    first = complaint()
    [lead] = await desk.open(first)
    await finish(desk, lead.ticket_id)
    again = [complaint(repeats=first.complaint_id, submitted_at=now + timedelta(days=1)) for _ in range(2)]
    rows = await desk.open(*again)
    assert [(row.state, row.queue_reason, row.repeats) for row in rows] == [
        ("queued", "said-again", first.complaint_id)
    ] * 2
    assert (await desk.told(lead.ticket_id)).count("tickets reopening.requested.v1") == 1
    assert str(lead.ticket_id) in await reopening(desk)
    reopened = await act(desk, lead.ticket_id, "centre", action="reopen")
    assert (reopened["state"], reopened["unit"]) == ("accepted", "hrss")
    linked = await act(desk, rows[0].ticket_id, "centre", action="link", to=str(lead.ticket_id))
    assert linked["state"] == "linked"
    assert str(lead.ticket_id) not in await reopening(desk)


async def test_the_wishes_to_reopen_are_read_in_pages_and_end_with_a_refusal(desk: Any, complaint: Complaint) -> None:
    opened = await desk.open(*(complaint() for _ in range(3)))
    for one in opened:
        await finish(desk, one.ticket_id)
        await act(desk, one.ticket_id, "centre", action="request-reopening")
        desk.clock.move(timedelta(seconds=1))
    whole = await reopening(desk)
    first = await reopening(desk, limit=1)
    assert first + await reopening(desk, after=first[0]) == whole
    await act(desk, opened[0].ticket_id, "centre", action="refuse-reopening", reason_id=TEXT)
    assert set(whole) - set(await reopening(desk)) == {str(opened[0].ticket_id)}
