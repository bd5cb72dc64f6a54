"""Read a topic from one place to another, without a consumer group: nobody's place changes."""

import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaConnectionError, KafkaError, TopicAuthorizationFailedError

from chassis.cli.environment import Login
from chassis.cli.failure import Unable

_FETCH_MS = 500


@asynccontextmanager
async def reader(login: Login, topic: str) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer that has all partitions of the topic. Raises Unable."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    try:
        async with _started(login) as consumer:
            if topic not in await consumer.topics():
                raise Unable(f"There is no topic {topic}: `bbcs topics` lists them.")
        async with _started(login, topic) as consumer:
            yield consumer
    except KafkaConnectionError:
        raise Unable(f"Kafka at {login.servers} does not answer, or does not take this password.") from None
    except TopicAuthorizationFailedError:
        raise Unable(f"{login.username} may not read {topic}.") from None
    except KafkaError as error:
        raise Unable(f"Kafka refused: {type(error).__name__}.") from None


@asynccontextmanager
async def _started(login: Login, *topics: str) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(*topics, **_options(login))
    try:
        await consumer.start()
        yield consumer
    finally:
        await consumer.stop()


async def existing(consumer: AIOKafkaConsumer, last: int | None) -> list[ConsumerRecord]:
    """What stands on the topic now, by partition and offset: all of it, or the `last` of each partition."""
    partitions = sorted(consumer.assignment())
    starts, ends = await consumer.beginning_offsets(partitions), await consumer.end_offsets(partitions)
    for at in partitions:
        consumer.seek(at, starts[at] if last is None else max(starts[at], ends[at] - last))
    found: list[ConsumerRecord] = []
    while await _unread(consumer, ends):
        found += await arriving(consumer)
    return [record for record in found if record.offset < ends[TopicPartition(record.topic, record.partition)]]


async def _unread(consumer: AIOKafkaConsumer, ends: Mapping[TopicPartition, int]) -> bool:
    return any([await consumer.position(at) < end for at, end in ends.items()])


async def arriving(consumer: AIOKafkaConsumer) -> list[ConsumerRecord]:
    """What comes next; nothing after half a second without anything."""
    batches = await consumer.getmany(timeout_ms=_FETCH_MS)
    return [record for batch in batches.values() for record in batch]


def _options(login: Login) -> dict[str, Any]:
    plain = {
        "bootstrap_servers": login.servers,
        "security_protocol": login.security,
        "enable_auto_commit": False,
        "request_timeout_ms": 10_000,
    }
    if not login.security.startswith("SASL"):
        return plain
    return plain | {
        "sasl_mechanism": "SCRAM-SHA-256",
        "sasl_plain_username": login.username,
        "sasl_plain_password": login.password,
    }
