"""Tickets' lives over the whole bus: what units and the centre do, each by the door that they have."""

from asyncio import timeout
from itertools import count
from typing import Any
from uuid import UUID

import httpx2
import orjson
from aiokafka import AIOKafkaConsumer
from tests.deployment import until
from tests.journeys.bus import body, headers, seen
from tests.journeys.conftest import Town
from tests.load.bus import producer

from chassis.clock import SystemClock

_PATIENCE_S = 60.0
_NUMBERS = count(1)
LATER = "2099-01-01T09:00:00+08:00"


async def dispatched(town: Town) -> tuple[str, str, str]:
    """A complaint that a unit has got: the ids of complaint and ticket, and the unit."""
    form, _, unit = town.one("window")
    complaint = (await town.submit(form))["complaint_id"]
    told = body(await seen(town.login_of(unit), f"dispatch.{unit}", complaint))
    return complaint, told["ticket_id"], unit


async def text(town: Town, complaint: str, kind: str, unit: str) -> str:
    """The id of a text that the unit has sealed with intake, as soon as it is known to take part."""
    said, who = {"kind": kind, "text": "已联系反映人并补正材料。"}, town.district.bearer(f"unit.{unit}")
    written: list[str] = []

    async def accepted() -> bool:
        answer = await town.intake.post(f"/v1/complaints/{complaint}/texts", json=said, headers=who)
        written[:] = [answer.json()["text_id"]] if answer.status_code == httpx2.codes.CREATED else []
        return bool(written)

    await until(accepted, _PATIENCE_S, "intake does not know the unit")
    return written[0]


async def act(town: Town, ticket: str, who: str, do: dict[str, Any], officer: str = "1") -> dict[str, Any]:
    """What dispatch answers over HTTP."""
    said = {"action_id": str(UUID(int=next(_NUMBERS))), "officer": officer, "do": do}
    answer = await town.dispatch.post(f"/v1/tickets/{ticket}/actions", json=said, headers=town.district.bearer(who))
    return dict(answer.json()) | {"action_id": said["action_id"]}


async def by_topic(town: Town, unit: str, ticket: str, *done: dict[str, Any]) -> list[dict[str, Any]]:
    """How the unit's actions are answered on its topic, sent there one after the other."""
    ids = [str(UUID(int=next(_NUMBERS))) for _ in done]
    async with producer(town.login_of(unit)) as made:
        for action_id, do in zip(ids, done, strict=True):
            said = {"action_id": action_id, "ticket_id": ticket, "officer": "1", "do": do}
            await made.send_and_wait(f"actions.{unit}", orjson.dumps(said), ticket.encode())
    return await _answers(town, unit, ids)


async def _answers(town: Town, unit: str, ids: list[str]) -> list[dict[str, Any]]:
    consumer = AIOKafkaConsumer(
        f"dispatch.{unit}", **town.login_of(unit).arguments(), auto_offset_reset="earliest", enable_auto_commit=False
    )
    found: dict[str, dict[str, Any]] = {}
    try:
        await consumer.start()
        async with timeout(_PATIENCE_S):
            while found.keys() < set(ids):
                record = await consumer.getone()
                if headers(record)["ce_type"].startswith(b"action.") and body(record)["action_id"] in ids:
                    found[body(record)["action_id"]] = body(record)
    finally:
        await consumer.stop()
    return [found[one] for one in ids]


async def told(town: Town, ticket: str, kind: bytes) -> dict[str, Any]:
    """The fact of this type about the ticket, as who follows `tickets` reads it."""
    login = town.district.login("operator")
    consumer = AIOKafkaConsumer("tickets", **login.arguments(), auto_offset_reset="earliest", enable_auto_commit=False)
    try:
        await consumer.start()
        async with timeout(_PATIENCE_S):
            async for record in consumer:
                if record.key == ticket.encode() and headers(record)["ce_type"] == kind:
                    return body(record)
    finally:
        await consumer.stop()
    raise TimeoutError


async def finish(town: Town, complaint: str, unit: str) -> dict[str, Any]:
    """The action that finishes, with its reply sealed."""
    reply, done = [await text(town, complaint, kind, unit) for kind in ("reply", "note")]
    return {"action": "finish", "reply_id": reply, "done_id": done, "cause": "materials-unclear"}


async def test_an_ordinary_ticket_is_accepted_contacted_and_finished_by_topic_alone(town: Town) -> None:
    complaint, ticket, unit = await dispatched(town)
    contact = {"action": "contact", "method": "phone", "reached": True, "attempted_at": "2026-01-01T09:00:00+08:00"}
    answered = await by_topic(town, unit, ticket, {"action": "accept"}, contact, await finish(town, complaint, unit))
    assert [one["state"] for one in answered] == ["accepted", "accepted", "finished"]
    assert (await told(town, ticket, b"ticket.finished.v1"))["unit"] == unit


async def test_returned_twice_it_comes_to_the_centres_hand(town: Town) -> None:
    _, ticket, unit = await dispatched(town)
    give_back = {"action": "return", "reason": "not-our-matter"}
    once = await act(town, ticket, f"unit.{unit}", give_back)
    if once["state"] == "dispatched":
        once = await act(town, ticket, f"unit.{once['unit']}", give_back)
    assert (once["state"], once["queue_reason"]) == ("queued", "returned")


async def test_a_ticket_is_assisted_and_delegated_before_it_is_finished(town: Town) -> None:
    """The centre dispatches it to hrss, which asks finance and has its social insurance do the rest."""
    complaint, ticket = await queued(town)
    await town.dispatch.post(
        f"/v1/tickets/{ticket}/dispatch", json={"unit": "hrss"}, headers=town.district.bearer("centre")
    )
    await act(town, ticket, "unit.hrss", {"action": "accept"})
    question = await text(town, complaint, "question", "hrss")
    asked = await act(
        town, ticket, "unit.hrss", {"action": "ask-assist", "unit": "finance", "question_id": question, "due_at": LATER}
    )
    done = await finish(town, complaint, "hrss")
    assert (await act(town, ticket, "unit.hrss", done))["code"] == "assist.open"
    answer = await text(town, complaint, "answer", "finance")
    reply = {"action": "answer-assist", "assist_id": asked["action_id"], "answer_id": answer}
    [applied] = await by_topic(town, "finance", ticket, reply)
    await act(town, ticket, "unit.hrss", {"action": "delegate", "to": "social-insurance"})
    assert (applied["state"], (await act(town, ticket, "unit.social-insurance", done))["state"]) == (
        "accepted",
        "finished",
    )


async def test_a_declined_one_takes_two_persons_and_may_be_opened_again(town: Town) -> None:
    complaint, ticket, unit = await dispatched(town)
    explanation = await text(town, complaint, "explanation", unit)
    decline = {"action": "decline", "explanation_id": explanation, "citation_id": explanation}
    proposed = await act(town, ticket, f"unit.{unit}", decline)
    confirm = {"action": "confirm", "proposal_id": proposed["action_id"]}
    assert (await act(town, ticket, f"unit.{unit}", confirm))["code"] == "second-person.same"
    assert (await act(town, ticket, f"unit.{unit}", confirm, "2"))["state"] == "declined"
    fact = await told(town, ticket, b"ticket.declined.v1")
    assert (fact["by"], fact["confirmed_by"]) == (f"unit.{unit}/1", f"unit.{unit}/2")
    await act(town, ticket, "centre", {"action": "request-reopening"})
    assert (await act(town, ticket, "centre", {"action": "reopen"}))["state"] == "dispatched"


async def test_what_is_solved_on_the_spot_is_finished_at_once(town: Town) -> None:
    form, _, _ = town.one("window")
    form["solved"] = {"reply": "当场补齐材料，已受理。", "cause": "reporter-materials"}
    complaint = (await town.submit(form))["complaint_id"]
    [ticket] = await tickets_of(town, complaint)
    finished = await told(town, ticket["ticket_id"], b"ticket.finished.v1")
    assert (finished["on_the_spot"], finished["unit"], ticket["state"]) == (True, None, "finished")


async def test_a_duplicate_goes_on_in_the_open_one(town: Town) -> None:
    (_, first, _), (_, second, _) = await dispatched(town), await dispatched(town)
    assert (await act(town, second, "centre", {"action": "link", "to": first}))["state"] == "linked"
    assert (await told(town, second, b"ticket.linked.v1"))["to"] == first


async def test_said_again_it_goes_on_where_it_is_handled_and_after_the_close_waits_for_the_desk(town: Town) -> None:
    """Through the window, then the citizens' app, and when all is finished once more."""
    form, _, unit = town.one("window")
    form["reporter"] |= {"phone": "13912345678"}
    first, second = [
        (await town.submit(form | {"source_id": f"{form['source_id']}-{number}"}, channel))["complaint_id"]
        for number, channel in enumerate(("window", "citizen-app"))
    ]
    [lead], [other] = await tickets_of(town, first), await tickets_of(town, second)
    assert (other["state"], other["handling"]["linked_to"]) == ("linked", lead["ticket_id"])
    linked = body(await seen(town.login_of(unit), f"dispatch.{unit}", second))
    assert (linked["to"], linked["to_complaint_id"]) == (lead["ticket_id"], first)
    await act(town, lead["ticket_id"], f"unit.{unit}", {"action": "accept"})
    done = await finish(town, first, unit)
    seen_by_unit = await town.intake.get(
        f"/v1/complaints/{second}", params={"purpose": "handling"}, headers=town.district.bearer(f"unit.{unit}")
    )
    assert seen_by_unit.json()["linked_to"] == first
    finished = await act(town, lead["ticket_id"], f"unit.{unit}", done)
    third = form | {"source_id": f"{form['source_id']}-3", "submitted_at": SystemClock().now().isoformat()}
    [again] = await tickets_of(town, (await town.submit(third))["complaint_id"])
    assert finished["state"] == "finished"
    assert (again["state"], again["queue_reason"], again["repeats"]) == ("queued", "said-again", second)
    assert (await told(town, lead["ticket_id"], b"reopening.requested.v1"))["told_to"] == [unit]


async def queued(town: Town) -> tuple[str, str]:
    """A complaint that waits for the centre's hand."""
    form, _, _ = town.one("window")
    form |= {"matter_code": None, "place_code": None}
    complaint = (await town.submit(form))["complaint_id"]
    [ticket] = await tickets_of(town, complaint)
    return complaint, ticket["ticket_id"]


async def tickets_of(town: Town, complaint: str) -> list[dict[str, Any]]:
    """The complaint's tickets, as soon as there is one."""
    found: list[dict[str, Any]] = []

    async def some() -> bool:
        answer = await town.dispatch.get(
            "/v1/tickets", params={"complaint_id": complaint}, headers=town.district.bearer("centre")
        )
        found[:] = answer.json()
        return bool(found)

    await until(some, _PATIENCE_S, "the complaint has no ticket")
    return found
