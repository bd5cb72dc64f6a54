"""Kafka as bare aiokafka gives it: says messages on topics, and reads what is told."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError
from tests.load.complaints import Said

_PATIENCE_S = 10.0
_LEAVE_S = 2.0
_POLL_MS = 100
_TRY_AGAIN_S = 0.2

Spots = Mapping[TopicPartition, int]


@dataclass(frozen=True, slots=True)
class Login:
    """How one principal signs in."""

    servers: str
    username: str
    password: str

    def arguments(self) -> dict[str, Any]:
        """What every aiokafka client takes."""
        return {
            "bootstrap_servers": self.servers,
            "security_protocol": "SASL_PLAINTEXT",
            "sasl_mechanism": "SCRAM-SHA-256",
            "sasl_plain_username": self.username,
            "sasl_plain_password": self.password,
            "metadata_max_age_ms": 5_000,
        }


@asynccontextmanager
async def producer(login: Login, **more: Any) -> AsyncIterator[AIOKafkaProducer]:
    """A producer that loses nothing."""
    made = await _started(login, **more)
    try:
        yield made
    finally:
        await _stopped(made)


async def _started(login: Login, **more: Any) -> AIOKafkaProducer:
    settings = {"acks": "all", "enable_idempotence": True, "request_timeout_ms": 5_000, "linger_ms": 2} | more
    made = AIOKafkaProducer(**login.arguments(), **settings)
    try:
        await made.start()
    except BaseException:
        await _stopped(made)
        raise
    return made


async def _stopped(made: AIOKafkaProducer) -> None:
    """Stop it, whatever is not acknowledged: left alone while the broker is away, it would go on sending."""
    try:
        async with asyncio.timeout(_LEAVE_S):
            await made.stop()
    except (KafkaError, TimeoutError):
        await _briefly(made._sender.close())
        await _briefly(made.client.close())


async def _briefly(leaving: Awaitable[None]) -> None:
    """Wait for it, not for ever: aiokafka may wait for answers of a broker that has gone."""
    with suppress(KafkaError, TimeoutError):
        async with asyncio.timeout(_LEAVE_S):
            await leaving


class Speaker:
    """Says messages on the channels' topics, each channel as itself, whatever happens to the broker."""

    def __init__(self, logins: Mapping[str, Login]) -> None:
        self._logins = logins
        self._producers: dict[str, AIOKafkaProducer] = {}

    async def say(self, messages: Sequence[Said]) -> None:
        """Say them, in order; what was not acknowledged is said again."""
        by_channel: dict[str, list[Said]] = {}
        for one in messages:
            by_channel.setdefault(one.channel, []).append(one)
        await asyncio.gather(*(self._say(channel, said) for channel, said in by_channel.items()))

    async def close(self) -> None:
        """Let go of the broker."""
        for channel in list(self._producers):
            await self._drop(channel)

    async def _say(self, channel: str, messages: Sequence[Said]) -> None:
        while True:
            try:
                return await send(await self._producer(channel), messages)
            except (KafkaError, OSError, TimeoutError):
                await self._drop(channel)
                await asyncio.sleep(_TRY_AGAIN_S)

    async def _producer(self, channel: str) -> AIOKafkaProducer:
        if channel not in self._producers:
            self._producers[channel] = await _started(self._logins[channel])
        return self._producers[channel]

    async def _drop(self, channel: str) -> None:
        if channel in self._producers:
            await _stopped(self._producers.pop(channel))


async def send(made: AIOKafkaProducer, messages: Iterable[Said]) -> None:
    """Send messages by their keys. Raises KafkaError or TimeoutError unless all are acknowledged."""
    async with asyncio.timeout(_PATIENCE_S):
        sent = [await made.send(one.topic, one.value, one.key, headers=list(one.headers)) for one in messages]
        await asyncio.gather(*sent)


class Reader:
    """Reads topics from where it stands to their end, and stands there then. Failed, it may be asked again."""

    def __init__(self, login: Login, wanted: Callable[[str], bool]) -> None:
        self._login, self._wanted = login, wanted
        self._positions: dict[TopicPartition, int] = {}
        self._partitions: list[TopicPartition] = []
        self._consumer: AIOKafkaConsumer | None = None

    async def skip(self) -> None:
        """Stand at the end of everything."""
        self._positions = dict(await self.sizes())
        await self.close()  # the next consumer begins there

    async def sizes(self) -> Spots:
        """Where every partition ends."""
        async with self._asking() as consumer:
            return dict(await consumer.end_offsets(self._partitions))

    async def read(self, see: Callable[[Any], None]) -> int:
        """See every record up to the ends as they are now, each once; how many there were."""
        async with self._asking() as consumer:
            ends = await consumer.end_offsets(self._partitions)
            behind = {at: end for at, end in ends.items() if self._positions.get(at, 0) < end}
            return await self._read(consumer, behind, see)

    async def _read(self, consumer: AIOKafkaConsumer, behind: Spots, see: Callable[[Any], None]) -> int:
        count = 0
        while any(self._positions.get(at, 0) < end for at, end in behind.items()):
            for at, records in (await consumer.getmany(timeout_ms=_POLL_MS, max_records=5000)).items():
                for record in records:
                    see(record)
                count += len(records)
                self._positions[at] = records[-1].offset + 1
        return count

    async def close(self) -> None:
        """Let go of the broker."""
        if self._consumer is not None:
            consumer, self._consumer = self._consumer, None
            await _briefly(consumer.stop())

    @asynccontextmanager
    async def _asking(self) -> AsyncIterator[AIOKafkaConsumer]:
        """A consumer that stands where we do, made anew after a failure."""
        try:
            async with asyncio.timeout(_PATIENCE_S * 6):
                if self._consumer is None:
                    await self._begin()
                yield self._consumer
        except BaseException:
            await self.close()
            raise

    async def _begin(self) -> None:
        self._partitions = self._partitions or await partitions(self._login, self._wanted)
        self._consumer = consumer = AIOKafkaConsumer(
            **self._login.arguments(),
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            max_partition_fetch_bytes=4 * 1024 * 1024,
            fetch_max_wait_ms=_POLL_MS,
            request_timeout_ms=5_000,
        )
        await consumer.start()
        consumer.assign(self._partitions)
        for at in self._partitions:
            consumer.seek(at, self._positions.get(at, 0))


async def partitions(login: Login, wanted: Callable[[str], bool]) -> list[TopicPartition]:
    """Every partition of the wanted topics."""
    client = AIOKafkaClient(**login.arguments())
    try:
        await client.bootstrap()
        cluster = await client.fetch_all_metadata()
    finally:
        await client.close()
    topics = sorted(filter(wanted, cluster.topics()))
    return [TopicPartition(topic, at) for topic in topics for at in cluster.partitions_for_topic(topic)]


def is_channel(topic: str) -> bool:
    """Whether channels speak there."""
    return topic.startswith("channels.") and not topic.endswith(".parked")


def is_told(topic: str) -> bool:
    """Whether services tell facts about complaints and tickets there."""
    return topic in {"complaints", "tickets"} or topic.startswith("dispatch.") or topic.endswith(".parked")
