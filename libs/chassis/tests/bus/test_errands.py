"""Work that leaves the database: claimed, carried out with no transaction open, settled; whatever goes wrong."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from chassis.errands import Errand, Errander


class Doing:
    """Things to be done, how many are under way, and how they were settled."""

    def __init__(self, *things: str) -> None:
        self.left, self.settled = list(things), list[tuple[str, str]]()
        self.at_it, self.most = 0, 0

    async def claim(self, _: Any, most: int) -> Sequence[str]:
        taken, self.left = self.left[:most], self.left[most:]
        return taken

    async def carry_out(self, _: Any, thing: str) -> str:
        self.at_it, self.most = self.at_it + 1, max(self.most, self.at_it + 1)
        try:
            await (asyncio.Event().wait() if thing == "hangs" else asyncio.sleep(0.02))
        finally:
            self.at_it -= 1
        if thing == "fails":
            raise ZeroDivisionError
        return "done"

    async def settle(self, work: Any, thing: str, outcome: str) -> None:
        assert work.session
        self.settled.append((thing, outcome))

    def errand(self, most: int = 2) -> Errand:
        return Errand(
            "test", timedelta(milliseconds=5), timedelta(seconds=0.2), most, self.claim, self.carry_out, self.settle
        )


def with_errand(tiny: Any, errand: Errand) -> None:
    tiny.harness.service = replace(tiny.harness.service, errands=(errand,))


async def test_each_is_settled_as_it_came_out_and_no_more_are_under_way_than_may(tiny: Any, hands: Any) -> None:
    doing = Doing(*"abcde")
    with_errand(tiny, doing.errand())
    async with tiny.running_doors("jobs"):
        await hands.happens(lambda: len(doing.settled) == 5)
    assert sorted(doing.settled) == [(one, "done") for one in "abcde"]
    assert doing.most == 2


async def test_one_that_fails_or_hangs_is_not_settled_and_others_go_on(tiny: Any, hands: Any) -> None:
    doing = Doing("fails", "hangs", "a", "b")
    with_errand(tiny, doing.errand())
    async with tiny.running_doors("jobs"):
        await hands.happens(lambda: len(doing.settled) == 2 and doing.at_it == 0)
    assert sorted(doing.settled) == [("a", "done"), ("b", "done")]


async def test_what_is_under_way_ends_with_the_service(tiny: Any, hands: Any) -> None:
    doing = Doing("hangs")
    with_errand(tiny, replace(doing.errand(), within=timedelta(minutes=1)))
    async with tiny.running_doors("jobs"):
        await hands.happens(lambda: doing.at_it)
    assert (doing.at_it, doing.settled) == (0, [])


async def test_a_claim_that_took_too_long_leaves_the_thing_to_others(tiny: Any) -> None:
    """As a process does that was frozen in between: the time counts from before the claim."""
    doing = Doing("a")

    async def slowly(work: Any, most: int) -> Sequence[str]:
        await asyncio.sleep(0.3)
        return await doing.claim(work, most)

    runner = Errander(replace(doing.errand(), claim=slowly), tiny.harness.work, None)
    task = asyncio.create_task(runner.run())
    while doing.left:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert doing.settled == []
