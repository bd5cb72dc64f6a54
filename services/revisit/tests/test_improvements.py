"""Blockages and improvements over tickets as they are finished, and over HTTP: who may do and see what (rules 5.5)."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from typing import Any
from uuid import UUID

import pytest

from chassis.testing import lives
from chassis.testing.lives import at
from contracts import tickets
from contracts.vocabulary import Cause
from revisit import usecases

MATTER = "000114008000"
_NUMBERS = count(500)


def ended(when: str, matter: str = MATTER, cause: Cause = Cause.SYSTEM_FAULT, unit: str = "hrss") -> list[Any]:
    """A ticket of its own that was opened and finished."""
    number = next(_NUMBERS)
    ids = {"ticket_id": UUID(int=number), "complaint_id": UUID(int=10_000 + number)}
    return [
        lives.opened().model_copy(update=ids | {"matter_code": matter}),
        lives.finished(when).model_copy(update=ids | {"cause": cause, "unit": unit}),
    ]


def reopened(ticket: Sequence[Any], when: str) -> tickets.TicketReopened:
    ids = {"ticket_id": ticket[0].ticket_id, "complaint_id": ticket[0].complaint_id}
    return tickets.TicketReopened(**ids, unit="hrss", round=2, reopened_at=at(when), by="centre/1")


@pytest.fixture
def counting(desk: Any) -> Any:
    """The desk with a bar of three within seven days."""
    running = desk.harness.running
    object.__setattr__(running.kit, "bar", replace(running.kit.bar, finishes=3, days=7))
    return desk


async def ranking(desk: Any, who: str = "centre", **asked: Any) -> list[tuple[str, str, int]]:
    answer = await desk.get("/v1/blockages", who, **asked)
    assert answer.status_code == 200, answer.text
    return [(one["matter_code"], one["cause"], one["finishes"]) for one in answer.json()]


async def listed(desk: Any, state: str, who: str = "centre", **asked: Any) -> Any:
    answer = await desk.get("/v1/improvements", who, state=state, **asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def said(**more: Any) -> dict[str, Any]:
    return {"action_id": str(UUID(int=next(_NUMBERS))), "officer": "31"} | more


async def ok(desk: Any, improvement: Any, what: str, who: str, **more: Any) -> Any:
    answer = await desk.post(f"/v1/improvements/{improvement['improvement_id']}/{what}", who, **said(**more))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def told(desk: Any) -> list[str]:
    return [one for one in await desk.told() if one.startswith("improvement")]


async def proposed(desk: Any) -> Any:
    for hour in (10, 11, 12):
        await desk.follow(*ended(f"24 {hour}:00"))
    [one] = await listed(desk, "proposed")
    return one


async def test_what_is_finished_most_often_stands_first_within_its_days_and_unit(counting: Any) -> None:
    for one in (
        ended("24 10:00"),
        ended("24 11:00", unit="tax"),
        ended("23 10:00", cause=Cause.OTHER),
        ended("20 10:00", "000115000000"),
        ended("01 10:00", cause=Cause.OTHER),
    ):
        await counting.follow(*one)

    assert await ranking(counting) == [
        (MATTER, "other", 2),
        (MATTER, "system-fault", 2),
        ("000115000000", "system-fault", 1),
    ]
    assert await ranking(counting, days=2, until="2026-11-24", limit=1) == [(MATTER, "system-fault", 2)]
    assert await ranking(counting, "unit.tax", unit="tax") == [(MATTER, "system-fault", 1)]
    assert await ranking(counting, days=1, until="2026-11-22") == []


async def test_above_the_bar_one_improvement_is_proposed_however_facts_come(counting: Any) -> None:
    batch = [fact for hour in (10, 11, 12, 13) for fact in ended(f"24 {hour}:00")]
    await counting.follow(*batch, *batch)
    await counting.follow(*batch)
    for fact in [fact for hour in (10, 11, 12, 13) for fact in ended(f"24 {hour}:00", cause=Cause.POLICY_GAP)]:
        await counting.follow(fact)
        await counting.follow(fact)

    assert await ranking(counting) == [(MATTER, "policy-gap", 4), (MATTER, "system-fault", 4)]
    found = await listed(counting, "proposed")
    assert sorted((one["cause"], one["finishes"], one["last"]) for one in found) == [
        ("policy-gap", 3, "2026-11-24"),
        ("system-fault", 3, "2026-11-24"),
    ]
    assert await told(counting) == ["improvement.proposed.v1"] * 2


async def test_two_instances_at_once_propose_one(counting: Any) -> None:
    await asyncio.gather(*(counting.follow(*ended(f"24 {10 + number % 6}:00")) for number in range(12)))
    assert await ranking(counting) == [(MATTER, "system-fault", 12)]
    assert await told(counting) == ["improvement.proposed.v1"]


async def test_a_ticket_counts_once_by_the_finish_that_holds(counting: Any) -> None:
    first = ended("23 10:00")
    await counting.follow(*first)
    again = first[1].model_copy(update={"finished_at": at("24 16:00"), "cause": Cause.OTHER, "round": 2})

    await counting.follow(reopened(first, "24 09:00"))
    assert await ranking(counting) == []
    await counting.follow(again)
    assert await ranking(counting) == [(MATTER, "other", 1)]

    other = ended("23 10:00")
    await counting.follow(*other, reopened(other, "24 09:00"), reopened(other, "24 09:00"))
    assert await ranking(counting) == [(MATTER, "other", 1)]


async def test_what_has_no_matter_or_was_declined_is_no_blockage(counting: Any) -> None:
    opened, finished = ended("24 10:00")
    await counting.follow(opened.model_copy(update={"matter_code": None}), finished)
    assert await ranking(counting) == []


async def test_from_proposed_over_done_to_come_back(counting: Any) -> None:
    improvement = await proposed(counting)
    assert (improvement["matter_code"], improvement["first"]) == (MATTER, "2026-11-18")

    await ok(counting, improvement, "owners", "office", unit="hrss")
    assert [one["unit"] for one in await listed(counting, "owned", "unit.hrss", unit="hrss")] == ["hrss"]
    await ok(counting, improvement, "measures", "unit.hrss", measure="system-repaired", document_number="〔2026〕15号")
    done = await ok(counting, improvement, "results", "unit.hrss", result="removed")
    assert (done["state"], done["watched_until"]) == ("done", "2027-05-25T02:00:00.000Z")

    counting.at("26 10:00")
    await counting.follow(*ended("25 09:30"))
    assert await listed(counting, "returned") == []
    late = ended("26 09:30")
    await counting.follow(*late, *late)
    await counting.follow(*ended("26 09:40"))

    [back] = await listed(counting, "returned")
    assert [one["returned_by"] for one in back["returns"]] == [str(late[0].ticket_id)]
    assert [one["by"] for one in back["steps"]] == ["office/31", "unit.hrss/31", "unit.hrss/31"]
    stages = ("proposed", "owned", "measured", "completed", "returned")
    assert await told(counting) == [f"improvement.{stage}.v1" for stage in stages]
    async with counting.harness.work() as work:
        traced = await usecases.improving.of_tickets(work, [late[0].ticket_id])
    assert list(map(str, traced)) == [improvement["improvement_id"]], "a trace goes on to it"
    [first] = (await counting.get("/v1/blockages")).json()
    assert (first["improvement_id"], first["state"]) == (improvement["improvement_id"], "returned")


async def test_two_at_once_are_one_and_said_again_it_is_answered_again(counting: Any) -> None:
    improvement = await proposed(counting)
    address, body = f"/v1/improvements/{improvement['improvement_id']}/owners", said(unit="hrss")

    answers = await asyncio.gather(*(counting.post(address, "centre", **body) for _ in range(8)))

    assert {one.status_code for one in answers} == {200}
    assert len({one.text for one in answers}) == 1
    assert (await told(counting)).count("improvement.owned.v1") == 1
    other = await counting.post(address, "centre", **body | {"unit": "tax"})
    assert (other.status_code, other.json()["code"]) == (409, "action.different-body")


async def test_it_is_done_while_it_comes_back_without_a_deadlock(counting: Any) -> None:
    improvement = await proposed(counting)
    await ok(counting, improvement, "owners", "centre", unit=None)
    await asyncio.gather(
        ok(counting, improvement, "measures", "centre", measure="joint-rule"),
        *(counting.follow(*ended("24 15:00")) for _ in range(4)),
    )
    assert await ranking(counting) == [(MATTER, "system-fault", 7)]


@pytest.mark.parametrize(
    ("what", "body", "allowed"),
    [
        ("owners", {"unit": "hrss"}, {"centre", "office", "unit.hrss", "unit.tax"}),
        ("measures", {"measure": "joint-rule"}, {"centre", "office", "unit.hrss", "unit.tax"}),
        ("results", {"result": "eased"}, {"centre", "office", "unit.hrss", "unit.tax"}),
        ("dismissals", {"reason": "one-off"}, {"centre", "office", "unit.hrss", "unit.tax"}),
    ],
)
async def test_who_may_try(what: str, body: Any, allowed: set[str], counting: Any) -> None:
    improvement = await proposed(counting)
    for who in ("inspection", "service.console", "channel.window", "unit.hrss", "unit.tax", "office", "centre"):
        address = f"/v1/improvements/{improvement['improvement_id']}/{what}"
        answer = await counting.post(address, who, **said(**body))
        assert (answer.status_code == 403) is (who not in allowed), (who, answer.text)
        assert answer.status_code == 404 or not who.startswith("unit."), "a unit sees its own alone"


@pytest.mark.parametrize(
    ("what", "body", "title"),
    [
        ("measures", {"measure": "joint-rule"}, "该项流程优化尚未明确责任单位"),
        ("results", {"result": "eased"}, "该项流程优化尚未确定措施"),
        ("measures", {"measure": "try harder"}, "提交内容不符合要求"),
        ("measures", {"measure": "joint-rule", "document_number": "关于张三"}, "提交内容不符合要求"),
        ("results", {"result": "eased", "text": "x"}, "提交内容不符合要求"),
        ("owners", {}, "提交内容不符合要求"),
    ],
)
async def test_what_is_wrong_is_refused_in_words(what: str, body: Any, title: str, counting: Any) -> None:
    improvement = await proposed(counting)
    refused = await counting.post(f"/v1/improvements/{improvement['improvement_id']}/{what}", "centre", **said(**body))
    assert (refused.status_code in (409, 422), refused.json()["title"]) == (True, title)
    assert await told(counting) == ["improvement.proposed.v1"]


@pytest.mark.parametrize(
    ("address", "who", "status"),
    [
        ("/v1/blockages", "inspection", 200),
        ("/v1/blockages", "unit.hrss", 403),
        ("/v1/blockages?unit=hrss", "unit.tax", 403),
        ("/v1/blockages?unit=centre", "unit.tax", 403),
        ("/v1/blockages?unit=centre", "office", 200),
        ("/v1/blockages", "channel.window", 403),
        ("/v1/blockages?days=93", "centre", 422),
        ("/v1/blockages?days=0", "centre", 422),
        ("/v1/blockages?until=0001-01-01", "centre", 422),
        ("/v1/improvements?state=proposed", "unit.hrss", 403),
        ("/v1/improvements?state=proposed&unit=hrss", "unit.hrss", 200),
        ("/v1/improvements", "centre", 422),
        ("/v1/improvements?state=proposed&after=00000000-0000-0000-0000-000000000001", "centre", 404),
        ("/v1/improvements/00000000-0000-0000-0000-000000000001", "centre", 404),
    ],
)
async def test_who_sees_what(address: str, who: str, status: int, counting: Any) -> None:
    assert (await counting.get(address, who)).status_code == status


async def test_a_unit_sees_its_own_improvement_alone(counting: Any) -> None:
    improvement = await proposed(counting)
    await ok(counting, improvement, "owners", "centre", unit="hrss")
    address = f"/v1/improvements/{improvement['improvement_id']}"
    assert [(await counting.get(address, who)).status_code for who in ("unit.hrss", "unit.tax", "inspection")] == [
        200,
        404,
        200,
    ]


async def test_the_worklist_is_read_to_its_end_page_by_page(counting: Any) -> None:
    for cause in tuple(Cause)[:5]:
        for hour in (10, 11, 12):
            await counting.follow(*ended(f"24 {hour}:00", cause=cause))
    found, address = list[str](), "/v1/improvements?state=proposed&limit=2"
    while address:
        answer = await counting.get(address)
        found += [one["cause"] for one in answer.json()]
        address = answer.headers.get("link", "").partition(">")[0].removeprefix("<")
    assert found == [str(cause) for cause in tuple(Cause)[:5]]
