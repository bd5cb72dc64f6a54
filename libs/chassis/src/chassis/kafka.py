"""Kafka as the chassis uses it: batches of raw records in, whole batches out, nothing of it visible to services."""

import asyncio
import contextlib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError
from aiokafka.partitioner import murmur2
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import FAKE_CONSUMER, KafkaMessage
from faststream.kafka.security import parse_security
from faststream.security import BaseSecurity, SASLScram256

from chassis import telemetry
from chassis.batches import Stopped, Taker
from chassis.clock import SystemClock
from chassis.consumer import Message
from chassis.settings import Settings
from chassis.telemetry import metrics

BATCH_RECORDS = 1000
_BATCH_MS = 20
"""Also the blind time after an empty poll (sharp edge 3)."""
_REQUEST_MS = 5_000
_SESSION_MS = 10_000
_POLL_MS = 10 * 60 * 1000
_STALE_S = 30.0
_AGAIN_S = 1.0
_BATCH_BYTES = 900 * 1024
_SEND_S = 10.0
_CLOSE_S = 2.0
_LEAVE_S = 0.1
"""FastStream waits no longer for a handler: we have waited for the batch ourselves."""

_log = telemetry.logger(__name__)


@dataclass(frozen=True, slots=True)
class Record:
    """A row of the log as Kafka takes it."""

    topic: str
    key: bytes
    headers: list[tuple[str, bytes]]
    body: bytes


class Subscription:
    """One consumer's membership in the service's group, kept up whatever the broker does."""

    def __init__(self, settings: Settings, taker: Taker) -> None:
        self._settings, self._taker = settings, taker
        self._busy = asyncio.Lock()
        self._stopping = False
        self._broker: KafkaBroker | None = None
        self._subscriber: Any = None

    async def run(self) -> None:
        """Consume until `stop`; starting is tried again for ever."""
        while not self._stopping:
            try:
                await self._start()
            except (KafkaError, OSError) as error:
                _log.warning("consumer.waits", consumer=self._taker.consumer.name, error=telemetry.failure(error))
                await self._leave()
                await asyncio.sleep(_AGAIN_S)
            else:
                return

    async def stop(self) -> None:
        """Fetch no more, let the batch at hand be committed, leave the group."""
        self._stopping = self._taker.progress.ending = True
        async with self._busy:
            await self._leave()

    def stale(self) -> bool:
        """Whether no partition was heard of for half a minute, by the real clock."""
        consumer = getattr(self._subscriber, "consumer", None)
        if consumer is None:
            return True
        now = SystemClock().now().timestamp() * 1000
        heard = [consumer.last_poll_timestamp(at) for at in consumer.assignment()]
        return any(at is None or now - at > _STALE_S * 1000 for at in heard)

    async def _start(self) -> None:
        self._broker = _broker(self._settings)
        self._subscriber = self._subscribe(self._broker)
        await self._broker.start()

    async def _leave(self) -> None:
        if self._broker is not None:
            await self._broker.stop()
            self._broker = self._subscriber = None

    def _subscribe(self, broker: KafkaBroker) -> Any:
        settings, consumer = self._settings, self._taker.consumer
        member = f"{settings.SERVICE}-{settings.instance}-{consumer.name}" if settings.instance else None
        subscriber = broker.subscriber(
            *consumer.topics,
            batch=True,
            group_id=settings.SERVICE,
            group_instance_id=member,
            ack_policy=AckPolicy.MANUAL,
            auto_offset_reset="earliest",
            batch_timeout_ms=_BATCH_MS,
            max_records=BATCH_RECORDS,
            session_timeout_ms=_SESSION_MS,
            max_poll_interval_ms=_POLL_MS,
            parser=_whole,
            decoder=_undecoded,
        )
        subscriber(self._take)
        return subscriber

    async def _take(self, records: Any) -> None:
        async with self._busy:
            if self._stopping:
                return
            try:
                await self._taker.take([_message(one) for one in records])
                await self._commit(records)
            except Stopped:
                _log.error("consumer.stopped", consumer=self._taker.consumer.name)
        if self._taker.progress.stopped:
            await asyncio.Event().wait()  # keeps the partitions, and takes nothing more

    async def _commit(self, records: Sequence[ConsumerRecord]) -> None:
        """Commit the positions behind these records. Refused after a rebalance, they are delivered again elsewhere."""
        consumer = self._subscriber.consumer
        ends = {TopicPartition(one.topic, one.partition): one.offset + 1 for one in records}
        try:
            await consumer.commit(ends)
        except (KafkaError, IllegalStateError, CommitFailedError) as error:
            _log.warning("consumer.not-committed", consumer=self._taker.consumer.name, error=telemetry.failure(error))
        for at, end in ends.items():
            metrics.CONSUMER_LAG.labels(at.topic, at.partition).set(max((consumer.highwater(at) or end) - end, 0))


def _broker(settings: Settings) -> KafkaBroker:
    """A connection that only consumes, logs nothing of its own and looks at no annotation."""
    return KafkaBroker(
        settings.kafka_servers,
        client_id=settings.SERVICE,
        consumer_only=True,
        allow_auto_create_topics=False,
        request_timeout_ms=_REQUEST_MS * 4,
        metadata_max_age_ms=30_000,
        security=_security(settings),
        graceful_timeout=_LEAVE_S,
        logger=None,
        apply_types=False,
    )


def _security(settings: Settings) -> BaseSecurity | None:
    if settings.kafka_security == "PLAINTEXT":
        return None
    encrypted = settings.kafka_security == "SASL_SSL"
    return SASLScram256(
        settings.kafka_username,
        settings.kafka_password.get_secret_value(),
        use_ssl=encrypted,
        ssl_context=ssl.create_default_context() if encrypted else None,
    )


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


class Producer:
    """Sends rows of the log, in order, each at least once: idempotent, acknowledged by all replicas."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._producer: AIOKafkaProducer | None = None

    async def send(self, records: Sequence[Record]) -> None:
        """Send all. Raises KafkaError or TimeoutError when not all are acknowledged: send them again then."""
        try:
            async with asyncio.timeout(_SEND_S):
                await self._send(await self._ready(), records)
        except (KafkaError, TimeoutError):
            await self.close()
            raise

    async def close(self) -> None:
        """Leave, whatever was not acknowledged."""
        if self._producer is not None:
            producer, self._producer = self._producer, None
            with contextlib.suppress(KafkaError, TimeoutError):
                async with asyncio.timeout(_CLOSE_S):
                    await producer.stop()

    async def _ready(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = AIOKafkaProducer(**_producing(self._settings))
            try:
                await producer.start()
            except BaseException:
                await producer.stop()
                raise
            self._producer = producer
        return self._producer

    async def _send(self, producer: AIOKafkaProducer, records: Sequence[Record]) -> None:
        spots: dict[tuple[str, int], list[Record]] = {}
        for one in records:
            count = len(await producer.partitions_for(one.topic))
            spots.setdefault((one.topic, _partition(one.key, count)), []).append(one)
        await asyncio.gather(*(_send_in_order(producer, *spot, of) for spot, of in spots.items()))


async def _send_in_order(producer: AIOKafkaProducer, topic: str, partition: int, records: Sequence[Record]) -> None:
    """One partition's records, in as few requests as fit."""
    waiting = []
    rest = list(records)
    while rest:
        batch, taken = _filled(producer, rest)
        waiting.append(await producer.send_batch(batch, topic, partition=partition))
        del rest[:taken]
    for sent in waiting:
        await sent


def _filled(producer: AIOKafkaProducer, records: Sequence[Record]) -> tuple[Any, int]:
    batch = producer.create_batch()
    for taken, one in enumerate(records):
        if batch.append(key=one.key, value=one.body, timestamp=None, headers=one.headers) is None:
            return batch, taken
    return batch, len(records)


def _partition(key: bytes, count: int) -> int:
    """Where Kafka's own clients put this key: facts about a thing stay in order."""
    return 0 if count == 1 else int((murmur2(key) & 0x7FFFFFFF) % count)


def _producing(settings: Settings) -> dict[str, Any]:
    """Never aiokafka's defaults (sharp edge 4)."""
    security = _security(settings)
    return {
        "bootstrap_servers": settings.kafka_servers,
        "client_id": settings.SERVICE,
        "acks": "all",
        "enable_idempotence": True,
        "request_timeout_ms": _REQUEST_MS,
        "metadata_max_age_ms": 30_000,
        "max_batch_size": _BATCH_BYTES,
        "linger_ms": 0,
    } | (parse_security(security) if security else {})
