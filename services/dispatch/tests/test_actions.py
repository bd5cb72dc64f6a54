"""Actions over HTTP and on `actions.<unit>`: one vocabulary, one function, one set of refusals."""

import asyncio
import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest
from aiokafka.errors import TopicAuthorizationFailedError

from chassis.clock import new_id
from contracts import base
from contracts.actions import ActionApplied, ActionRefused
from contracts.complaints import ComplaintRegistered
from contracts.refusals import REFUSALS
from contracts.tickets import TicketAccepted, TicketFinished

Complaint = Callable[..., ComplaintRegistered]
TEXT = str(UUID(int=100))
ACCEPT = {"action": "accept"}
FINISH = {"action": "finish", "reply_id": TEXT, "done_id": TEXT, "cause": "system-fault"}


def asked(do: Mapping[str, object], now: datetime, **more: object) -> dict[str, object]:
    """An action with a new id, as its sender writes it."""
    return {"action_id": str(new_id(now)), "officer": "0412", "do": do, **more}


async def act(desk: Any, ticket_id: object, said: object, principal: str = "unit.hrss") -> httpx2.Response:
    answer: httpx2.Response = await desk.client.post(
        f"/v1/tickets/{ticket_id}/actions", json=said, headers=desk.credential(principal)
    )
    return answer


def code(answer: httpx2.Response) -> str:
    problem = answer.json()
    assert answer.status_code == problem["status"] == REFUSALS[problem["code"]].status
    return str(problem["code"])


@pytest.fixture
async def ticket(desk: Any, complaint: Complaint) -> Any:
    """One that is dispatched to hrss."""
    [row] = await desk.open(complaint())
    return row


async def test_a_unit_accepts_and_finishes_and_has_the_same_answer_again(desk: Any, ticket: Any, now: datetime) -> None:
    accept, finish = asked(ACCEPT, now), asked(FINISH, now)
    assert (await act(desk, ticket.ticket_id, accept)).json()["state"] == "accepted"
    done = await act(desk, ticket.ticket_id, finish)
    assert done.status_code == 200
    assert (done.json()["state"], done.json()["handling"]["reply_id"]) == ("finished", TEXT)
    assert (await act(desk, ticket.ticket_id, finish)).json() == done.json()
    assert await desk.told(ticket.ticket_id) == [
        "tickets ticket.opened.v1",
        "tickets ticket.dispatched.v1",
        "dispatch.hrss ticket.dispatched.v1",
        "tickets ticket.accepted.v1",
        "dispatch.hrss ticket.accepted.v1",
        "tickets ticket.finished.v1",
        "dispatch.hrss ticket.finished.v1",
    ]


async def test_a_refusal_says_how_the_ticket_stands_and_leaves_nothing(desk: Any, ticket: Any, now: datetime) -> None:
    answer = await act(desk, ticket.ticket_id, asked(FINISH, now))
    assert code(answer) == "ticket.not-accepted"
    assert answer.json()["details"] == {"version": 2, "state": "dispatched"}
    assert not await desk.rows("SELECT 1 FROM action WHERE ticket_id = :id", id=ticket.ticket_id)


async def test_an_action_on_an_older_version_is_refused_unless_it_has_happened(
    desk: Any, ticket: Any, now: datetime
) -> None:
    await act(desk, ticket.ticket_id, asked(ACCEPT, now))
    assert code(await act(desk, ticket.ticket_id, asked(FINISH, now, version=2))) == "ticket.stale"
    assert (await act(desk, ticket.ticket_id, asked(ACCEPT, now, version=2))).status_code == 200
    assert (await act(desk, ticket.ticket_id, asked(FINISH, now, version=3))).status_code == 200


async def test_another_action_under_the_same_id_is_refused(desk: Any, ticket: Any, now: datetime) -> None:
    accept = asked(ACCEPT, now)
    await act(desk, ticket.ticket_id, accept)
    assert code(await act(desk, ticket.ticket_id, accept | {"do": FINISH})) == "action.different-body"


async def test_what_many_ask_for_at_once_is_answered_to_each(desk: Any, complaint: Complaint, now: datetime) -> None:
    """Carried out together, a refusal is one's own; one that is asked again when it fits is done."""
    tickets = [row.ticket_id for row in await desk.open(*(complaint() for _ in range(20)))]
    accepts, finishes = ([asked(do, now) for _ in tickets] for do in (ACCEPT, FINISH))
    early = await asyncio.gather(*(act(desk, *one) for one in zip(tickets, finishes, strict=True)))
    assert set(map(code, early)) == {"ticket.not-accepted"}
    mixed = [*zip(tickets[:10], accepts[:10], strict=True), *zip(tickets[10:], finishes[10:], strict=True)]
    answered = await asyncio.gather(*(act(desk, *one) for one in mixed))
    assert [one.status_code for one in answered] == [200] * 10 + [409] * 10
    assert [one.json()["ticket_id"] for one in answered[:10]] == list(map(str, tickets[:10]))
    done = await asyncio.gather(*(act(desk, *one) for one in zip(tickets[:10], finishes[:10], strict=True)))
    assert {one.json()["state"] for one in done} == {"finished"}


@pytest.mark.parametrize(
    ("said", "refused"),
    [
        ({"do": {"action": "vanish"}}, "request.invalid"),
        ({"do": FINISH | {"cause": "whatever"}}, "request.invalid"),
        ({"do": {"action": "finish", "done_id": TEXT, "cause": "other"}}, "request.invalid"),
        ({"officer": "张三"}, "request.invalid"),
        ({"version": 0}, "request.invalid"),
        ({"name": "张三"}, "request.invalid"),
    ],
)
async def test_what_is_no_action_is_refused(
    said: dict[str, object], refused: str, desk: Any, ticket: Any, now: datetime
) -> None:
    assert code(await act(desk, ticket.ticket_id, asked(ACCEPT, now) | said)) == refused


@pytest.mark.parametrize(
    ("principal", "refused"),
    [("unit.town-a", "ticket.not-yours"), ("office", "principal.not-allowed"), ("inspection", "principal.not-allowed")],
)
async def test_others_may_not(principal: str, refused: str, desk: Any, ticket: Any, now: datetime) -> None:
    assert code(await act(desk, ticket.ticket_id, asked(ACCEPT, now), principal)) == refused


def hour(written: str | None) -> str:
    return written[11:16] if written else ""


async def test_the_ledger_says_who_held_it_from_when_to_when(
    desk: Any, ticket: Any, now: datetime, complaint: Complaint
) -> None:
    """首受负责: accepted, assisted, dispatched again by the centre and back."""
    later = now + timedelta(hours=1)
    due = (later + timedelta(days=1)).isoformat()
    ask = asked({"action": "ask-assist", "unit": "town-a", "question_id": TEXT, "due_at": due}, now)
    answer = {"action": "answer-assist", "assist_id": ask["action_id"], "answer_id": TEXT}
    back = [{"action": "dispatch-again", "unit": unit, "reason_id": TEXT} for unit in ("town-a", "hrss")]
    await act(desk, ticket.ticket_id, asked(ACCEPT, now))
    await act(desk, ticket.ticket_id, ask)
    desk.clock.set(later)
    assert (await act(desk, ticket.ticket_id, asked(answer, now), "unit.town-a")).status_code == 200
    await act(desk, ticket.ticket_id, asked(back[0], now), "centre")
    await act(desk, ticket.ticket_id, asked(ACCEPT, now), "unit.town-a")
    desk.clock.set(later + timedelta(hours=1))
    await act(desk, ticket.ticket_id, asked(back[1], now), "centre")
    desk.clock.set(now)
    address = f"/v1/tickets/{ticket.ticket_id}/holdings"
    told = (await desk.client.get(address, headers=desk.credential("office"))).json()
    assert [
        (one["unit"], one["capacity"], one["since"][11:16], (one["until"] or "-----")[11:16])
        for one in told["holdings"]
    ] == [
        ("hrss", "lead", "02:00", "03:00"),
        ("town-a", "assistant", "02:00", "03:00"),
        ("town-a", "lead", "03:00", "04:00"),
        ("hrss", "lead", "04:00", ""),
    ]
    assert (told["hand_overs"], told["loops"]) == (2, 1)


async def worklist(desk: Any, unit: str, **asked: object) -> list[str]:
    """All of it, page by page."""
    seen: list[str] = []
    address: str = str(httpx2.URL(f"/v1/units/{unit}/tickets", params=asked))
    while address:
        found = await desk.client.get(address, headers=desk.credential(f"unit.{unit}"))
        assert found.status_code == 200
        seen += [one["ticket_id"] for one in found.json()]
        address = found.links.get("next", {}).get("url", "")
    return seen


async def test_a_unit_sees_what_it_must_handle_and_what_it_helps_with(desk: Any, ticket: Any, now: datetime) -> None:
    id_ = str(ticket.ticket_id)
    due = (now + timedelta(days=1)).isoformat()
    await act(desk, id_, asked(ACCEPT, now))
    assert id_ in await worklist(desk, "hrss", limit=500)
    assert id_ not in await worklist(desk, "town-a", part="help", limit=500)
    await act(desk, id_, asked({"action": "ask-assist", "unit": "town-a", "question_id": TEXT, "due_at": due}, now))
    assert id_ in await worklist(desk, "town-a", part="help", limit=500)
    seen = await desk.client.get(f"/v1/tickets/{id_}", headers=desk.credential("unit.town-a"))
    assert seen.json()["handling"]["assists"][0]["unit"] == "town-a"
    foreign = await desk.client.get("/v1/units/hrss/tickets", headers=desk.credential("unit.town-a"))
    assert code(foreign) == "principal.not-allowed"


async def test_the_worklist_is_read_in_pages_by_its_index(desk: Any, complaint: Complaint) -> None:
    opened = [str(row.ticket_id) for row in await desk.open(complaint(), complaint(), complaint())]
    every = await worklist(desk, "hrss", limit=500)
    assert set(opened) <= set(every)
    assert await worklist(desk, "hrss", limit=2) == every


async def send(desk: Any, unit: str, *said: dict[str, object] | bytes, headers: Any = ()) -> None:
    written = [one if isinstance(one, bytes) else json.dumps(one).encode() for one in said]
    keys = [str(one["ticket_id"]).encode() if isinstance(one, dict) else None for one in said]
    await desk.send(f"actions.{unit}", [(key, value, list(headers)) for key, value in zip(keys, written, strict=True)])


async def answers(desk: Any, unit: str, ticket_id: object, how_many: int) -> list[ActionApplied | ActionRefused]:
    """How actions on a ticket were answered on the unit's topic, as soon as so many were."""

    async def look() -> list[Any]:
        read = [base.read(one.headers, one.value).fact for one in await desk.read(f"dispatch.{unit}", ticket_id)]
        found = [one for one in read if isinstance(one, ActionApplied | ActionRefused)]
        return found if len(found) >= how_many else []

    found: list[ActionApplied | ActionRefused] = await desk.until(look)
    return found


async def test_a_units_system_works_by_its_topic_alone(open_desk: Any, complaint: Complaint, now: datetime) -> None:
    """In order, twice, with one that comes too late and one that nobody knows: each is answered."""
    [row] = await open_desk.open(complaint())
    accept, early, stale, unknown, finish = (
        asked(do, now, ticket_id=str(row.ticket_id), **more)
        for do, more in (
            (ACCEPT, {}), (FINISH, {"version": 99}), (FINISH, {"version": 2}), ({"action": "vanish"}, {}), (FINISH, {}),
        )
    )  # fmt: skip
    await send(open_desk, "hrss", accept, accept, stale, early, unknown, finish)
    told = await answers(open_desk, "hrss", row.ticket_id, 6)
    assert [getattr(one, "code", None) for one in told] == [
        None,
        None,
        "ticket.stale",
        "ticket.stale",
        "action.unknown",
        None,
    ]
    assert [one.state for one in told] == ["accepted"] * 5 + ["finished"]
    assert [one.action for one in told] == ["accept", "accept", "finish", "finish", "unknown", "finish"]


async def test_an_answer_names_the_complaint_and_what_it_answers(
    open_desk: Any, complaint: Complaint, now: datetime
) -> None:
    [row] = await open_desk.open(complaint())
    plain, named, refused = (
        asked(do, now, ticket_id=str(row.ticket_id)) for do in (ACCEPT, FINISH, {"action": "accept"})
    )
    await send(open_desk, "hrss", plain)
    await send(open_desk, "hrss", named, refused, headers=[("ce_id", b"order-7"), ("ce_correlationid", b"case-9")])
    applied, finished, late = await answers(open_desk, "hrss", row.ticket_id, 3)
    assert isinstance(applied, ActionApplied)
    assert isinstance(finished, ActionApplied)
    assert applied.complaint_id == finished.complaint_id == row.complaint_id
    assert isinstance(late, ActionRefused)
    records = await open_desk.read("dispatch.hrss", row.ticket_id)
    told = [base.read(one.headers, one.value) for one in records]
    assert [(one.correlation, one.causation) for one in told if one.fact.TYPE.startswith("action.")] == [
        (str(row.complaint_id), None),
        ("case-9", "order-7"),
        ("case-9", "order-7"),
    ]
    done = [one for one in told if isinstance(one.fact, TicketAccepted | TicketFinished)]
    assert [(one.correlation, one.causation) for one in done] == [(str(row.complaint_id), None)] * 2


async def test_another_units_ticket_is_refused_and_not_described(
    open_desk: Any, complaint: Complaint, now: datetime
) -> None:
    [row] = await open_desk.open(complaint(matter_code="000111003001"))
    foreign = asked(ACCEPT, now, ticket_id=str(row.ticket_id))
    nobody = asked(ACCEPT, now, ticket_id=str(UUID(int=1)))
    await send(open_desk, "hrss", foreign, nobody)
    [refused] = await answers(open_desk, "hrss", row.ticket_id, 1)
    [lost] = await answers(open_desk, "hrss", UUID(int=1), 1)
    assert isinstance(refused, ActionRefused)
    assert (refused.code, refused.version, refused.state) == ("ticket.not-yours", None, None)
    assert isinstance(lost, ActionRefused)
    assert lost.code == "ticket.unknown"


async def test_what_nobody_could_be_answered_for_is_parked_and_the_rest_goes_on(
    open_desk: Any, complaint: Complaint, now: datetime
) -> None:
    [row] = await open_desk.open(complaint())
    accept = asked(ACCEPT, now, ticket_id=str(row.ticket_id))
    await send(open_desk, "hrss", b"\xff", b"{}", b"[" * 10_000, accept)
    [applied] = await answers(open_desk, "hrss", row.ticket_id, 1)
    assert isinstance(applied, ActionApplied)

    async def parked() -> Any:
        return await open_desk.rows("SELECT code FROM parked WHERE topic = 'actions.hrss' AND state = 'waiting'")

    assert {row.code for row in await open_desk.until(parked)} == {"action.unreadable"}


async def test_a_unit_writes_to_its_own_topic_and_reads_no_other(open_desk: Any) -> None:
    signed_in = {"sasl_plain_username": "unit.hrss", "sasl_plain_password": "password of unit.hrss"}
    with pytest.raises(TopicAuthorizationFailedError):
        await open_desk.read("dispatch.town-a", "x", **signed_in)
