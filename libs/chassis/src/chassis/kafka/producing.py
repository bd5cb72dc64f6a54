"""Sends rows of the log: in order, idempotent, acknowledged by all replicas, as many in a request as fit."""

import asyncio
import contextlib
from collections.abc import Awaitable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, ProducerClosed
from faststream.kafka.security import parse_security

from chassis.kafka.hashing import murmur2
from chassis.kafka.login import METADATA_MS, security
from chassis.settings import Settings

_REQUEST_MS = 5_000
_BATCH_BYTES = 900 * 1024
_SEND_S = 10.0
_CLOSE_S = 2.0


@dataclass(frozen=True, slots=True)
class Record:
    """A row of the log as Kafka takes it."""

    topic: str
    key: bytes
    headers: list[tuple[str, bytes]]
    body: bytes


class Producer:
    """Sends rows of the log, in order, each at least once."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._producer: AIOKafkaProducer | None = None

    async def send(self, records: Sequence[Record]) -> None:
        """Send all. Raises KafkaError or TimeoutError when not all are acknowledged: send them again then."""
        sent = False
        try:
            async with asyncio.timeout(_SEND_S):
                await self._send(await self._ready(), records)
            sent = True
        finally:
            if not sent:
                await self._drop()

    async def close(self) -> None:
        """Leave."""
        await self._drop()

    async def _ready(self) -> AIOKafkaProducer:
        if self._producer is None:
            self._producer = AIOKafkaProducer(**_producing(self._settings))
            await self._producer.start()
            _assert_safe(self._producer)
        return self._producer

    async def _drop(self) -> None:
        """Stop without sending what is left: an idempotent batch never expires, so it would be sent again for ever."""
        if self._producer is None:
            return
        producer, self._producer = self._producer, None
        if producer._sender is not None:
            await _briefly(producer._sender.close())
        producer._closed = True
        producer._message_accumulator.fail_all(ProducerClosed())
        await _briefly(producer.client.close())

    async def _send(self, producer: AIOKafkaProducer, records: Sequence[Record]) -> None:
        spots: dict[tuple[str, int], list[Record]] = {}
        counts = {topic: len(await producer.partitions_for(topic)) for topic in {one.topic for one in records}}
        for one in records:
            spots.setdefault((one.topic, _partition(one.key, counts[one.topic])), []).append(one)
        try:
            async with asyncio.TaskGroup() as sending:
                for (topic, partition), of_spot in spots.items():
                    sending.create_task(_send_in_order(producer, topic, partition, of_spot))
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None


async def _briefly(closing: Awaitable[None]) -> None:
    with contextlib.suppress(KafkaError, TimeoutError):
        async with asyncio.timeout(_CLOSE_S):
            await closing


async def _send_in_order(producer: AIOKafkaProducer, topic: str, partition: int, records: Sequence[Record]) -> None:
    """One after the other: a batch that fails must not be overtaken by the next one."""
    for one in _batches(producer, records):
        await (await producer.send_batch(one, topic, partition=partition))


def _batches(producer: AIOKafkaProducer, records: Sequence[Record]) -> Iterator[Any]:
    """The records in as few requests as fit; `Work.tell` lets none through that is larger than a request."""
    batch = producer.create_batch()
    for one in records:
        if not _added(batch, one):
            yield batch
            batch = producer.create_batch()
            _added(batch, one)
    yield batch


def _added(batch: Any, record: Record) -> bool:
    return batch.append(key=record.key, value=record.body, timestamp=None, headers=record.headers) is not None


@lru_cache(maxsize=8192)
def _partition(key: bytes, count: int) -> int:
    """Where Kafka's own clients put this key: facts about a thing stay in order."""
    return 0 if count == 1 else (murmur2(key) & 0x7FFFFFFF) % count


def _producing(settings: Settings) -> dict[str, Any]:
    """Never aiokafka's defaults (sharp edge 4)."""
    login = security(settings)
    return {
        "bootstrap_servers": settings.kafka_servers,
        "client_id": settings.SERVICE,
        "acks": "all",
        "enable_idempotence": True,
        "request_timeout_ms": _REQUEST_MS,
        "metadata_max_age_ms": METADATA_MS,
        "max_batch_size": _BATCH_BYTES,
        "linger_ms": 0,
    } | (parse_security(login) if login else {})


def _assert_safe(producer: AIOKafkaProducer) -> None:
    if producer._txn_manager is None or producer._sender._acks != -1:
        raise AssertionError("this producer may lose or double what it sends")
