"""Work that a clock starts: one instance at a time, one transaction a tick."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from logging import ERROR, WARNING
from typing import Any
from zlib import crc32

from chassis import outbox, telemetry
from chassis.clock import Clock
from chassis.db import Database, rows
from chassis.failures import passes
from chassis.tables import LOG_PARTITION_ROWS, log_partition
from chassis.work import Work

_TRY_LOCK = "SELECT pg_try_advisory_xact_lock(:space, :job) AS held"
_SPACE = 0x6A6F6273
_NEXT_POSITION = "SELECT last_value FROM log_position"

_log = telemetry.logger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """`run` gets a Work every so often, in real time; while another instance is at it, the tick is left out."""

    name: str
    every: timedelta
    run: Callable[[Work[Any]], Awaitable[None]]


class Ticker:
    """Runs one job of one service."""

    def __init__(
        self, job: Job, database: Database, clock: Clock, kit: Any, committed: Callable[[Work[Any]], None]
    ) -> None:
        self.job = job
        self._database, self._clock, self._kit, self._committed = database, clock, kit, committed

    async def run(self) -> None:
        """Tick until cancelled; a tick that fails is told, and the next one tries again."""
        while True:
            try:
                await self.tick()
            except Exception as error:  # noqa: BLE001 - one job's bug is not the end of the other doors
                level = WARNING if passes(error) else ERROR
                _log.log(level, "job.failed", job=self.job.name, error=telemetry.failure(error))
            await asyncio.sleep(self.job.every.total_seconds())

    async def tick(self) -> None:
        """Run the job once, unless another instance is at it."""
        async with self._database.transaction() as session:
            (lock,) = await rows(session, _TRY_LOCK, space=_SPACE, job=crc32(self.job.name.encode()) - 2**31)
            if not lock.held:
                return
            work = Work(session, self._clock.now(), self._kit)
            await self.job.run(work)
            await outbox.append(work)
        self._committed(work)


async def make_log_room(work: Work[Any]) -> None:
    """Make the two partitions of the log after the one that is being written."""
    (at,) = await rows(work.session, _NEXT_POSITION)
    for ahead in (1, 2):
        await rows(work.session, log_partition(at.last_value // LOG_PARTITION_ROWS + ahead))


LOG_ROOM = Job("log-room", timedelta(minutes=10), make_log_room)
"""A job of every service."""
