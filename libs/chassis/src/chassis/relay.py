"""Publishes a service's log of facts in order: at least once, the same ids, one relay at work per service.

The log is read behind a cursor: `high` is the last position read, and `holes` are positions below it that were not to
be seen, because a transaction had not committed yet or never will. Reading the cursor's holes and the tail in one
statement sees one snapshot, so nothing slips between them. A hole is dead once every transaction that was running when
it was noticed has ended and it still does not show.
"""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aiokafka.errors import KafkaError

from chassis import telemetry
from chassis.clock import Clock
from chassis.db import Database, Session, rows
from chassis.failures import passes
from chassis.kafka import Producer, Record
from chassis.telemetry import metrics
from contracts import base

ROWS = 2000
_POLL_S = 0.1
_PASSIVE_S = 1.0
_FIRST_S = 0.2
_SLOWEST_S = 3.0
_LATE_S = 60.0
_LOCK = 0x62626373_6C6F6720

_READ = """
    SELECT cursor.high, cursor.holes, cursor.generation,
        CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint) AS oldest,
        log.position, log.id, log.topic, log.key, log.sequence, log.type, log.told_at, log.correlation, log.causation,
        log.traceparent, log.body
    FROM log_cursor AS cursor
    LEFT JOIN LATERAL (
        (SELECT * FROM log WHERE position = ANY (CAST(:holes AS bigint[])) ORDER BY position LIMIT :most)
        UNION ALL
        (SELECT * FROM log WHERE position > CAST(:high AS bigint) ORDER BY position LIMIT :most)
        ORDER BY position LIMIT :most
    ) AS log ON cursor.generation = :generation
    ORDER BY log.position
"""
"""No row joins when the cursor was set back meanwhile: it is read again then."""

_HOLD = "SELECT pg_try_advisory_lock(:lock) AS held"
_CURSOR = "SELECT high, holes, generation FROM log_cursor"
_NEXT_XACT = "SELECT CAST(CAST(pg_current_xact_id() AS text) AS bigint) AS id"
_MOVE = """
    UPDATE log_cursor SET high = :high, holes = CAST(:holes AS jsonb) WHERE generation = :generation RETURNING high
"""

_log = telemetry.logger(__name__)


@dataclass(frozen=True, slots=True)
class Cursor:
    """Everything up to `high` was sent, but for the holes: position by the transaction id before which it was begun."""

    high: int
    holes: dict[int, int]
    generation: int

    def written(self) -> dict[str, Any]:
        """The cursor as its row."""
        holes = [{"position": at, "before": before} for at, before in self.holes.items()]
        return {"high": self.high, "holes": json.dumps(holes), "generation": self.generation}


class Relay:
    """One service's relay. `wake` is set when something was told in this process; the rest is looked for."""

    def __init__(self, service: str, database: Database, producer: Producer, clock: Clock) -> None:
        self.wake = asyncio.Event()
        self.turned_at = time.monotonic()
        self.active = False
        self._service, self._database, self._producer, self._clock = service, database, producer, clock
        self._stopping = False

    async def run(self) -> None:
        """Publish until `stop`; whatever fails is waited for and sent again."""
        try:
            await self._publish_patiently()
        finally:
            await self._producer.close()

    async def _publish_patiently(self) -> None:
        wait = _FIRST_S
        while not self._stopping:
            try:
                await self._hold_lock()
                wait = _FIRST_S
            except Exception as error:
                if not (passes(error) or isinstance(error, KafkaError)):
                    raise
                _log.warning("relay.waits", wait_s=wait, error=telemetry.failure(error))
                await asyncio.sleep(wait)
                wait = min(wait * 2, _SLOWEST_S)
            finally:
                self.active = False

    def late(self) -> bool:
        """Whether for a minute it could neither publish nor find that there is nothing to publish."""
        return time.monotonic() - self.turned_at > _LATE_S

    def stop(self) -> None:
        """End once everything that was told is sent, or at the next failure."""
        self._stopping = True
        self.wake.set()

    async def _hold_lock(self) -> None:
        """Publish while this connection holds the lock; it is gone with the connection, and so are we."""
        async with self._database.connection() as connection:
            (lock,) = await rows(connection, _HOLD, lock=_LOCK)
            if not lock.held:
                self.turned_at = time.monotonic()
                await asyncio.sleep(_PASSIVE_S)
                return
            self.active = True
            cursor = _cursor((await rows(connection, _CURSOR))[0])
            drained = False
            while not (self._stopping and drained):
                cursor, drained = await self._step(connection, cursor)
                self.turned_at = time.monotonic()

    async def _step(self, connection: Session, cursor: Cursor) -> tuple[Cursor, bool]:
        """Send what there is and move the cursor, or wait for more; the cursor, and whether there was nothing."""
        self.wake.clear()
        found = await rows(
            connection, _READ, holes=list(cursor.holes), high=cursor.high, generation=cursor.generation, most=ROWS
        )
        if found[0].generation != cursor.generation:
            return _cursor(found[0]), False
        seen = [row for row in found if row.position is not None]
        moved = await _moved(connection, cursor, [row.position for row in seen], found[0].oldest)
        await self._publish(seen)
        if moved != cursor:
            await rows(connection, _MOVE, **moved.written())
        if len(seen) < ROWS and not (seen and self._stopping):
            await self._wait()
        return moved, not seen

    async def _publish(self, seen: Sequence[Any]) -> None:
        age = self._clock.now() - seen[0].told_at if seen else timedelta()
        metrics.LOG_AGE.set(max(age.total_seconds(), 0.0))
        if not seen:
            return
        await self._producer.send([self._record(row) for row in seen])
        for topic, count in Counter(row.topic for row in seen).items():
            metrics.LOG_RELAYED.labels(topic).inc(count)

    def _record(self, row: Any) -> Record:
        _, _, _, _, _, fact_id, topic, key, sequence, type_, at, correlation, causation, traceparent, body = row
        said = base.headers(self._service, type_, fact_id, at, key, sequence, correlation, causation, traceparent)
        return Record(topic, key.encode(), said, body)

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(_POLL_S):
                await self.wake.wait()
        except TimeoutError:
            return


async def _moved(connection: Session, cursor: Cursor, seen: Sequence[int], oldest: int) -> Cursor:
    """The cursor after these positions, in a snapshot in which every transaction below `oldest` has ended.

    When there was more than could be read at once, holes above the last that was read were not looked at.
    """
    shown = set(seen)
    high = max(cursor.high, max(seen, default=0))
    looked_at = seen[-1] if len(seen) == ROWS else high
    open_holes = {
        at: before for at, before in cursor.holes.items() if at not in shown and (before > oldest or at > looked_at)
    }
    missed = [at for at in range(cursor.high + 1, high) if at not in shown]
    if missed:
        (following,) = await rows(connection, _NEXT_XACT)
        open_holes |= dict.fromkeys(missed, following.id)
    return Cursor(high, open_holes, cursor.generation)


def _cursor(row: Any) -> Cursor:
    holes = {one["position"]: one["before"] for one in json.loads(row.holes)}
    return Cursor(row.high, holes, row.generation)
