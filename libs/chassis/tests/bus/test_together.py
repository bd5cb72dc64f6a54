"""Many requests in one transaction: each gets its own answer, after COMMIT, and its own refusal."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from chassis.db import rows
from chassis.together import Together
from chassis.work import Work
from contracts.refusals import Refused


class Desk:
    """A use case over the service's table that refuses what a test says."""

    def __init__(self, hands: Any) -> None:
        self.hands, self.refused, self.sizes, self.hold = hands, set[Any](), list[int](), asyncio.Event()

    async def note(self, work: Work[Any], asked: Sequence[Any]) -> list[Any]:
        await self.hold.wait()
        self.sizes.append(len(asked))
        if self.refused & set(asked):
            raise Refused("complaint.invalid")
        for one in asked:
            await rows(work.session, "INSERT INTO effect (complaint_id) VALUES (:id)", id=one)
            work.tell(self.hands.waits(one))
        return [f"answer to {one}" for one in asked]


async def test_what_comes_meanwhile_is_carried_out_together_and_answered_one_by_one(tiny: Any, hands: Any) -> None:
    desk = Desk(hands)
    ids = [hands.complaint().complaint_id for _ in range(21)]
    async with tiny.running_doors("relay") as running:
        call: Together[Any, Any] = Together(running, desk.note)
        asking = asyncio.gather(*map(call, ids))
        await asyncio.sleep(0)
        desk.hold.set()
        assert await asking == [f"answer to {one}" for one in ids]
        assert await tiny.effects(21) == ids
        assert len(await tiny.told(ids)) == 21
    assert len(desk.sizes) < 21


async def test_one_that_is_refused_does_not_touch_the_others(tiny: Any, hands: Any) -> None:
    desk = Desk(hands)
    ids = [hands.complaint().complaint_id for _ in range(20)]
    desk.refused = {ids[3], ids[11]}
    desk.hold.set()
    async with tiny.running_doors("relay") as running:
        call: Together[Any, Any] = Together(running, desk.note)
        answers = await asyncio.gather(*map(call, ids), return_exceptions=True)
        assert len(await tiny.effects(18)) == 18
    refused = [one for one, answer in zip(ids, answers, strict=True) if isinstance(answer, Refused)]
    assert refused == [ids[3], ids[11]]


async def test_an_outage_is_everybodys_at_once(tiny: Any, hands: Any) -> None:
    desk = Desk(hands)
    desk.hold.set()

    async def away(_: Any, __: Any) -> list[Any]:
        raise ConnectionRefusedError

    async with tiny.running_doors("relay") as running:
        call: Together[Any, Any] = Together(running, away)
        for answer in await asyncio.gather(*map(call, range(5)), return_exceptions=True):
            assert isinstance(answer, ConnectionRefusedError)
        with pytest.raises(ConnectionRefusedError):
            await call(6)
