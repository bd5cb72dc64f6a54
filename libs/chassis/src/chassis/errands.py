"""Work that leaves the database: claimed in one transaction, carried out with none open, settled in another."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from logging import ERROR, WARNING
from typing import Any

from chassis import telemetry
from chassis.failures import passes
from chassis.work import Work

_log = telemetry.logger(__name__)


@dataclass(frozen=True, slots=True)
class Errand:
    """`claim` takes at most so many things, every so often; each is carried out by itself, and settled as it came out.

    At most `most` are under way. None of them goes on later than `within` after its claim began, so a claim that keeps
    others off for longer, by the database's own clock, means that two instances never carry out one thing at one time.
    What is not settled (a kill, a lost database) is for the next one who may claim it.
    """

    name: str
    every: timedelta
    within: timedelta
    most: int
    claim: Callable[[Work[Any], int], Awaitable[Sequence[Any]]]
    carry_out: Callable[[Any, Any], Awaitable[Any]]
    settle: Callable[[Work[Any], Any, Any], Awaitable[None]]


class Errander:
    """Runs one errand of one service; any number of instances may."""

    def __init__(self, errand: Errand, work: Callable[[], AbstractAsyncContextManager[Work[Any]]], kit: Any) -> None:
        self.errand = errand
        self._work, self._kit, self._under_way = work, kit, 0

    async def run(self) -> None:
        """Claim and send off until cancelled, which ends what is under way too; what fails is told and tried again."""
        async with asyncio.TaskGroup() as out:
            while True:
                await self._telling(self._send_off(out))
                await asyncio.sleep(self.errand.every.total_seconds())

    async def _send_off(self, out: asyncio.TaskGroup) -> None:
        room = self.errand.most - self._under_way
        if room <= 0:
            return
        until = asyncio.get_running_loop().time() + self.errand.within.total_seconds()
        async with self._work() as work:
            claimed = await self.errand.claim(work, room)
        self._under_way += len(claimed)
        for one in claimed:
            out.create_task(self._go(one, until))

    async def _go(self, one: Any, until: float) -> None:
        try:
            await self._telling(self._carry_out(one, until))
        finally:
            self._under_way -= 1

    async def _carry_out(self, one: Any, until: float) -> None:
        """A process that was frozen finds its time over, and leaves the thing to whoever claimed it since."""
        async with asyncio.timeout_at(until):
            outcome = await self.errand.carry_out(self._kit, one)
        async with self._work() as work:
            await self.errand.settle(work, one, outcome)

    async def _telling(self, doing: Awaitable[None]) -> None:
        try:
            await doing
        except Exception as error:  # noqa: BLE001 - one errand's bug is not the end of the other doors
            level = WARNING if passes(error) else ERROR
            _log.log(level, "errand.failed", job=self.errand.name, error=telemetry.failure(error))
