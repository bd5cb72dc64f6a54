"""Findings and rounds over HTTP: who may do and see what, worklists page by page, each action once (rules 5.3, 6)."""

import asyncio
from collections.abc import Sequence
from itertools import count
from typing import Any
from uuid import UUID

import pytest

from chassis.testing import lives
from chassis.testing.lives import TICKET

TEXT = str(UUID(int=77))
CIRCULAR = {"number": "〔2026〕12号", "text_id": TEXT, "due_at": "2026-11-27T17:00:00+08:00"}
_ACTIONS = count(1)


def said(officer: str = "1", **more: Any) -> dict[str, Any]:
    """The body of an action that nobody has told of yet."""
    return {"action_id": str(UUID(int=next(_ACTIONS))), "officer": officer} | more


async def ok(desk: Any, address: str, who: str, body: dict[str, Any]) -> Any:
    answer = await desk.post(address, who, **body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def flagged(desk: Any, ticket: UUID = TICKET, kind: str = "false-report") -> Any:
    return await ok(desk, f"/v1/tickets/{ticket}/findings", "centre", said(finding=kind, text_id=TEXT))


async def supervised(desk: Any, finding: Any) -> Any:
    """The finding with a new round."""
    address = f"/v1/findings/{finding['finding_id']}"
    proposed = await ok(desk, f"{address}/proposals", "office", said("1", reason_id=TEXT, circular=CIRCULAR))
    confirmation = said("2", proposal_id=proposed["proposal"]["proposal_id"])
    return await ok(desk, f"{address}/confirmations", "office", confirmation)


async def seen(desk: Any, who: str = "centre") -> Any:
    return (await desk.get(f"/v1/tickets/{TICKET}/revisits", who)).json()["findings"]


async def listed(desk: Any, address: str, who: str = "centre", **asked: Any) -> Any:
    answer = await desk.get(address, who, **asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_from_a_flag_over_two_rounds_to_passed(desk: Any) -> None:
    finding = await flagged(desk)
    assert [one["finding_id"] for one in await listed(desk, "/v1/findings")] == [finding["finding_id"]]

    [first] = (await supervised(desk, finding))["rounds"]
    assert await listed(desk, "/v1/findings") == []
    await _rectified(desk, first["round_id"], passed=False)
    [waiting] = await listed(desk, "/v1/findings")
    assert waiting["state"] == "failed"

    _, second = (await supervised(desk, finding))["rounds"]
    await _rectified(desk, second["round_id"], passed=True)

    [shown] = await seen(desk, "inspection")
    assert (shown["state"], [one["check"]["passed"] for one in shown["rounds"]]) == ("rectified", [False, True])
    assert shown["overturned_at"] == "2026-11-25T02:00:00.000Z"
    round_ = ["supervision.opened.v1", "rectification.reported.v1", "supervision.checked.v1"]
    assert (await desk.told())[2:] == [
        "finding.flagged.v1",
        "finding.proposed.v1",
        "finding.confirmed.v1",
        "verdict.overturned.v1",
        *round_,
        "finding.proposed.v1",
        *round_,
    ]
    assert await listed(desk, "/v1/findings") == []


async def _rectified(desk: Any, round_id: str, *, passed: bool) -> None:
    [mine] = await listed(desk, "/v1/rounds", "unit.hrss", duty="rectification", unit="hrss")
    assert (mine["round_id"], mine["circular"]["due_at"]) == (round_id, "2026-11-27T09:00:00.000Z")
    await ok(desk, f"/v1/rounds/{round_id}/rectifications", "unit.hrss", said(text_id=TEXT))
    assert await listed(desk, "/v1/rounds", duty="rectification") == []
    [theirs] = await listed(desk, "/v1/rounds", duty="check")
    assert theirs["report"]["by"] == "unit.hrss/1"
    await ok(desk, f"/v1/rounds/{round_id}/checks", "centre", said("3", passed=passed, reason_id=TEXT))
    assert await listed(desk, "/v1/rounds", duty="check") == []


async def test_the_same_person_twice_and_a_due_in_the_past_are_refused(desk: Any) -> None:
    address = f"/v1/findings/{(await flagged(desk))['finding_id']}"
    past = CIRCULAR | {"due_at": "2026-11-25T10:00:00+08:00"}
    refused = await desk.post(f"{address}/proposals", "office", **said(reason_id=TEXT, circular=past))
    assert (refused.status_code, refused.json()["code"]) == (422, "time.past")

    proposed = await ok(desk, f"{address}/proposals", "office", said(reason_id=TEXT, circular=CIRCULAR))
    again = said(proposal_id=proposed["proposal"]["proposal_id"])
    refused = await desk.post(f"{address}/confirmations", "office", **again)

    assert (refused.status_code, refused.json()["code"]) == (409, "second-person.same")
    assert refused.json()["title"] == "须由另一名工作人员确认"
    assert (await desk.told())[-1] == "finding.proposed.v1"


@pytest.mark.parametrize(
    "wrong",
    [
        {"number": "12"},
        {"number": "关于张三的通报"},
        {"number": "〔2026〕012号"},
        {"due_at": "9999-12-31T23:59:59-14:00"},
        {"due_at": "2026-11-27T17:00:00"},
        {"title": "x"},
    ],
)
async def test_a_circular_has_a_number_and_a_due_and_no_words(wrong: dict[str, str], desk: Any) -> None:
    address = f"/v1/findings/{(await flagged(desk))['finding_id']}/proposals"
    refused = await desk.post(address, "office", **said(reason_id=TEXT, circular=CIRCULAR | wrong))
    assert refused.status_code == 422, refused.text


async def test_two_at_once_confirm_once_and_said_again_it_is_answered_again(desk: Any) -> None:
    finding = await flagged(desk)
    address = f"/v1/findings/{finding['finding_id']}"
    proposed = await ok(desk, f"{address}/proposals", "office", said(reason_id=TEXT, circular=CIRCULAR))
    body = said("2", proposal_id=proposed["proposal"]["proposal_id"])

    answers = await asyncio.gather(*(desk.post(f"{address}/confirmations", "office", **body) for _ in range(8)))

    assert {one.status_code for one in answers} == {200}
    assert len({one.text for one in answers}) == 1
    assert (await desk.told()).count("supervision.opened.v1") == 1
    other = await desk.post(f"{address}/confirmations", "office", **body | {"officer": "3"})
    assert (other.status_code, other.json()["code"]) == (409, "action.different-body")


_FLAG, _JUDGE = said(finding="concealed", text_id=TEXT), said(reason_id=TEXT)


@pytest.mark.parametrize(
    ("action", "body", "allowed"),
    [
        ("tickets/{ticket}/findings", _FLAG, {"centre", "office"}),
        ("findings/{finding}/dismissals", _JUDGE, {"office"}),
        ("findings/{finding}/proposals", said(reason_id=TEXT, circular=CIRCULAR), {"office"}),
        ("findings/{finding}/confirmations", said(proposal_id=TEXT), {"office"}),
        ("rounds/{finding}/rectifications", said(text_id=TEXT), {"centre", "unit.hrss", "unit.tax"}),
        ("rounds/{finding}/checks", said(passed=True, reason_id=TEXT), {"centre"}),
    ],
)
async def test_who_may_do_what(action: str, body: Any, allowed: set[str], desk: Any) -> None:
    finding = await flagged(desk)
    address = f"/v1/{action.format(ticket=TICKET, finding=finding['finding_id'])}"
    for who in ("centre", "office", "inspection", "service.console", "channel.window", "unit.hrss", "unit.tax"):
        answer = await desk.post(address, who, **body)
        assert (answer.status_code == 403) is (who not in allowed), (who, answer.text)


@pytest.mark.parametrize(
    ("address", "who", "status"),
    [
        ("/v1/findings", "office", 200),
        ("/v1/findings", "inspection", 200),
        ("/v1/findings", "unit.hrss", 403),
        ("/v1/rounds?duty=rectification&unit=hrss", "unit.hrss", 200),
        ("/v1/rounds?duty=check&unit=hrss", "unit.hrss", 200),
        ("/v1/rounds?duty=rectification", "unit.hrss", 403),
        ("/v1/rounds?duty=rectification&unit=hrss", "unit.tax", 403),
        ("/v1/rounds?duty=rectification", "office", 200),
        ("/v1/rounds?duty=judgement", "office", 422),
        ("/v1/rounds?duty=check", "channel.window", 403),
    ],
)
async def test_who_sees_which_worklist(address: str, who: str, status: int, desk: Any) -> None:
    assert (await desk.get(address, who)).status_code == status


async def test_what_is_not_there_is_unknown(desk: Any) -> None:
    for address, body, code in (
        (f"tickets/{TEXT}/findings", said(finding="concealed", text_id=TEXT), "ticket.unknown"),
        (f"findings/{TEXT}/dismissals", said(reason_id=TEXT), "finding.unknown"),
        (f"rounds/{TEXT}/checks", said(passed=True, reason_id=TEXT), "supervision.unknown"),
    ):
        refused = await desk.post(f"/v1/{address}", "office" if "findings" in address else "centre", **body)
        assert (refused.status_code, refused.json()["code"]) == (404, code)
    for address, code in (("/v1/findings", "finding.unknown"), ("/v1/rounds?duty=check", "supervision.unknown")):
        refused = await desk.client.get(
            address, params={"after": TEXT, "duty": "check"}, headers={"authorization": "Bearer key-of-centre"}
        )
        assert (refused.status_code, refused.json()["code"]) == (404, code)


async def test_a_worklist_is_read_to_its_end_page_by_page(desk: Any) -> None:
    tickets = [UUID(int=number) for number in range(100, 107)]
    for ticket in tickets:
        ids = {"ticket_id": ticket, "complaint_id": UUID(int=10_000 + ticket.int)}
        await desk.follow(*(one.model_copy(update=ids) for one in (lives.opened(), lives.finished("24 11:00"))))
    findings = [await flagged(desk, ticket) for ticket in tickets]
    assert await _pages(desk, "/v1/findings?limit=3", "finding_id") == [one["finding_id"] for one in findings]

    rounds = [(await supervised(desk, one))["rounds"][0]["round_id"] for one in findings]

    assert await _pages(desk, "/v1/rounds?duty=rectification&limit=3", "round_id") == rounds
    assert await _pages(desk, "/v1/rounds?duty=rectification&unit=hrss&limit=3", "round_id") == rounds
    assert await _pages(desk, "/v1/rounds?duty=rectification&unit=centre&limit=3", "round_id") == []


async def _pages(desk: Any, address: str, name: str) -> Sequence[str]:
    found: list[str] = []
    while address:
        answer = await desk.get(address)
        assert answer.status_code == 200, answer.text
        found += [one[name] for one in answer.json()]
        address = answer.headers.get("link", "").partition(">")[0].removeprefix("<")
    return found


async def test_a_unit_sees_a_round_but_not_the_proposal_of_the_next(desk: Any) -> None:
    finding = await flagged(desk)
    assert await seen(desk, "unit.hrss") == []

    [round_] = (await supervised(desk, finding))["rounds"]
    await _rectified(desk, round_["round_id"], passed=False)
    address = f"/v1/findings/{finding['finding_id']}/proposals"
    await ok(desk, address, "office", said(reason_id=TEXT, circular=CIRCULAR))

    [mine], [theirs] = await seen(desk, "unit.hrss"), await seen(desk, "office")
    assert (mine["state"], mine["proposal"], len(mine["rounds"])) == ("failed", None, 1)
    assert (theirs["state"], theirs["proposal"]["by"]) == ("proposed", "office/1")
