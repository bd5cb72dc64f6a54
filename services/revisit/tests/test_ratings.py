"""Bad ratings over HTTP: the worklist by due, an explanation once, the second revisit (rules 5.4)."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from chassis.testing import lives
from chassis.testing.lives import COMPLAINT, SAID, TICKET, at
from contracts import tickets

BAD = {"rating": 2, "solved": True}
SAY = {"action_id": str(UUID(int=90)), "officer": "5", "how": "explained", "text_id": str(COMPLAINT)}


async def rated(desk: Any, tried: Any, ticket: UUID = TICKET) -> Any:
    """The unit of a ticket hears that it was bad."""
    revisits = await desk.worklist("hrss", "unit.hrss")
    [mine] = [one for one in revisits if one["ticket_id"] == str(ticket)]
    answer = await desk.post(f"/v1/revisits/{mine['revisit_id']}/attempts", "unit.hrss", **tried(answer=BAD))
    assert answer.status_code == 200, answer.text
    return mine


async def listed(desk: Any, who: str = "unit.hrss", **asked: Any) -> Any:
    answer = await desk.get("/v1/ratings", who, unit="hrss", **asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_bad_rating_is_explained_and_the_centre_asks_again(desk: Any, tried: Any) -> None:
    await rated(desk, tried)
    [waiting] = await listed(desk)
    assert (waiting["rating"], waiting["due_at"], waiting["reply"]) == (2, "2026-11-30T09:00:00.000Z", None)

    address = f"/v1/ratings/{waiting['answer_id']}/explanations"
    answers = await asyncio.gather(*(desk.post(address, "unit.hrss", **SAY) for _ in range(8)))

    assert {one.status_code for one in answers} == {200}
    assert {one.json()["reply"]["late"] for one in answers} == {False}
    assert (await desk.told())[-2:] == ["rating.answered.v1", "revisit.planned.v1"]
    assert (await desk.told()).count("rating.answered.v1") == 1
    assert await listed(desk) == []
    desk.at("26 10:00")
    assert sorted(one["kind"] for one in await desk.worklist("centre")) == ["centre", "second"]
    shown = (await desk.get(f"/v1/tickets/{TICKET}/revisits", "unit.hrss")).json()
    assert [one["reply"]["how"] for one in shown["bad_ratings"]] == ["explained"]


async def test_what_the_reporter_says_the_second_time_stands_beside(desk: Any, tried: Any) -> None:
    await rated(desk, tried)
    [waiting] = await listed(desk)
    await desk.post(f"/v1/ratings/{waiting['answer_id']}/explanations", "unit.hrss", **SAY)
    desk.at("26 10:00")
    [second] = [one for one in await desk.worklist("centre") if one["kind"] == "second"]

    done = await desk.post(f"/v1/revisits/{second['revisit_id']}/attempts", **tried(2, "2026-11-26T09:30:00+08:00"))

    assert (done.status_code, done.json()["result"]) == (200, "answered")
    [answers] = (await desk.get(f"/v1/tickets/{TICKET}/revisits")).json()["answers"]
    assert (answers["unit"]["rating"], answers["second"]["rating"], answers["centre"]) == (2, 5, None)


async def test_a_ticket_that_is_opened_again_leaves_the_worklist(desk: Any, tried: Any) -> None:
    await rated(desk, tried)
    [waiting] = await listed(desk)
    await desk.follow(tickets.TicketReopened(**SAID, unit="hrss", round=2, reopened_at=at("25 09:50"), by="centre/1"))
    assert await listed(desk) == []
    refused = await desk.post(f"/v1/ratings/{waiting['answer_id']}/explanations", "unit.hrss", **SAY)
    assert (refused.status_code, refused.json()["code"]) == (409, "rating.settled")


async def test_a_confirmed_finding_takes_it_off_the_worklist(desk: Any, tried: Any) -> None:
    await rated(desk, tried)
    text = str(COMPLAINT)
    flag = {"action_id": str(UUID(int=1)), "officer": "1", "finding": "concealed", "text_id": text}
    finding = (await desk.post(f"/v1/tickets/{TICKET}/findings", **flag)).json()["finding_id"]
    circular = {"number": "〔2026〕1号", "text_id": text}
    body = {"action_id": str(UUID(int=2)), "officer": "1", "reason_id": text, "circular": circular}
    proposed = (await desk.post(f"/v1/findings/{finding}/proposals", "office", **body)).json()
    assert len(await listed(desk)) == 1
    second = {"action_id": str(UUID(int=3)), "officer": "2", "proposal_id": proposed["proposal"]["proposal_id"]}
    await desk.post(f"/v1/findings/{finding}/confirmations", "office", **second)
    assert await listed(desk) == []


async def test_the_worklist_is_read_to_its_end_due_first(desk: Any, tried: Any) -> None:
    for number in range(100, 105):
        ids = {"ticket_id": UUID(int=number), "complaint_id": UUID(int=10_000 + number)}
        await desk.follow(*(one.model_copy(update=ids) for one in (lives.opened(), lives.finished("24 10:00"))))
        await rated(desk, tried, UUID(int=number))
    seen, answer = [], await desk.get("/v1/ratings", "unit.hrss", unit="hrss", limit=2)
    while "link" in answer.headers:
        seen += answer.json()
        answer = await desk.get(answer.headers["link"].partition(">")[0].removeprefix("<"), "unit.hrss")
    seen += answer.json()
    assert len({one["answer_id"] for one in seen}) == len(seen) == 5
    assert [one["due_at"] for one in seen] == sorted(one["due_at"] for one in seen)


@pytest.mark.parametrize(
    ("who", "unit", "status"),
    [
        ("unit.hrss", "hrss", 200),
        ("unit.tax", "hrss", 403),
        ("unit.hrss", None, 403),
        ("office", None, 200),
        ("centre", "centre", 200),
        ("channel.window", None, 403),
    ],
)
async def test_who_sees_the_worklist(who: str, unit: str | None, status: int, desk: Any) -> None:
    asked = {"unit": unit} if unit else {}
    assert (await desk.get("/v1/ratings", who, **asked)).status_code == status


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("unit.tax", "rating.unknown"),
        ("centre", "principal.not-allowed"),
        ("office", "principal.not-allowed"),
        ("inspection", "principal.not-allowed"),
    ],
)
async def test_who_may_explain(who: str, code: str, desk: Any, tried: Any) -> None:
    await rated(desk, tried)
    [waiting] = await listed(desk)
    refused = await desk.post(f"/v1/ratings/{waiting['answer_id']}/explanations", who, **SAY)
    assert refused.json()["code"] == code


async def test_what_nobody_rated_is_unknown(desk: Any) -> None:
    refused = await desk.post(f"/v1/ratings/{COMPLAINT}/explanations", "unit.hrss", **SAY)
    assert (refused.status_code, refused.json()["code"]) == (404, "rating.unknown")
    refused = await desk.get("/v1/ratings", after=COMPLAINT)
    assert (refused.status_code, refused.json()["code"]) == (404, "rating.unknown")
