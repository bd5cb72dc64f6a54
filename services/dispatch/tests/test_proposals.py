"""The directory desk on the real PostgreSQL: proposals, versions at their time, tickets of dissolved units."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest

from contracts.complaints import ComplaintRegistered
from contracts.refusals import REFUSALS
from dispatch import usecases
from dispatch.domain import Directory

Complaint = Callable[..., ComplaintRegistered]
DISTRICT, TOWN, OTHER_TOWN = "310151000000", "310151101000", "310151102000"
SOCIAL = "000111001001"
TAX = {
    "change": "list-unit",
    "code": "tax",
    "name": "样例税务局",
    "kind": "department",
    "credit_code": "123101510000000028",
}
TO_TOWN = {"change": "own", "matter": SOCIAL, "place": TOWN, "unit": "town-a"}
END_B = [
    {"change": "end-unit", "code": "town-b", "successor": "town-a"},
    {"change": "list-place", "code": OTHER_TOWN, "name": "样例乙镇", "parent": DISTRICT, "centre": "town-a"},
]


@pytest.fixture(autouse=True)
async def as_it_was(desk: Any, directory: Directory) -> AsyncIterator[None]:
    """Every test begins with the sample directory, at ten, and with nothing proposed."""
    yield
    await desk.rows("UPDATE directory_proposal SET state = 'rejected' WHERE state <> 'in-force'")
    await desk.import_(directory)


def person(who: str) -> tuple[str, str]:
    principal, _, officer = who.partition("/")
    return principal, officer


async def propose(desk: Any, *changes: object, by: str = "office/1", **more: object) -> httpx2.Response:
    principal, officer = person(by)
    said = {"officer": officer, "basis": "沪崇政办〔2026〕12号", "changes": changes, **more}
    answer: httpx2.Response = await desk.client.post(
        "/v1/directory/proposals", json=said, headers=desk.credential(principal)
    )
    return answer


async def settle(desk: Any, proposal: object, how: str, by: str = "office/2") -> httpx2.Response:
    principal, officer = person(by)
    answer: httpx2.Response = await desk.client.post(
        f"/v1/directory/proposals/{proposal}/{how}", json={"officer": officer}, headers=desk.credential(principal)
    )
    return answer


async def get(desk: Any, address: str, principal: str = "inspection") -> httpx2.Response:
    answer: httpx2.Response = await desk.client.get(f"/v1/directory/{address}", headers=desk.credential(principal))
    return answer


async def made(desk: Any, *changes: object, **more: Any) -> str:
    answer = await propose(desk, *changes, **more)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["proposal_id"])


async def confirmed(desk: Any, *changes: object, **more: Any) -> dict[str, Any]:
    answer = await settle(desk, await made(desk, *changes, **more), "confirm")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def state(desk: Any, proposal: object) -> str:
    return str((await get(desk, f"proposals/{proposal}")).json()["state"])


async def tick(desk: Any, run: Callable[[Any], Any] = usecases.enact_due) -> None:
    """Do what the job does once."""
    async with desk.running.work() as work:
        await run(work)


async def newest(desk: Any) -> int:
    return int((await get(desk, "units")).json()["version"])


def code(answer: httpx2.Response) -> str:
    problem = answer.json()
    assert answer.status_code == problem["status"] == REFUSALS[problem["code"]].status
    return str(problem["code"])


def wrong(answer: httpx2.Response) -> list[tuple[str, str, str]]:
    problems = answer.json()["details"]["problems"]
    assert all(one["meaning"] for one in problems)
    return [(one["where"], one["field"], one["code"]) for one in problems]


async def test_proposed_by_the_centre_and_confirmed_by_the_office_it_holds_at_once(desk: Any) -> None:
    before = await newest(desk)
    proposal = await made(desk, TO_TOWN, by="centre/0412")
    assert (await newest(desk), await state(desk, proposal)) == (before, "proposed")
    done = (await settle(desk, proposal, "confirm", "office/0412")).json()
    assert (done["state"], done["version"], done["against"]) == ("in-force", before + 1, before)
    assert (await settle(desk, proposal, "confirm", "office/0412")).json() == done
    assert await newest(desk) == before + 1
    last = (await get(desk, "versions")).json()[-1]
    assert (last["proposed_by"], last["confirmed_by"], last["basis"], last["proposal_id"], last["matters"]) == (
        "centre/0412",
        "office/0412",
        "沪崇政办〔2026〕12号",
        proposal,
        1,
    )


async def test_one_person_is_not_two(desk: Any) -> None:
    proposal = await made(desk, TO_TOWN)
    assert code(await settle(desk, proposal, "confirm", "office/1")) == "second-person.same"
    assert await state(desk, proposal) == "proposed"


@pytest.mark.parametrize("who", ["centre/2", "inspection/2", "unit.hrss/2", "service.revisit/2", "channel.window/2"])
async def test_the_office_alone_confirms(who: str, desk: Any) -> None:
    proposal = await made(desk, TO_TOWN)
    assert code(await settle(desk, proposal, "confirm", who)) == "principal.not-allowed"


@pytest.mark.parametrize(
    ("principal", "propose_", "see"),
    [
        ("office", 201, 200),
        ("centre", 201, 200),
        ("inspection", 403, 200),
        ("service.revisit", 403, 200),
        ("unit.hrss", 403, 403),
        ("channel.window", 403, 403),
        ("stranger", 401, 401),
    ],
)
async def test_who_may_propose_and_see(principal: str, propose_: int, see: int, desk: Any) -> None:
    assert (await propose(desk, TO_TOWN, by=f"{principal}/9", basis=principal)).status_code == propose_
    proposal = await made(desk, TO_TOWN)
    for address in ("proposals", f"proposals/{proposal}", f"proposals/{proposal}/dry-run", "versions"):
        assert (await get(desk, address, principal)).status_code == see


async def test_said_again_it_is_the_same_proposal_while_it_is_open(desk: Any) -> None:
    first = await propose(desk, TO_TOWN)
    answers = await asyncio.gather(*(propose(desk, TO_TOWN) for _ in range(3)))
    assert {one.status_code for one in answers} == {200}
    assert {one.json()["proposal_id"] for one in answers} == {first.json()["proposal_id"]}
    others = await asyncio.gather(propose(desk, TO_TOWN, by="office/3"), propose(desk, TO_TOWN, basis="13"))
    assert [one.status_code for one in others] == [201, 201]
    no = [(await settle(desk, first.json()["proposal_id"], "reject")).json() for _ in range(2)]
    assert (no[0], no[0]["rejected_by"]) == (no[1], "office/2")
    assert (await propose(desk, TO_TOWN)).status_code == 201


async def test_a_rejected_one_is_not_confirmed_and_one_in_force_not_rejected(desk: Any) -> None:
    proposal = await made(desk, TO_TOWN)
    await settle(desk, proposal, "reject")
    assert code(await settle(desk, proposal, "confirm", "office/3")) == "proposal.settled"
    done = await confirmed(desk, TO_TOWN, basis="13")
    assert code(await settle(desk, done["proposal_id"], "reject", "office/3")) == "proposal.settled"
    assert code(await settle(desk, UUID(int=1), "confirm")) == "proposal.unknown"


async def test_everything_that_is_wrong_is_said_in_chinese_and_nothing_kept(desk: Any) -> None:
    """A circle, two owners of one matter at one place, an orphan."""
    answer = await propose(
        desk, TAX | {"parent": "tax"}, TO_TOWN, TO_TOWN | {"unit": "hrss"}, {"change": "end-unit", "code": "town-b"}
    )
    assert code(answer) == "proposal.invalid"
    assert wrong(answer) == [
        ("changes.0", "parent", "parent.circle"),
        ("changes.2", "place", "owner.twice"),
        ("place.310151102000", "centre", "unit.unknown"),
    ]
    same = await propose(desk, TO_TOWN | {"place": DISTRICT, "unit": "hrss"})
    assert (code(same), wrong(same)) == ("proposal.invalid", [("changes.0", "", "changes.nothing")])
    assert (await get(desk, "proposals?state=proposed")).json() == []


@pytest.mark.parametrize(
    "said",
    [
        {"changes": []},
        {"changes": [{"change": "rename"}]},
        {"changes": [TAX | {"phone": "1"}]},
        {"officer": "张三"},
        {"basis": ""},
        {"basis": "x" * 201},
        {"basis": "12\u202e"},
        {"effective_at": "2026-12-01T00:00:00"},
        {"effective_at": "soon"},
        {"reason": "x"},
    ],
)
async def test_what_is_no_proposal_is_refused(said: dict[str, object], desk: Any) -> None:
    right = {"officer": "1", "basis": "12", "changes": [TO_TOWN]}
    answer = await desk.client.post("/v1/directory/proposals", json=right | said, headers=desk.credential("office"))
    assert code(answer) == "request.invalid"


async def test_what_fits_no_longer_is_not_confirmed(desk: Any) -> None:
    proposal = await made(desk, *END_B)
    await confirmed(desk, TO_TOWN | {"unit": "town-b"})
    answer = await settle(desk, proposal, "confirm")
    assert code(answer) == "proposal.unfit"
    assert wrong(answer) == [(f"matter.{SOCIAL}", "unit", "unit.unknown")]
    assert await state(desk, proposal) == "proposed"
    assert code(await get(desk, f"proposals/{proposal}/dry-run")) == "proposal.unfit"


async def test_the_proposals_are_read_in_pages(desk: Any) -> None:
    wanted = [await made(desk, TO_TOWN, basis=str(number)) for number in range(3)]
    seen, address = [], "proposals?state=proposed&limit=2"
    while address:
        answer = await get(desk, address)
        seen += [(one["proposal_id"], one["size"]) for one in answer.json()]
        address = answer.links.get("next", {}).get("url", "").removeprefix("/v1/directory/")
    assert seen == [(one, 1) for one in wanted]


@pytest.fixture
def later(now: datetime) -> Callable[[float], str]:
    """An instant so many hours after ten."""
    return lambda hours: (now + timedelta(hours=hours)).isoformat()


async def test_at_their_time_they_hold_in_the_order_of_their_times(
    desk: Any, later: Callable[[float], str], now: datetime
) -> None:
    """The second one needs the first; it was proposed and confirmed before it, when it fitted."""
    before = await newest(desk)
    to_hrss = await confirmed(desk, TO_TOWN | {"unit": "hrss"}, effective_at=later(2))
    to_a = await confirmed(desk, TO_TOWN, effective_at=later(1))
    await tick(desk)
    assert (to_a["state"], await newest(desk)) == ("confirmed", before)
    desk.clock.set(now + timedelta(hours=1))
    await tick(desk)
    assert (await newest(desk), await state(desk, to_hrss["proposal_id"])) == (before + 1, "confirmed")
    desk.clock.set(now + timedelta(days=2))
    await tick(desk)
    await tick(desk)
    last = (await get(desk, "versions")).json()[-1]
    assert (last["version"], last["proposal_id"]) == (before + 2, to_hrss["proposal_id"])
    assert last["effective_at"] == "2026-11-25T04:00:00.000Z"
    desk.clock.set(now)


async def test_one_that_fits_no_longer_at_its_time_holds_nobody_up(
    desk: Any, later: Callable[[float], str], now: datetime
) -> None:
    before = await newest(desk)
    bad = await confirmed(desk, *END_B, effective_at=later(1))
    good = await confirmed(desk, TO_TOWN | {"place": OTHER_TOWN}, effective_at=later(2))
    await confirmed(desk, TO_TOWN | {"unit": "town-b"})
    desk.clock.set(now + timedelta(hours=3))
    await tick(desk)
    desk.clock.set(now)
    shown = (await get(desk, f"proposals/{bad['proposal_id']}")).json()
    assert (shown["state"], [one["code"] for one in shown["problems"]]) == ("unfit", ["unit.unknown"])
    assert await state(desk, good["proposal_id"]) == "in-force"
    assert await newest(desk) == before + 2


async def test_a_time_that_has_passed_is_refused_and_a_scheduled_one_can_be_called_off(
    desk: Any, later: Callable[[float], str], now: datetime
) -> None:
    assert code(await propose(desk, TO_TOWN, effective_at=later(0))) == "time.past"
    waiting = await confirmed(desk, TO_TOWN, effective_at=later(1))
    assert (await settle(desk, waiting["proposal_id"], "reject", "office/3")).status_code == 200
    before = await newest(desk)
    desk.clock.set(now + timedelta(hours=2))
    await tick(desk)
    desk.clock.set(now)
    assert await newest(desk) == before


async def test_a_new_unit_waits_for_its_topics_and_what_needs_it_waits_behind(
    desk: Any, later: Callable[[float], str], now: datetime
) -> None:
    before, unit = await newest(desk), TAX | {"code": "brand-new"}
    assert (await confirmed(desk, TO_TOWN | {"place": OTHER_TOWN}))["state"] == "in-force"
    first = await confirmed(desk, unit, effective_at=later(1))
    second = await confirmed(desk, TO_TOWN | {"unit": "brand-new"}, effective_at=later(2))
    both = [first["proposal_id"], second["proposal_id"]]
    desk.clock.set(now + timedelta(hours=3))
    await tick(desk)
    assert [await state(desk, one) for one in both] == ["awaiting-topics", "confirmed"]
    assert (await newest(desk), await desk.told("unit.brand-new")) == (before + 1, [])
    async with desk.running.work() as work:
        assert await usecases.to_provide_for(work) == ["brand-new"]
        await usecases.provided(work, ["brand-new"])
    desk.clock.set(now)
    assert [await state(desk, one) for one in both] == ["in-force", "in-force"]
    assert await desk.told("unit.brand-new") == ["directory unit.listed.v1"]


async def test_a_new_unit_without_a_time_waits_for_its_topics_at_once(desk: Any) -> None:
    before = await newest(desk)
    done = await confirmed(desk, TAX)
    assert (done["state"], await newest(desk)) == ("awaiting-topics", before)
    assert code(await propose(desk, TO_TOWN | {"unit": "tax"})) == "proposal.invalid"
    assert (await settle(desk, done["proposal_id"], "reject", "office/3")).json()["state"] == "rejected"


async def test_a_dry_run_says_what_would_have_gone_elsewhere(desk: Any, complaint: Complaint) -> None:
    opened = await desk.open(*(complaint(place_code=TOWN) for _ in range(7)), complaint(place_code=OTHER_TOWN))
    ids = sorted((str(one.ticket_id) for one in opened[:7]), reverse=True)
    run = (await get(desk, f"proposals/{await made(desk, TO_TOWN)}/dry-run?last=8")).json()
    assert run["examined"] == 8
    assert run["rerouted"] == [
        {
            "matter_code": SOCIAL,
            "place_code": TOWN,
            "now": {"unit": "hrss", "rule": "matter-owner", "queue_reason": None},
            "then": {"unit": "town-a", "rule": "matter-owner", "queue_reason": None},
            "tickets": 7,
            "ticket_ids": ids[:5],
        }
    ]
    assert run["inherited"] == []


@pytest.mark.parametrize("last", ["0", "100001", "x"])
async def test_a_dry_run_over_nothing_or_too_much_is_refused(last: str, desk: Any) -> None:
    assert code(await get(desk, f"proposals/{await made(desk, TO_TOWN)}/dry-run?last={last}")) == "request.invalid"
