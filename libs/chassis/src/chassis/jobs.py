"""Work that a clock starts: one instance at a time, one transaction a tick."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from logging import ERROR, WARNING
from typing import Any, NamedTuple
from zlib import crc32

from chassis import outbox, telemetry
from chassis.clock import Clock
from chassis.db import Database, Session, rows
from chassis.failures import passes
from chassis.kafka import Followed
from chassis.steady import Steady
from chassis.tables import LOG_PARTITION_ROWS, log_partition
from chassis.work import Work

_TRY_LOCK = "SELECT pg_try_advisory_xact_lock(:space, :job) AS held, clock_timestamp() AS at"
_SPACE = 0x6A6F6273
_NEXT_POSITION = "SELECT last_value FROM log_position"

_log = telemetry.logger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """`run` gets a Work every so often, in real time; while another instance is at it, the tick is left out.

    When it says that there is more, the next tick follows at once. `follows` are the topics whose facts come before
    what time makes true: `work.until` is how far all of them were followed, and there is no tick before that is known.
    A job that follows topics waits while the machine's clock is in doubt, too (rules 4.7).
    """

    name: str
    every: timedelta
    run: Callable[[Work[Any]], Awaitable[bool | None]]
    follows: tuple[str, ...] = ()


class Guard(NamedTuple):
    """What a job waits for that follows topics."""

    followed: Sequence[Followed]
    steady: Steady

    async def until(self, session: Session, database_at: datetime, now: datetime) -> datetime | None:
        """How far it may take time to have passed; None while it may not at all."""
        if not await self.steady.trusted(session, database_at):
            return None
        reached = [now]
        for one in self.followed:
            if one.until is None:
                return None
            reached.append(one.until)
        return min(reached)


class Ticker:
    """Runs one job of one service; `guard` is there for a job that follows topics."""

    def __init__(
        self,
        job: Job,
        database: Database,
        clock: Clock,
        kit: Any,
        committed: Callable[[Work[Any]], None],
        guard: Guard | None = None,
    ) -> None:
        self.job = job
        self._database, self._clock, self._kit, self._committed = database, clock, kit, committed
        self._guard = guard

    async def run(self) -> None:
        """Tick until cancelled; a tick that fails is told, and the next one tries again."""
        while True:
            more = False
            try:
                more = await self.tick()
            except Exception as error:  # noqa: BLE001 - one job's bug is not the end of the other doors
                level = WARNING if passes(error) else ERROR
                _log.log(level, "job.failed", job=self.job.name, error=telemetry.failure(error))
            await asyncio.sleep(0 if more else self.job.every.total_seconds())

    async def tick(self) -> bool:
        """Run the job once, unless another instance is at it or it has to wait; whether there is more to do."""
        async with self._database.transaction() as session:
            (lock,) = await rows(session, _TRY_LOCK, space=_SPACE, job=crc32(self.job.name.encode()) - 2**31)
            work = Work(session, self._clock.now(), self._kit)
            until = await self._guard.until(session, lock.at, work.now) if self._guard and lock.held else work.now
            if not lock.held or until is None:
                return False
            work.until = until
            more = await self.job.run(work)
            await outbox.append(work)
        self._committed(work)
        return bool(more)


async def make_log_room(work: Work[Any]) -> None:
    """Make the two partitions of the log after the one that is being written."""
    (at,) = await rows(work.session, _NEXT_POSITION)
    for ahead in (1, 2):
        await rows(work.session, log_partition(at.last_value // LOG_PARTITION_ROWS + ahead))


LOG_ROOM = Job("log-room", timedelta(minutes=10), make_log_room)
"""A job of every service."""
