"""What a dissolved unit still had to do is its heir's: to ask, to explain, to put right; the centre's without one."""

from typing import Any
from uuid import UUID

import pytest

from chassis.testing import lives
from chassis.testing.lives import TICKET
from contracts.directory import UnitListed
from contracts.vocabulary import UnitKind
from revisit import jobs, usecases
from revisit.domain import heir

_ACTION = {"action_id": str(UUID(int=77)), "officer": "7"}


def unit(code: str, version: int, *, listed: bool = True, successor: str | None = None) -> UnitListed:
    said: dict[str, Any] = {"name": code, "kind": UnitKind.DEPARTMENT, "credit_code": "113101510000000785"}
    at = lives.at("25 09:00")
    return UnitListed(code=code, version=version, listed_at=at, listed=listed, successor=successor, **said)


async def directory(desk: Any, *facts: UnitListed) -> None:
    """Facts about units come in one batch, and the job has its tick."""
    async with desk.harness.work() as work:
        await usecases.inheriting.list_units(work, facts)
    await tick(desk)


async def tick(desk: Any) -> None:
    async with desk.harness.work() as work:
        await jobs.dissolved.run(work)


async def told(desk: Any) -> int:
    types: list[str] = await desk.told()
    return types.count("duties.inherited.v1")


async def flagged(desk: Any, tried: Any) -> Any:
    """The unit heard that it is not solved, and the rating is bad: both wait."""
    [mine] = await desk.worklist("hrss")
    answer = {"rating": 1, "solved": False}
    address = f"/v1/revisits/{mine['revisit_id']}/attempts"
    assert (await desk.post(address, "unit.hrss", **tried(answer=answer))).status_code == 200
    [finding] = (await desk.get("/v1/findings", "office")).json()
    return finding


async def test_the_successor_asks_in_its_place(desk: Any, tried: Any) -> None:
    [before] = await desk.worklist("hrss")
    await directory(desk, unit("hrss", 2, listed=False, successor="tax"))
    await tick(desk)
    assert await told(desk) == 1
    assert await desk.worklist("hrss") == []
    [mine] = await desk.worklist("tax", "unit.tax")
    assert mine == before | {"caller": "tax"}
    answer = await desk.post(f"/v1/revisits/{mine['revisit_id']}/attempts", "unit.tax", **tried())
    assert answer.status_code == 200, answer.text
    seen = (await desk.get(f"/v1/tickets/{TICKET}/revisits", "unit.tax")).json()
    assert seen["answers"][0]["unit"]["by"] == "unit.tax/7"


async def test_without_a_successor_the_centre_asks(desk: Any, tried: Any) -> None:
    await directory(desk, unit("hrss", 2, listed=False))
    desk.at("26 10:00")  # the unit had the first day for itself
    assert await desk.worklist("hrss") == []
    mine = [one for one in await desk.worklist("centre") if one["kind"] == "unit"]
    answer = await desk.post(
        f"/v1/revisits/{mine[0]['revisit_id']}/attempts", **tried(when="2026-11-26T09:30:00+08:00")
    )
    assert (answer.status_code, answer.json()["result"]) == (200, "answered"), answer.text


async def test_what_waits_for_a_word_or_for_judgement_goes_along(desk: Any, tried: Any) -> None:
    finding = await flagged(desk, tried)
    await directory(desk, unit("hrss", 2, listed=False, successor="tax"))
    assert (await desk.get("/v1/findings", "office", unit="hrss")).json() == []
    [mine] = (await desk.get("/v1/findings", "office", unit="tax")).json()
    assert mine == finding | {"unit": "tax"}
    [rating] = (await desk.get("/v1/ratings", "unit.tax", unit="tax")).json()
    explained = _ACTION | {"how": "explained", "text_id": str(UUID(int=5))}
    address = f"/v1/ratings/{rating['answer_id']}/explanations"
    assert (await desk.post(address, "unit.hrss", **explained)).status_code == 404
    assert (await desk.post(address, "unit.tax", **explained)).status_code == 200


async def test_an_open_round_is_put_right_by_the_successor(desk: Any, tried: Any) -> None:
    finding = await flagged(desk, tried)
    address = f"/v1/findings/{finding['finding_id']}"
    circular = {"number": "〔2026〕12号", "text_id": str(UUID(int=5))}
    proposed = {"action_id": str(UUID(int=1)), "officer": "1", "reason_id": str(UUID(int=6)), "circular": circular}
    proposal = (await desk.post(f"{address}/proposals", "office", **proposed)).json()["proposal"]
    confirmed = {"action_id": str(UUID(int=2)), "officer": "2", "proposal_id": proposal["proposal_id"]}
    await desk.post(f"{address}/confirmations", "office", **confirmed)
    await directory(desk, unit("hrss", 2, listed=False, successor="tax"))
    [mine] = (await desk.get("/v1/rounds", "unit.tax", duty="rectification", unit="tax")).json()
    reported = _ACTION | {"text_id": str(UUID(int=7))}
    assert (
        await desk.post(f"/v1/rounds/{mine['round_id']}/rectifications", "unit.hrss", **reported)
    ).status_code == 404
    assert (await desk.post(f"/v1/rounds/{mine['round_id']}/rectifications", "unit.tax", **reported)).status_code == 200


async def test_what_comes_up_later_goes_the_same_way(desk: Any, tried: Any) -> None:
    await directory(desk, unit("hrss", 2, listed=False, successor="tax"))
    [mine] = await desk.worklist("tax")
    address = f"/v1/revisits/{mine['revisit_id']}/attempts"
    await desk.post(address, "unit.tax", **tried(answer={"rating": 1, "solved": False}))
    await tick(desk)
    assert await told(desk) == 2
    assert len((await desk.get("/v1/ratings", "unit.tax", unit="tax")).json()) == 1
    await tick(desk)
    assert await told(desk) == 2


async def test_a_unit_that_is_listed_again_keeps_what_comes(desk: Any) -> None:
    await directory(desk, unit("hrss", 3), unit("hrss", 2, listed=False, successor="tax"))
    await directory(desk, unit("hrss", 2, listed=False, successor="tax"))
    assert len(await desk.worklist("hrss")) == 1
    assert await told(desk) == 0


@pytest.mark.parametrize(
    ("dissolved", "expected"),
    [
        ({"a": "b"}, "b"),
        ({"a": None}, None),
        ({"a": "b", "b": "c"}, "c"),
        ({"a": "b", "b": None}, None),
        ({"a": "b", "b": "a"}, None),
    ],
)
def test_the_heir_is_the_last_that_is_listed(dissolved: dict[str, str | None], expected: str | None) -> None:
    assert heir("a", dissolved) == expected
