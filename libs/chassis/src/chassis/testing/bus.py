"""A test's own hands on Kafka, as its super user."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from chassis.testing.patience import PATIENCE_S
from chassis.testing.servers import Servers


@dataclass(frozen=True)
class Raw:
    """A record as it is sent."""

    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes | None]] = field(default_factory=list)


class Bus:
    """Makes topics, writes and reads records."""

    def __init__(self, servers: Servers) -> None:
        self.servers = servers
        self.login = {
            "bootstrap_servers": servers.kafka_servers,
            "security_protocol": servers.kafka_security,
            "sasl_mechanism": "SCRAM-SHA-256",
            "sasl_plain_username": servers.kafka_username,
            "sasl_plain_password": servers.kafka_password,
        }

    async def topics(self, *names: str, partitions: int = 1) -> None:
        """Make those of the topics that are not there."""
        admin = AIOKafkaAdminClient(**self.login)
        await admin.start()
        try:
            there = await admin.list_topics()
            await admin.create_topics([NewTopic(name, partitions, 1) for name in names if name not in there])
        finally:
            await admin.close()

    async def send(self, topic: str, *records: Raw, **options: Any) -> list[tuple[int, int]]:
        """Send the records, in order; where they stand then: partition and offset. `options` are aiokafka's."""
        producer = AIOKafkaProducer(**self.login, acks="all", enable_idempotence=True, linger_ms=20, **options)
        await producer.start()
        try:
            sent = [await producer.send(topic, one.value, one.key, headers=one.headers) for one in records]
            return [(done.partition, done.offset) for done in await asyncio.gather(*sent)]
        finally:
            await producer.stop()

    async def read(self, topic: str, enough: Callable[[list[ConsumerRecord]], bool]) -> list[ConsumerRecord]:
        """The topic's records from its beginning, as soon as there are enough. Raises TimeoutError after PATIENCE_S."""
        consumer = AIOKafkaConsumer(topic, **self.login, auto_offset_reset="earliest", enable_auto_commit=False)
        await consumer.start()
        found: list[ConsumerRecord] = []
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not enough(found):
                    for records in (await consumer.getmany(timeout_ms=50)).values():
                        found += records
        finally:
            await consumer.stop()
        return found

    async def keyed(self, topic: str, keys: Sequence[object]) -> list[ConsumerRecord]:
        """The topic's records with these keys, as soon as there is one of each."""
        wanted = {str(key).encode() for key in keys}
        found = await self.read(topic, lambda read: {one.key for one in read} >= wanted)
        return [one for one in found if one.key in wanted]
