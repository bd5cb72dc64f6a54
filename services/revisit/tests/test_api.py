"""Revisits over HTTP: worklists, attempts, answers side by side, and who may do and see what (rules 5, 6)."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from chassis.testing import lives
from chassis.testing.lives import TICKET

UNSOLVED = {"rating": 1, "solved": False}


async def of(desk: Any, unit: str) -> str:
    """The address of the first revisit on a worklist."""
    [first] = await desk.worklist(unit)
    return f"/v1/revisits/{first['revisit_id']}/attempts"


def ticket(number: int, when: str) -> list[Any]:
    """Another ticket that was finished."""
    ids = {"ticket_id": UUID(int=number), "complaint_id": UUID(int=10_000 + number)}
    return [one.model_copy(update=ids) for one in (lives.opened(), lives.finished(when))]


async def test_a_worklist_says_whom_to_ask_and_by_when(desk: Any) -> None:
    [mine] = await desk.worklist("hrss", "unit.hrss")
    assert (mine["ticket_id"], mine["kind"], mine["channel"]) == (str(TICKET), "unit", "window")
    assert (mine["due_at"], mine["attempts"]) == ("2026-11-27T09:00:00.000Z", [])

    [theirs] = await desk.worklist("centre")
    assert (theirs["kind"], theirs["sampled_by"], theirs["due_at"]) == ("centre", "all", "2026-12-01T09:00:00.000Z")


async def test_who_may_not_be_called_yet_is_not_on_it(desk: Any, tried: Any) -> None:
    await desk.post(await of(desk, "hrss"), "unit.hrss", **tried(outcome="not-reached", answer=None))

    assert await desk.worklist("hrss") == await desk.worklist("centre") == []

    desk.at("26 09:00")
    assert [one["kind"] for unit in ("hrss", "centre") for one in await desk.worklist(unit)] == ["unit", "centre"]


async def test_a_worklist_is_read_to_its_end_page_by_page_due_first(desk: Any) -> None:
    for number in range(100, 107):
        await desk.follow(*ticket(number, f"{23 - number % 3} 10:00"))

    seen, answer = [], await desk.get("/v1/revisits", unit="hrss", limit=3)
    while "link" in answer.headers:
        seen += answer.json()
        answer = await desk.get(answer.headers["link"].partition(">")[0].removeprefix("<"))
    seen += answer.json()

    assert len(seen) == len({one["revisit_id"] for one in seen}) == 8
    assert [one["due_at"] for one in seen] == sorted(one["due_at"] for one in seen)


async def test_an_answer_closes_it_and_said_again_is_the_same_answer(desk: Any, tried: Any) -> None:
    address = await of(desk, "hrss")

    first, again = [await desk.post(address, "unit.hrss", **tried()) for _ in range(2)]

    assert (first.status_code, first.json()["result"]) == (200, "answered")
    assert again.json() == first.json()
    assert await desk.told() == ["revisit.planned.v1"] * 2 + [
        "revisit.attempted.v1",
        "revisit.answered.v1",
        "revisit.closed.v1",
    ]
    assert await desk.worklist("hrss") == []


async def test_two_at_once_are_one(desk: Any, tried: Any) -> None:
    address = await of(desk, "hrss")
    answers = await asyncio.gather(*(desk.post(address, "unit.hrss", **tried()) for _ in range(8)))
    assert {one.status_code for one in answers} == {200}
    assert (await desk.told()).count("revisit.answered.v1") == 1


async def test_a_contradiction_is_flagged_with_both_answers_side_by_side(desk: Any, tried: Any) -> None:
    centre = await of(desk, "centre")
    await desk.post(await of(desk, "hrss"), "unit.hrss", **tried())
    desk.at("26 10:00")

    await desk.post(centre, **tried(2, "2026-11-26T09:30:00+08:00", answer=UNSOLVED))

    shown = (await desk.get(f"/v1/tickets/{TICKET}/revisits", "inspection")).json()
    [answers] = shown["answers"]
    assert (answers["unit"]["solved"], answers["centre"]["solved"], answers["agree"]) == (True, False, False)
    both = [answers["unit"]["answer_id"], answers["centre"]["answer_id"]]
    assert [(one["finding"], one["answers"]) for one in shown["findings"]] == [
        ("unsolved", both[1:]),
        ("false-report", both),
    ]
    assert (await desk.told())[-3:] == ["finding.flagged.v1"] * 2 + ["rating.questioned.v1"]


@pytest.mark.parametrize(
    "answer", [{"rating": 0, "solved": True}, {"rating": 6, "solved": True}, {"rating": 5}, {"solved": True}]
)
async def test_a_rating_has_five_levels(answer: Any, desk: Any, tried: Any) -> None:
    refused = await desk.post(await of(desk, "hrss"), "unit.hrss", **tried(answer=answer))
    assert (refused.status_code, refused.json()["code"]) == (422, "request.invalid")


async def test_two_answers_to_one_attempt_and_an_attempt_on_a_closed_plan_are_refused(desk: Any, tried: Any) -> None:
    address = await of(desk, "hrss")
    await desk.post(address, "unit.hrss", **tried())
    before = await desk.told()

    other = await desk.post(address, "unit.hrss", **tried(answer=UNSOLVED))
    late = await desk.post(address, "unit.hrss", **tried(2))

    assert (other.status_code, other.json()["code"]) == (409, "action.different-body")
    assert (late.status_code, late.json()["code"]) == (409, "revisit.closed")
    assert await desk.told() == before


async def test_what_was_never_finished_has_nothing_to_rate(desk: Any, tried: Any) -> None:
    open_, _ = ticket(50, "24 10:00")
    await desk.follow(open_)

    shown = (await desk.get(f"/v1/tickets/{UUID(int=50)}/revisits")).json()
    refused = await desk.post(f"/v1/revisits/{UUID(int=50)}/attempts", **tried())

    assert (shown["finishes"], shown["revisits"], shown["answers"]) == (0, [], [])
    assert (refused.status_code, refused.json()["code"]) == (404, "revisit.unknown")
    unknown = await desk.get(f"/v1/tickets/{UUID(int=51)}/revisits")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "ticket.unknown")


@pytest.mark.parametrize(
    ("list_", "who", "code"),
    [
        ("hrss", "centre", "principal.not-allowed"),
        ("centre", "unit.hrss", "principal.not-allowed"),
        ("hrss", "unit.tax", "revisit.unknown"),
        ("centre", "unit.tax", "revisit.unknown"),
        *((one, who, "principal.not-allowed") for one in ("hrss", "centre") for who in ("office", "inspection")),
        ("centre", "service.console", "principal.not-allowed"),
        ("centre", "channel.window", "principal.not-allowed"),
    ],
)
async def test_who_asks_whom_is_kept_apart(list_: str, who: str, code: str, desk: Any, tried: Any) -> None:
    refused = await desk.post(await of(desk, list_), who, **tried())
    assert refused.json()["code"] == code
    assert await desk.told() == ["revisit.planned.v1"] * 2


async def test_who_finished_it_does_not_ask_for_the_centre(desk: Any, tried: Any) -> None:
    refused = await desk.post(await of(desk, "centre"), **tried(officer="0412"))
    assert (refused.status_code, refused.json()["code"]) == (409, "revisit.by-finisher")


@pytest.mark.parametrize(
    ("who", "status"),
    [("unit.hrss", 200), ("unit.tax", 404), ("office", 200), ("service.console", 200), ("channel.window", 403)],
)
async def test_who_sees_a_tickets_revisits(who: str, status: int, desk: Any) -> None:
    assert (await desk.get(f"/v1/tickets/{TICKET}/revisits", who)).status_code == status


@pytest.mark.parametrize(
    ("who", "unit", "status"),
    [
        ("unit.hrss", "hrss", 200),
        ("unit.tax", "hrss", 403),
        ("unit.hrss", "centre", 403),
        ("inspection", "centre", 200),
    ],
)
async def test_who_sees_which_worklist(who: str, unit: str, status: int, desk: Any) -> None:
    assert (await desk.get("/v1/revisits", who, unit=unit)).status_code == status


@pytest.mark.parametrize(
    "when", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "2026-11-25T10:00:01+08:00"]
)
async def test_an_instant_that_cannot_be_is_refused(when: str, desk: Any, tried: Any) -> None:
    refused = await desk.post(await of(desk, "hrss"), "unit.hrss", **tried(when=when))
    assert refused.status_code == 422
    assert refused.json()["code"] in {"time.in-future", "revisit.before-finish"}
