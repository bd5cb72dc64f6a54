"""Open tickets of dissolved units, on the real PostgreSQL: they leave in batches, each once, with a fact."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from services.dispatch.tests.test_proposals import END_B, OTHER_TOWN, confirmed, get, made, tick

from chassis.clock import new_id
from contracts.complaints import ComplaintRegistered
from dispatch import usecases
from dispatch.domain import Directory

Complaint = Callable[..., ComplaintRegistered]


@pytest.fixture(autouse=True)
async def as_it_was(desk: Any, directory: Directory) -> AsyncIterator[None]:
    """Every test begins with the sample directory."""
    yield
    await desk.rows("UPDATE directory_proposal SET state = 'rejected' WHERE state <> 'in-force'")
    await desk.import_(directory)


async def at_town_b(desk: Any, complaint: Complaint, how_many: int) -> list[UUID]:
    """Open tickets of the other town's centre."""
    said = [complaint(place_code=OTHER_TOWN, matter_code="000111003001") for _ in range(how_many)]
    return [one.ticket_id for one in await desk.open(*said)]


async def units_of(desk: Any, tickets: list[UUID]) -> list[tuple[str | None, str, str | None]]:
    found = await desk.rows(
        "SELECT unit, state, rule FROM ticket WHERE ticket_id = ANY(CAST(:ids AS uuid[]))", ids=tickets
    )
    return [(row.unit, row.state, row.rule) for row in found]


async def test_tickets_of_a_dissolved_unit_go_to_its_successor_whoever_is_at_it(
    desk: Any, complaint: Complaint
) -> None:
    """Two instances at once; each ticket moves once, with its fact, and the ledger says from whom to whom."""
    tickets = await at_town_b(desk, complaint, 30)
    inherited = (await get(desk, f"proposals/{await made(desk, *END_B)}/dry-run")).json()["inherited"]
    assert inherited == [{"unit": "town-b", "successor": "town-a", "leads": 30, "helps": 0}]
    done = await confirmed(desk, *END_B, basis="13")
    await asyncio.gather(*(tick(desk, usecases.rehome) for _ in range(3)))
    assert await units_of(desk, tickets) == [("town-a", "dispatched", "successor")] * 30
    assert await desk.told(tickets[0]) == [
        "tickets ticket.opened.v1",
        "tickets ticket.dispatched.v1",
        "dispatch.town-b ticket.dispatched.v1",
        "tickets ticket.dispatched.v1",
        "dispatch.town-a ticket.dispatched.v1",
        "dispatch.town-b ticket.dispatched.v1",
    ]
    ledger = await desk.client.get(f"/v1/tickets/{tickets[0]}/holdings", headers=desk.credential("office"))
    assert [(one["unit"], one["until"] is None) for one in ledger.json()["holdings"]] == [
        ("town-b", False),
        ("town-a", True),
    ]
    assert done["state"] == "in-force"
    assert (await get(desk, f"proposals/{done['proposal_id']}/dry-run")).status_code == 200


async def test_without_a_successor_they_wait_for_the_centre_s_hand(desk: Any, complaint: Complaint) -> None:
    tickets = await at_town_b(desk, complaint, 3)
    await confirmed(desk, {"change": "end-unit", "code": "town-b"}, END_B[1])
    await tick(desk, usecases.rehome)
    assert await units_of(desk, tickets) == [(None, "queued", None)] * 3
    shown = await desk.client.get(f"/v1/tickets/{tickets[0]}", headers=desk.credential("centre"))
    assert shown.json()["queue_reason"] == "unit-dissolved"
    assert (await desk.told(tickets[0]))[-2:] == [
        "tickets ticket.queued-for-manual-dispatch.v1",
        "dispatch.town-b ticket.queued-for-manual-dispatch.v1",
    ]


async def test_they_move_in_batches_until_none_is_left(
    desk: Any, complaint: Complaint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dispatch.usecases.tickets.MOST_REHOMED", 2)
    tickets = await at_town_b(desk, complaint, 5)
    await confirmed(desk, *END_B)
    left = []
    for _ in range(4):
        left.append([unit for unit, _, _ in await units_of(desk, tickets)].count("town-b"))
        await tick(desk, usecases.rehome)
    assert left == [5, 3, 1, 0]


async def test_a_part_in_another_s_ticket_lapses_with_the_unit(desk: Any, complaint: Complaint, now: datetime) -> None:
    [row] = await desk.open(complaint())
    due = (now + timedelta(days=1)).isoformat()
    for do in (
        {"action": "accept"},
        {"action": "ask-assist", "unit": "town-b", "question_id": str(UUID(int=100)), "due_at": due},
    ):
        said = {"action_id": str(new_id(now)), "officer": "1", "do": do}
        await desk.client.post(f"/v1/tickets/{row.ticket_id}/actions", json=said, headers=desk.credential("unit.hrss"))
    await confirmed(desk, *END_B)
    await tick(desk, usecases.rehome)
    assert (await desk.told(row.ticket_id))[-3:] == [
        "tickets assist.lapsed.v1",
        "dispatch.hrss assist.lapsed.v1",
        "dispatch.town-b assist.lapsed.v1",
    ]
    assert await units_of(desk, [row.ticket_id]) == [("hrss", "accepted", "matter-owner")]


async def test_a_ticket_that_was_opened_under_the_version_before_is_found_too(
    desk: Any, complaint: Complaint, directory: Directory
) -> None:
    """Another instance has read the version a moment before; its ticket comes after the others have moved."""
    version = (await confirmed(desk, *END_B))["version"]
    await tick(desk, usecases.rehome)
    held = desk.running.kit.newest._held
    desk.running.kit.newest._held = replace(directory, version=version)
    late = await at_town_b(desk, complaint, 1)
    desk.running.kit.newest._held = held
    assert await units_of(desk, late) == [("town-b", "dispatched", "place-centre")]
    await tick(desk, usecases.rehome)
    assert await units_of(desk, late) == [("town-a", "dispatched", "successor")]
