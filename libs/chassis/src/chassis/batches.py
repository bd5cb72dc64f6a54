"""How a batch is taken: one transaction for all of it, bisected when it fails until the culprit stands alone.

A failure is one of three. Again: database and network are waited for, for ever. Parked: what cannot be read or is
refused is set aside, the rest goes on. Stop: too many parked in a row, so it is not the messages that are wrong.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID

from chassis import inbox, outbox, parking, telemetry
from chassis.clock import Clock
from chassis.consumer import FAULT, Arrival, Consumer, Message, unread
from chassis.db import Database, Session
from chassis.failures import ClocksApart, passes, too_slow
from chassis.parking import BEHIND, Parked, Parking, place
from chassis.telemetry import metrics
from chassis.work import Work
from contracts.refusals import Refused

MOST_PARKED_IN_A_ROW = 100
_SLOWEST_S = 5.0
_FIRST_S = 0.1
_SLOW_TRIES = 2

_log = telemetry.logger(__name__)


class Stopped(Exception):  # noqa: N818 - what the consumer does
    """The batch is left as it is: too many in a row were parked, or the process ends while an outage lasts."""


@dataclass(slots=True)
class Progress:
    """What health is judged by."""

    parked_in_a_row: int = 0
    stopped: bool = False
    ending: bool = False


class Taker:
    """Takes the batches of one consumer of one service."""

    def __init__(
        self,
        consumer: Consumer,
        parking: Parking,
        database: Database,
        clock: Clock,
        kit: Any,
        committed: Callable[[Work[Any]], None],
    ) -> None:
        self.consumer = consumer
        self.progress = Progress()
        self._parking, self._database, self._clock, self._kit = parking, database, clock, kit
        self._committed = committed

    async def take(self, messages: Sequence[Message]) -> None:
        """Give every message its effect, or park it; waits for what passes by itself. Raises Stopped."""
        metrics.CONSUMER_BATCH_SIZE.observe(len(messages))
        with metrics.CONSUMER_BATCH_SECONDS.time():
            await self._take([self._read(one) for one in messages])
        if self.progress.stopped:
            raise Stopped(self.consumer.name)

    async def put_back(self) -> bool:
        """Try messages again that an operator put back, or that waited behind such a one; whether there were any.

        Raises Stopped when the process ends meanwhile, or when it cannot be noted that one failed again.
        """
        ids: list[UUID] = []
        await self._must(lambda: self._runnable(ids))
        return any([await self._try_again(id_) for id_ in ids])

    async def _runnable(self, ids: list[UUID]) -> None:
        async with self._database.transaction() as session:
            ids[:] = await self._parking.runnable(session)

    async def _try_again(self, id_: UUID) -> bool:
        tried: list[UUID] = []
        error = await self._outcome(lambda: self._put_back(id_, tried))
        if error is not None:
            await self._must(lambda: self._failed_again(id_, error))
        return bool(tried)

    def _read(self, message: Message) -> Arrival | Parked:
        try:
            return self.consumer.read(message)
        except Refused as error:
            return Parked(message, *unread(error))
        except Exception as error:  # noqa: BLE001 - a reader's bug is parked like a handler's
            _log.error("message.unread", topic=message.topic, error=telemetry.failure(error))
            return Parked(message, *unread(error))

    async def _take(self, batch: Sequence[Arrival | Parked]) -> None:
        """Take it together, or else apart; what is too slow together may not be so apart."""
        error = await self._outcome(lambda: self._together(batch), slow=_SLOW_TRIES if len(batch) > 1 else None)
        if error is not None:
            await self._apart(batch, error)

    async def _apart(self, batch: Sequence[Arrival | Parked], error: Exception) -> None:
        """Each half alone; a single culprit is parked."""
        if len(batch) > 1:
            for half in (batch[: len(batch) // 2], batch[len(batch) // 2 :]):
                if self.progress.stopped:
                    raise Stopped(self.consumer.name)
                await self._take(half)
            return
        one = batch[0]
        code, fields = unread(error)
        _log.warning("message.parked", topic=one.message.topic, code=code, error=telemetry.failure(error))
        await self._must(lambda: self._together([Parked(one.message, code, fields, _fact_id(one))]))

    async def _must(self, attempt: Callable[[], Awaitable[None]]) -> None:
        """Set aside what failed. Raises Stopped if even that cannot be done: nothing may go on then."""
        error = await self._outcome(attempt)
        if error is not None:
            self.progress.stopped = True
            _log.error("consumer.cannot-park", consumer=self.consumer.name, error=telemetry.failure(error))
            raise Stopped(self.consumer.name)

    async def _outcome(self, attempt: Callable[[], Awaitable[None]], slow: int | None = None) -> Exception | None:
        """None once the attempt succeeds, repeated while it fails for what passes; else what it raised.

        With `slow`, what fails so often for being too slow is given up.
        """
        wait = _FIRST_S
        for tried in count(1):
            try:
                await attempt()
            except Exception as error:  # noqa: BLE001 - the one place that tells outages, refusals and bugs apart
                if not passes(error) or (slow is not None and tried >= slow and too_slow(error)):
                    return error
                _log.warning("consumer.waits", consumer=self.consumer.name, wait_s=wait, error=telemetry.failure(error))
            else:
                return None
            if self.progress.ending:
                raise Stopped(self.consumer.name)
            await asyncio.sleep(wait)
            wait = min(wait * 2, _SLOWEST_S)
        raise AssertionError("counting has no end")

    async def _together(self, batch: Sequence[Arrival | Parked]) -> None:
        async with self._database.transaction() as session:
            handled, parked = await self._sorted(session, batch)
            work = await self._handle(session, handled)
            facts, settled = await self._parking.park(session, parked, work.now, work.new_id)
            work.tell(*facts)
            await outbox.append(work)
        self._committed(work)
        self._count(batch, [one for one in parked if place(one.message) not in settled])
        for fact in facts:
            metrics.PARKED.labels(fact.topic, fact.code).inc()

    async def _sorted(self, session: Session, batch: Sequence[Arrival | Parked]) -> tuple[list[Arrival], list[Parked]]:
        """What can be handled, and what is parked for itself or waits behind something parked."""
        blocked = await self._parking.blocked(session, [one.message for one in batch])
        handled: list[Arrival] = []
        parked: list[Parked] = []
        for one in batch:
            at = (one.message.topic, one.message.key) if self.consumer.ordered and one.message.key is not None else None
            if isinstance(one, Arrival) and at not in blocked:
                handled.append(one)
                continue
            parked.append(one if isinstance(one, Parked) else Parked(one.message, BEHIND, fact_id=_fact_id(one)))
            if at is not None:
                blocked.add(at)
        return handled, parked

    async def _handle(self, session: Session, arrivals: Sequence[Arrival]) -> Work[Any]:
        """The handler's work on those that it has not taken before."""
        work = Work(session, self._clock.now(), self._kit, {id(one.value): one.cause for one in arrivals})
        self._sure_of_time(arrivals, work.now)
        fresh = await self._fresh(work, arrivals)
        if fresh:
            with telemetry.span(f"{self.consumer.name} handle"):
                await self.consumer.handler(work, [one.value for one in fresh])
        return work

    def _sure_of_time(self, arrivals: Sequence[Arrival], now: datetime) -> None:
        """Raises ClocksApart for what was told later than now."""
        ahead = self.consumer.ahead
        if ahead and any(one.cause.told_at and one.cause.told_at > now + ahead for one in arrivals):
            raise ClocksApart

    async def _fresh(self, work: Work[Any], arrivals: Sequence[Arrival]) -> list[Arrival]:
        if not self.consumer.ordered:
            return list(arrivals)
        first = {one.cause.fact_id: one for one in reversed(arrivals) if one.cause.fact_id}
        new = await inbox.claim(work.session, self.consumer.name, first.keys(), work.now)
        return [one for one in arrivals if one.cause.fact_id in new and first[one.cause.fact_id] is one]

    async def _put_back(self, id_: UUID, tried: list[UUID]) -> None:
        async with self._database.transaction() as session:
            row = await self._parking.hold(session, id_)
            if row is None:
                return
            tried.append(id_)
            work = await self._handle(session, [self.consumer.read(self._parking.message(row))])
            await parking.done(session, [id_], work.now)
            await outbox.append(work)
        self._committed(work)

    async def _failed_again(self, id_: UUID, error: Exception) -> None:
        async with self._database.transaction() as session:
            await parking.failed_again(session, id_, *unread(error))

    def _count(self, batch: Sequence[Arrival | Parked], parked: Sequence[Parked]) -> None:
        """Whether it goes on like this. For what channels say their own mistakes are no reason to stop, faults are."""
        reasons = {id(one.message): one.code for one in parked}
        for one in batch:
            code = reasons.get(id(one.message))
            if code is None:
                self.progress.parked_in_a_row = 0
            elif code == FAULT or (self.consumer.ordered and code != BEHIND):
                self.progress.parked_in_a_row += 1
        self.progress.stopped |= self.progress.parked_in_a_row >= MOST_PARKED_IN_A_ROW


def _fact_id(one: Arrival | Parked) -> UUID | None:
    return one.cause.fact_id if isinstance(one, Arrival) else one.fact_id
