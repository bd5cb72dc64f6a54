"""What ranking suggests to the desk, and dispatching by it, on the real PostgreSQL."""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from chassis.clock import new_id
from contracts.complaints import Candidate, ComplaintRegistered
from contracts.tickets import TicketDispatched
from contracts.vocabulary import DispatchRule
from dispatch.app import service
from dispatch.usecases import Kit

Complaint = Callable[..., ComplaintRegistered]

VILLAGE, SOCIAL, SENIOR = "310151101001", "000111001001", "000111002001"
CANDIDATES = (
    Candidate(matter=SOCIAL, unit="hrss", score=0.95, certain=True),
    Candidate(matter=SENIOR, unit=None, score=0.21),
    Candidate(matter=None, unit="town-a", score=0.03),
)
SHOWN = [
    {
        "matter": SOCIAL,
        "name": "样例社会保险登记",
        "unit": "hrss",
        "unit_name": "样例人社局",
        "score": 0.95,
        "certain": True,
    },
    {"matter": SENIOR, "name": "样例老年优待证", "unit": None, "unit_name": None, "score": 0.21, "certain": False},
    {"matter": None, "name": None, "unit": "town-a", "unit_name": "样例甲镇中心", "score": 0.03, "certain": False},
]


@pytest.fixture
def unnamed(complaint: Complaint) -> Complaint:
    """Writes a complaint without a matter, ranked by the fourth model."""
    return lambda **changes: complaint(
        **{"matter_code": None, "place_code": None, "candidates": CANDIDATES, "ranked_by": 4} | changes
    )


@pytest.fixture
async def letting(desk: Any) -> AsyncIterator[None]:
    """The district lets a ranking dispatch."""
    before = desk.running.kit
    desk.running.kit = service.kit(desk.running.settings.model_copy(update={"ranked_above": 0.9}))
    yield
    desk.running.kit = before


async def get(desk: Any, address: str, principal: str = "centre") -> Any:
    answer = await desk.client.get(address, headers=desk.credential(principal))
    assert answer.status_code == 200
    return answer.json()


async def act(desk: Any, row: Any, do: dict[str, Any], principal: str) -> Any:
    said = {"action_id": str(new_id(row.opened_at)), "officer": "0412", "do": do}
    address = f"/v1/tickets/{row.ticket_id}/actions"
    answer = await desk.client.post(address, json=said, headers=desk.credential(principal))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def dispatched(desk: Any, row: Any) -> TicketDispatched:
    sql = "SELECT body FROM log WHERE topic = 'tickets' AND key = :key AND type = :type"
    [told] = await desk.rows(sql, key=str(row.ticket_id), type=TicketDispatched.TYPE)
    return TicketDispatched.parse(told.body)


async def test_the_desk_sees_what_a_complaint_may_be_about(desk: Any, unnamed: Complaint) -> None:
    [row] = await desk.open(unnamed())
    assert row.state == "queued"
    queue = {one["ticket_id"]: one for one in await get(desk, "/v1/tickets?queue=manual&limit=500")}
    assert queue[str(row.ticket_id)]["candidates"] == SHOWN
    assert (await get(desk, f"/v1/tickets/{row.ticket_id}"))["candidates"] == SHOWN
    [found] = await get(desk, f"/v1/tickets?complaint_id={row.complaint_id}")
    assert found["candidates"] == SHOWN


async def test_a_ticket_that_its_matter_placed_keeps_none(desk: Any, unnamed: Complaint) -> None:
    [row] = await desk.open(unnamed(matter_code=SOCIAL))
    assert (row.rule, row.candidates) == ("matter-owner", None)
    assert (await get(desk, f"/v1/tickets/{row.ticket_id}"))["candidates"] == []


async def test_given_back_to_the_desk_it_has_them_still(desk: Any, unnamed: Complaint) -> None:
    [row] = await desk.open(unnamed(place_code=VILLAGE))
    assert (row.unit, row.rule) == ("town-a", "place-centre")
    returned = await act(desk, row, {"action": "return", "reason": "not-our-matter"}, "unit.town-a")
    assert (returned["state"], returned["candidates"]) == ("queued", SHOWN)


async def test_off_a_ranking_dispatches_nothing(desk: Any, unnamed: Complaint) -> None:
    assert isinstance(desk.running.kit, Kit)
    assert desk.running.settings.ranked_above is None
    [row] = await desk.open(unnamed())
    assert (row.state, row.unit) == ("queued", None)


@pytest.mark.usefixtures("letting")
async def test_let_it_dispatches_and_the_fact_says_by_what(desk: Any, unnamed: Complaint) -> None:
    [row] = await desk.open(unnamed())
    assert (row.state, row.unit, row.rule, row.matter_code) == ("dispatched", "hrss", "ranked-matter", None)
    fact = await dispatched(desk, row)
    assert fact.rule == DispatchRule.RANKED_MATTER
    assert fact.ranked is not None
    assert (fact.ranked.candidate, fact.ranked.model) == (CANDIDATES[0], 4)
    shown = await get(desk, f"/v1/tickets/{row.ticket_id}")
    assert (shown["rule"], shown["candidates"]) == ("ranked-matter", SHOWN)


@pytest.mark.usefixtures("letting")
async def test_given_back_a_hand_decides_and_no_ranking_again(desk: Any, unnamed: Complaint) -> None:
    [row] = await desk.open(unnamed())
    returned = await act(desk, row, {"action": "return", "reason": "not-our-matter"}, "unit.hrss")
    assert (returned["state"], returned["queue_reason"]) == ("queued", "returned")
    assert returned["candidates"] == SHOWN


@pytest.mark.usefixtures("letting")
async def test_let_it_leaves_alone_what_was_said(desk: Any, unnamed: Complaint) -> None:
    [row] = await desk.open(unnamed(matter_code=SENIOR, place_code=VILLAGE))
    assert (row.unit, row.rule) == ("town-a", "matter-owner")
    assert (await dispatched(desk, row)).ranked is None
    assert json.loads((await dispatched(desk, row)).model_dump_json())["ranked"] is None
