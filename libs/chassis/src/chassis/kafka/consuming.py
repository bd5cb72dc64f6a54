"""Consumes topics as a member of the service's group: whole batches of raw records, committed after COMMIT."""

import asyncio
import contextlib
import time
from collections.abc import Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import FAKE_CONSUMER, KafkaMessage

from chassis import telemetry
from chassis.batches import Stopped, Taker
from chassis.consumer import Message
from chassis.kafka.login import METADATA_MS, security
from chassis.kafka.quiet import be_quiet
from chassis.kafka.tolerant import be_tolerant
from chassis.kafka.waiting import ended, within
from chassis.settings import Settings
from chassis.telemetry import metrics

_BLIND_MS = 5
"""The time after an empty poll in which nothing is seen (sharp edge 3)."""
_FETCH_BYTES = 64 * 1024
"""Held for each partition that there is more of; a larger record comes alone."""
_REQUEST_MS = 20_000
_SESSION_MS = 10_000
_POLL_MS = 10 * 60 * 1000
_STALE_S = 30.0
_DEAF_S = 10.0
_AGAIN_S = 1.0
_COMMIT_S = 10.0
_LAST_COMMIT_S = 2.0
_LOOK_S = 10.0
_COMMIT_EVERY_S = 0.25
"""Apart from the batches, which need not wait for it: what a crash leaves uncommitted has its effect already."""
_UNCOMMITTED = 3
"""After so many refused commits in a row the membership is made anew."""
_LONGEST_REST_S = 1.0
"""A batch that took long waited for the database: there is no room to be left then."""
_LEAVE_S = 0.1
"""FastStream waits no longer for a handler: we have waited for the batch ourselves."""

_log = telemetry.logger(__name__)
be_tolerant()


class Subscription:
    """One consumer's membership in the service's group, kept up whatever the broker does."""

    def __init__(self, settings: Settings, taker: Taker) -> None:
        self._settings, self._taker = settings, taker
        self._name = taker.consumer.name
        self._busy = asyncio.Lock()
        self._stopping = asyncio.Event()
        self._broker: KafkaBroker | None = None
        self._subscriber: Any = None
        self._member = False
        self._ends: dict[TopicPartition, int] = {}
        self._uncommitted = 0
        self._sight = Sight()

    async def run(self) -> None:
        """Consume until `stop`; then fetch no more, let the batch at hand be committed, and leave the group."""
        stopping, keeping = asyncio.create_task(self._stopping.wait()), asyncio.create_task(self._keep())
        try:
            await asyncio.wait({stopping, keeping}, return_when=asyncio.FIRST_COMPLETED)
            async with self._busy:
                if keeping.done():
                    keeping.result()
        finally:
            stopping.cancel()
            keeping.cancel()
            await asyncio.wait({stopping, keeping})
            await self._leave()

    def stop(self) -> None:
        """Have `run` come to its end."""
        self._taker.progress.ending = True
        self._stopping.set()

    def stale(self) -> bool:
        """Whether for half a minute there was no progress although there is something to do, or nothing was heard."""
        return not self._member or time.monotonic() - self._sight.turned_at > _STALE_S

    async def _keep(self) -> None:
        """Be a member, for ever."""
        while True:
            try:
                await self._join()
                await self._watch()
            except (KafkaError, OSError) as error:
                _log.warning("consumer.waits", consumer=self._name, error=telemetry.failure(error))
            async with self._busy:
                await self._leave()
            await asyncio.sleep(_AGAIN_S)

    async def _join(self) -> None:
        self._ends, self._uncommitted, self._sight = {}, 0, Sight()
        self._broker = _broker(self._settings)
        self._subscriber = self._subscribe(self._broker)
        await be_quiet(self._broker)
        await self._broker.start()
        _assert_safe(self._subscriber.consumer)
        self._member = True

    async def _watch(self) -> None:
        """Look at the consumer and commit, until it must be made anew. Raises KafkaError when its connection is."""
        coordination = self._subscriber.consumer._coordinator._coordination_task
        while self._uncommitted < _UNCOMMITTED and not coordination.done() and not self._deaf():
            with contextlib.suppress(IllegalStateError):  # partitions move at this moment
                await within(_LOOK_S, self._sight.look(self._subscriber.consumer))
            await self._commit(_COMMIT_S)
            await asyncio.sleep(_COMMIT_EVERY_S)

    def _deaf(self) -> bool:
        """Whether nothing came of a consumer for long that is at no batch: it may choke on errors, one a partition."""
        return not self._busy.locked() and time.monotonic() - self._sight.turned_at > _DEAF_S

    async def _leave(self) -> None:
        broker, self._broker = self._broker, None
        if broker is not None:
            consumer = self._subscriber.consumer if self._member else None
            if consumer is not None:
                await self._commit(_LAST_COMMIT_S)
            if not await ended(broker.stop()):
                await self._leave_alone(consumer)
        self._member = False
        self._sight.forget()

    async def _leave_alone(self, consumer: AIOKafkaConsumer | None) -> None:
        """Take its connections from a consumer that does not come to its end, whatever it says then."""
        _log.warning("consumer.left-alone", consumer=self._name)
        if consumer is not None:
            await asyncio.gather(ended(consumer._fetcher.close()), ended(consumer._client.close()))

    def _subscribe(self, broker: KafkaBroker) -> Any:
        settings = self._settings
        subscriber = broker.subscriber(
            *self._taker.consumer.topics,
            pattern=self._taker.consumer.pattern,
            batch=True,
            group_id=settings.SERVICE,
            group_instance_id=f"{settings.SERVICE}-{settings.instance}-{self._name}" if settings.instance else None,
            ack_policy=AckPolicy.MANUAL,
            auto_offset_reset="earliest",
            batch_timeout_ms=_BLIND_MS,
            max_records=self._taker.consumer.most,
            max_partition_fetch_bytes=_FETCH_BYTES,
            session_timeout_ms=_SESSION_MS,
            max_poll_interval_ms=_POLL_MS,
            parser=_whole,
            decoder=_undecoded,
        )
        subscriber(self._take)
        return subscriber

    async def _take(self, records: Any) -> None:
        progress, begun = self._taker.progress, time.monotonic()
        async with self._busy:
            if not (progress.stopped or progress.ending):
                await self._carry_out(records)
        if progress.stopped:
            await asyncio.Event().wait()  # keeps the partitions, and takes nothing more
        if self._taker.consumer.rest and len(records) >= self._taker.consumer.most:
            took = time.monotonic() - begun
            await asyncio.sleep(min(self._taker.consumer.rest * took, _LONGEST_REST_S))

    async def _carry_out(self, records: Sequence[ConsumerRecord]) -> None:
        """Whatever comes out of a batch: nothing after it may be committed before it is."""
        progress, whole = self._taker.progress, False
        try:
            await self._taker.take([_message(one) for one in records])
            whole = True
        except Stopped:
            _log.error("consumer.stopped", consumer=self._name, count=progress.parked_in_a_row)
        finally:
            progress.stopped |= not (whole or progress.ending)
        if whole:
            ends = {TopicPartition(one.topic, one.partition): one.offset + 1 for one in records}
            self._ends |= ends
            self._sight.passed(ends)

    async def _commit(self, seconds: float) -> None:
        """Commit what was taken. What is not committed, or refused after a rebalance, is delivered again."""
        consumer, ends = self._subscriber.consumer, self._ends
        ours = {at: end for at, end in ends.items() if at in consumer.assignment()}
        self._ends = {}
        if not ours:
            return
        try:
            await within(seconds, consumer.commit(ours))
        except (KafkaError, IllegalStateError, TimeoutError) as error:
            self._uncommitted += 1
            _log.warning("consumer.not-committed", consumer=self._name, error=telemetry.failure(error))
        else:
            self._uncommitted = 0


class Sight:
    """What is seen of a consumer from outside: how far it is behind, and when it made progress last."""

    def __init__(self) -> None:
        self.turned_at = time.monotonic()
        self._done: dict[TopicPartition, int] = {}
        self._heard: dict[TopicPartition, int | None] = {}

    def passed(self, ends: dict[TopicPartition, int]) -> None:
        """Everything before these positions is done."""
        self._done |= ends
        self.turned_at = time.monotonic()

    async def look(self, consumer: AIOKafkaConsumer) -> None:
        """Measure the lag; with nothing to do, hearing from the broker is progress."""
        seen = {at: (consumer.last_poll_timestamp(at), consumer.highwater(at)) for at in consumer.assignment()}
        for at in self._heard.keys() - seen.keys():
            self._lost(at)
        behind = [await self._behind(consumer, at, end or 0) for at, (_, end) in seen.items()]
        if not any(behind) and all(when != self._heard.get(at) for at, (when, _) in seen.items()):
            self.turned_at = time.monotonic()
        self._heard = {at: when for at, (when, _) in seen.items()}

    async def _behind(self, consumer: AIOKafkaConsumer, at: TopicPartition, end: int) -> int:
        if at not in self._done:
            self._done[at] = await consumer.position(at)
        behind = max(end - self._done[at], 0)
        metrics.CONSUMER_LAG.labels(at.topic, at.partition).set(behind)
        return behind

    def forget(self) -> None:
        """No partition is ours any more."""
        for at in tuple(self._heard):
            self._lost(at)
        self._heard = {}

    def _lost(self, at: TopicPartition) -> None:
        self._done.pop(at, None)
        metrics.CONSUMER_LAG.remove(at.topic, at.partition)


def _broker(settings: Settings) -> KafkaBroker:
    """A connection that only consumes, logs nothing of its own and looks at no annotation."""
    return KafkaBroker(
        settings.kafka_servers,
        client_id=settings.SERVICE,
        consumer_only=True,
        allow_auto_create_topics=False,
        request_timeout_ms=_REQUEST_MS,
        metadata_max_age_ms=METADATA_MS,
        security=security(settings),
        graceful_timeout=_LEAVE_S,
        logger=None,
        apply_types=False,
    )


def _assert_safe(consumer: Any) -> None:
    """FastStream passes on what we say; a newer one that does not would lose messages (sharp edges 1, 4)."""
    if consumer._enable_auto_commit or consumer._auto_offset_reset != "earliest":
        raise AssertionError("this consumer would lose messages")


async def _whole(records: tuple[ConsumerRecord, ...]) -> KafkaMessage:
    """The batch as it came: nothing is decoded here, so nothing can fail (sharp edge 2)."""
    return KafkaMessage(raw_message=records, body=records, headers={}, consumer=FAKE_CONSUMER)


async def _undecoded(message: KafkaMessage) -> Any:
    return message.raw_message


def _message(record: ConsumerRecord) -> Message:
    return Message(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        sent_at_ms=record.timestamp,
        key=record.key,
        headers=tuple(record.headers),
        value=record.value,
    )
