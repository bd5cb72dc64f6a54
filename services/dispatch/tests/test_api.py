"""The HTTP doors on the real PostgreSQL."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest

from contracts.complaints import ComplaintRegistered
from contracts.refusals import REFUSALS
from dispatch.domain import Directory

Complaint = Callable[..., ComplaintRegistered]
NOBODY_S = UUID(int=1)
BY_HAND = [
    "tickets ticket.opened.v1",
    "tickets ticket.queued-for-manual-dispatch.v1",
    "tickets ticket.dispatched.v1",
    "dispatch.town-a ticket.dispatched.v1",
]


def refused(answer: httpx2.Response) -> str:
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.status_code == problem["status"] == REFUSALS[problem["code"]].status
    return str(problem["code"])


async def get(desk: Any, address: str, principal: str = "centre", **headers: str) -> httpx2.Response:
    answer: httpx2.Response = await desk.client.get(address, headers=desk.credential(principal) | headers)
    return answer


async def dispatch(desk: Any, ticket_id: object, unit: object, principal: str = "centre") -> httpx2.Response:
    said, address = desk.credential(principal), f"/v1/tickets/{ticket_id}/dispatch"
    answer: httpx2.Response = await desk.client.post(address, json={"unit": unit}, headers=said)
    return answer


async def queued(desk: Any, complaint: Complaint) -> Any:
    [row] = await desk.open(complaint(matter_code=None, place_code=None))
    return row


async def test_the_centre_dispatches_by_hand_and_is_answered_the_same_again(desk: Any, complaint: Complaint) -> None:
    row = await queued(desk, complaint)
    first, again = [await dispatch(desk, row.ticket_id, "town-a") for _ in range(2)]
    said = first.json()
    assert (first.status_code, again.status_code) == (200, 200)
    assert said == again.json() == (await get(desk, f"/v1/tickets/{row.ticket_id}")).json()
    assert {name: one for name, one in said.items() if name != "handling"} == {
        "ticket_id": str(row.ticket_id),
        "complaint_id": str(row.complaint_id),
        "state": "dispatched",
        "channel": "window",
        "reporter_kind": "citizen",
        "submitted_at": "2026-11-25T02:00:00.000Z",
        "opened_at": "2026-11-25T02:00:00.000Z",
        "matter_code": None,
        "place_code": None,
        "unit": "town-a",
        "rule": "by-hand",
        "matched_place": None,
        "directory_version": 1,
        "dispatched_at": "2026-11-25T02:00:00.000Z",
        "dispatched_by": "centre",
        "queue_reason": "no-matter-no-place",
        "queued_at": "2026-11-25T02:00:00.000Z",
        "repeats": None,
        "candidates": [],
        "version": 3,
    }
    assert await desk.told(row.ticket_id) == BY_HAND


async def test_of_two_hands_at_once_one_is_refused(desk: Any, complaint: Complaint) -> None:
    row = await queued(desk, complaint)
    answers = await asyncio.gather(*(dispatch(desk, row.ticket_id, unit) for unit in ("town-a", "town-b")))
    assert sorted(one.status_code for one in answers) == [200, 409]
    assert len(await desk.told(row.ticket_id)) == 4


@pytest.mark.parametrize(
    ("unit", "code"),
    [
        ("nobody", "unit.unknown"),
        ("Nobody's Unit", "unit.unknown"),
        ("office", "unit.unknown"),
        ("", "unit.unknown"),
        ("x" * 101, "request.invalid"),
        (7, "request.invalid"),
        (None, "request.invalid"),
    ],
)
async def test_a_hand_that_names_no_unit_is_refused(unit: object, code: str, desk: Any, complaint: Complaint) -> None:
    row = await queued(desk, complaint)
    assert refused(await dispatch(desk, row.ticket_id, unit)) == code
    assert (await get(desk, f"/v1/tickets/{row.ticket_id}")).json()["unit"] is None


async def test_what_is_dispatched_stays_there(desk: Any, complaint: Complaint) -> None:
    [row] = await desk.open(complaint())
    answer = await dispatch(desk, row.ticket_id, "town-a")
    assert refused(answer) == "ticket.dispatched-elsewhere"
    assert answer.json()["details"] == {"unit": "hrss"}


async def test_an_unknown_ticket_is_unknown_to_everyone(desk: Any) -> None:
    assert refused(await dispatch(desk, NOBODY_S, "town-a")) == "ticket.unknown"
    assert refused(await get(desk, f"/v1/tickets/{NOBODY_S}")) == "ticket.unknown"
    assert refused(await get(desk, f"/v1/tickets?queue=manual&after={NOBODY_S}")) == "ticket.unknown"
    assert refused(await get(desk, "/v1/tickets/seven")) == "request.invalid"


async def test_the_manual_queue_is_read_page_by_page_oldest_first(desk: Any, complaint: Complaint) -> None:
    for row in (await get(desk, "/v1/tickets?queue=manual&limit=500")).json():
        await dispatch(desk, row["ticket_id"], "hrss")
    rows = []
    for _ in range(5):
        desk.clock.move(timedelta(minutes=1))
        rows.append(await queued(desk, complaint))
    seen, address = [], "/v1/tickets?queue=manual&limit=2"
    while address:
        answer = await get(desk, address)
        seen += [one["ticket_id"] for one in answer.json()]
        address = answer.links.get("next", {}).get("url", "")
    assert seen == [str(row.ticket_id) for row in rows]


async def test_a_page_begins_behind_what_stood_in_the_queue(desk: Any, complaint: Complaint) -> None:
    [row] = await desk.open(complaint())
    answer = await get(desk, f"/v1/tickets?queue=manual&after={row.ticket_id}")
    assert refused(answer) == "request.invalid"
    assert answer.json()["errors"] == [{"path": "query.after", "kind": "never-queued"}]


async def test_tickets_are_found_by_their_complaints(desk: Any, complaint: Complaint) -> None:
    rows = await desk.open(complaint(), complaint())
    asked = [("complaint_id", str(one)) for one in (rows[0].complaint_id, rows[1].complaint_id, NOBODY_S)]
    answer = await desk.client.get("/v1/tickets", params=asked, headers=desk.credential("centre"))
    assert {one["ticket_id"]: one["unit"] for one in answer.json()} == {str(row.ticket_id): "hrss" for row in rows}


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "queue=automatic",
        f"queue=manual&complaint_id={NOBODY_S}",
        "queue=manual&limit=0",
        "queue=manual&limit=501",
        "queue=manual&after=x",
        "&".join(f"complaint_id={UUID(int=n)}" for n in range(101)),
    ],
)
async def test_a_question_that_nobody_understands_is_refused(asked: str, desk: Any) -> None:
    assert refused(await get(desk, f"/v1/tickets?{asked}")) == "request.invalid"


@pytest.mark.parametrize(
    ("principal", "queue", "one", "hand"),
    [
        ("centre", 200, 200, 200),
        ("office", 200, 200, 403),
        ("inspection", 200, 200, 403),
        ("service.revisit", 200, 200, 403),
        ("unit.hrss", 403, 200, 403),
        ("unit.town-a", 403, 404, 403),
        ("channel.window", 403, 403, 403),
        ("stranger", 401, 401, 401),
    ],
)
async def test_who_may_see_and_dispatch(
    principal: str, queue: int, one: int, hand: int, desk: Any, complaint: Complaint
) -> None:
    [row] = await desk.open(complaint())
    assert (await get(desk, "/v1/tickets?queue=manual", principal)).status_code == queue
    assert (await get(desk, f"/v1/tickets/{row.ticket_id}", principal)).status_code == one
    assert (await dispatch(desk, row.ticket_id, "hrss", principal)).status_code == hand


@pytest.mark.parametrize("kind", ["units", "places", "matters"])
async def test_everyone_who_signs_in_reads_the_directory(kind: str, desk: Any, directory: Directory) -> None:
    for principal in ("channel.window", "unit.hrss", "centre", "service.revisit"):
        answer = await get(desk, f"/v1/directory/{kind}", principal)
        assert answer.json()["version"] == 1
        assert [one["code"] for one in answer.json()[kind]] == sorted(getattr(directory, kind))
        for had in ('"1"', 'W/"1"', '"7", "1"'):
            again = await get(desk, f"/v1/directory/{kind}", principal, **{"if-none-match": had})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", '"1"')
        assert (await get(desk, f"/v1/directory/{kind}", principal, **{"if-none-match": '"7"'})).status_code == 200
    assert (await desk.client.get(f"/v1/directory/{kind}")).status_code == 401


async def test_an_older_directory_can_be_read(desk: Any, directory: Directory) -> None:
    renamed = replace(directory.units["hrss"], name="样例新局")
    version = (await desk.import_(replace(directory, units={**directory.units, "hrss": renamed}))).version
    names = {}
    for asked in (f"?version={version - 1}", f"?version={version}", ""):
        units = (await get(desk, f"/v1/directory/units{asked}")).json()["units"]
        names[asked] = next(one["name"] for one in units if one["code"] == "hrss")
    assert list(names.values()) == ["样例人社局", "样例新局", "样例新局"]
    assert (await get(desk, "/v1/directory/units?version=0")).json()["units"] == []
    assert refused(await get(desk, f"/v1/directory/units?version={version + 1}")) == "directory.version-unknown"
    assert refused(await get(desk, "/v1/directory/units?version=-1")) == "request.invalid"
