"""A tiny service on the real servers: it notes every complaint, and tells that its ticket waits."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from chassis import outbox
from chassis.clock import new_id
from chassis.consumer import Facts, Message, Messages
from chassis.db import Database, migrate, rows
from chassis.running import Running
from chassis.service import Service
from chassis.settings import Settings
from chassis.work import Work
from contracts import base
from contracts.complaints import ComplaintRegistered
from contracts.refusals import Refused
from contracts.tickets import TicketQueuedForManualDispatch
from contracts.vocabulary import Channel, QueueReason, ReporterKind

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
PATIENCE_S = 40.0
_NUMBERS = count(1)


async def until(look: Callable[[], Awaitable[Any]]) -> Any:
    """What `look` finds, as soon as it finds something."""
    async with asyncio.timeout(PATIENCE_S):
        while not (found := await look()):
            await asyncio.sleep(0.02)
    return found


@dataclass
class Script:
    """What the handler does beside its work: it is called with each batch before and after."""

    before: Callable[[Work[Any], Sequence[Any]], Awaitable[None]] | None = None
    after: Callable[[Work[Any], Sequence[Any]], Awaitable[None]] | None = None
    batches: list[int] = field(default_factory=list)


async def note(work: Work[Script], facts: Sequence[ComplaintRegistered]) -> None:
    """One effect and one fact for each complaint."""
    script = work.kit
    script.batches.append(len(facts))
    if script.before:
        await script.before(work, facts)
    for fact in facts:
        said = {"id": fact.complaint_id, "code": fact.matter_code}
        await rows(work.session, "INSERT INTO effect (complaint_id, matter_code) VALUES (:id, :code)", **said)
        work.tell(waits(fact.complaint_id), because=fact)
    if script.after:
        await script.after(work, facts)


def waits(ticket_id: UUID) -> TicketQueuedForManualDispatch:
    """A fact that the service tells."""
    reason = QueueReason.NO_OWNER
    return TicketQueuedForManualDispatch(
        ticket_id=ticket_id, complaint_id=ticket_id, reason=reason, directory_version=1, queued_at=NOW
    )


def complaint(complaint_id: UUID | None = None, matter: str | None = None) -> ComplaintRegistered:
    """A fact that the service consumes."""
    return ComplaintRegistered(
        complaint_id=complaint_id or new_id(NOW),
        channel=Channel.WINDOW,
        reporter_kind=ReporterKind.CITIZEN,
        submitted_at=NOW,
        registered_at=NOW,
        matter_code=matter,
    )


@dataclass(frozen=True)
class Raw:
    """A record as it is sent."""

    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes | None]]


def raw(fact: ComplaintRegistered, sequence: int = 1) -> Raw:
    """The fact as intake's relay would send it; each call gives it a new id."""
    key = fact.key
    headers = base.headers(
        "intake", fact.TYPE, new_id(NOW), NOW, key, sequence, f"correlation of {key}", None, "00-" + "a" * 32 + "-1-01"
    )
    return Raw(key.encode(), fact.model_dump_json().encode(), list(headers))


class Bus:
    """The test's own hands on Kafka."""

    def __init__(self, servers: Any) -> None:
        self.servers = servers
        self.login = {
            "bootstrap_servers": servers.kafka_servers,
            "security_protocol": servers.kafka_security,
            "sasl_mechanism": "SCRAM-SHA-256",
            "sasl_plain_username": servers.kafka_username,
            "sasl_plain_password": servers.kafka_password,
        }

    async def topic(self, name: str, partitions: int = 3) -> str:
        """A new topic and the one for what is parked of it."""
        admin = AIOKafkaAdminClient(**self.login)
        await admin.start()
        try:
            await admin.create_topics([NewTopic(name, partitions, 1), NewTopic(f"{name}.parked", 1, 1)])
        finally:
            await admin.close()
        return name

    async def send(self, topic: str, *records: Raw) -> list[tuple[int, int]]:
        """Where the records stand after they were sent, in order, as one batch a partition."""
        producer = AIOKafkaProducer(**self.login, acks="all", enable_idempotence=True, linger_ms=20)
        await producer.start()
        try:
            sent = [await producer.send(topic, one.value, one.key, headers=one.headers) for one in records]
            return [(done.partition, done.offset) for done in await asyncio.gather(*sent)]
        finally:
            await producer.stop()

    async def read(self, topic: str, enough: Callable[[list[ConsumerRecord]], bool]) -> list[ConsumerRecord]:
        """The topic's records from its beginning, until there are enough."""
        consumer = AIOKafkaConsumer(topic, **self.login, auto_offset_reset="earliest")
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

    async def told(self, keys: Sequence[UUID]) -> list[ConsumerRecord]:
        """The facts on `tickets` of these keys, as soon as each has one."""
        wanted = {str(key).encode() for key in keys}
        found = await self.read("tickets", lambda read: {one.key for one in read} >= wanted)
        return [one for one in found if one.key in wanted]


@dataclass
class Tiny:
    """The service, its topic, its database and what its handler is told to do."""

    bus: Bus
    topic: str
    service: Service
    settings: Settings
    script: Script
    database: Database
    running: list[Running] = field(default_factory=list)

    @asynccontextmanager
    async def running_doors(self, *doors: str) -> AsyncIterator[Running]:
        """An instance of the service with these doors open."""
        running = Running(self.service, self.settings, doors or ("consumers", "relay"))
        task = asyncio.create_task(running.run())
        try:
            yield running
        finally:
            running.end()
            await task

    async def rows(self, sql: str, **said: Any) -> Sequence[Any]:
        """Rows of the service's database."""
        async with self.database.transaction() as session:
            return await rows(session, sql, **said)

    async def effects(self, how_many: int) -> list[UUID]:
        """The complaints that had their effect, in order, as soon as there are so many."""

        async def look() -> list[UUID]:
            found = [row.complaint_id for row in await self.rows("SELECT complaint_id FROM effect ORDER BY n")]
            return found if len(found) >= how_many else []

        return list(await until(look))

    async def parked(self, how_many: int, state: str = "waiting") -> Sequence[Any]:
        """The parked rows in a state, in the order in which they were parked, as soon as there are so many."""

        async def look() -> Sequence[Any]:
            found = await self.rows("SELECT * FROM parked WHERE state = :state ORDER BY id", state=state)
            return found if len(found) >= how_many else ()

        found: Sequence[Any] = await until(look)
        return found

    async def settle(self, state: str, code: str) -> None:
        """What an operator does to parked messages of a code."""
        await self.rows("UPDATE parked SET state = :state WHERE code = :code", state=state, code=code)

    async def tell(self, *facts: base.Fact) -> None:
        """Write facts into the service's log in a transaction."""
        async with self.database.transaction() as session:
            work: Work[None] = Work(session, NOW, None)
            work.tell(*facts)
            await outbox.append(session, work.told)


@pytest.fixture(scope="session")
async def bus(servers: Any) -> Bus:
    """Kafka with the topic that the service tells on."""
    bus = Bus(servers)
    await bus.topic("tickets")
    return bus


Make = Callable[..., Awaitable[Tiny]]


@pytest.fixture
async def make(bus: Bus, servers: Any) -> AsyncIterator[Make]:
    """Makes a tiny service with a topic and a database of its own; `parse` makes it read messages that are no facts."""
    made: list[Tiny] = []

    async def build(parse: Callable[[Message], Any] | None = None) -> Tiny:
        number = next(_NUMBERS)
        name = f"tiny{number}"
        topic = await bus.topic(f"complaints-{number}")
        consumer = Messages(topic, parse=parse) if parse else Facts(topic)
        consumer.batch(note)
        script = Script()
        service = Service(
            name=name,
            settings=_settings(name),
            migrations=Path(__file__).parent / "migrations",
            kit=lambda _: script,
            consumers=(consumer,),
        )
        url = servers.make_database(name)
        await asyncio.to_thread(migrate, service.migrations, url)
        settings = service.settings(
            kafka_servers=servers.kafka_servers,
            kafka_security=servers.kafka_security,
            kafka_username=servers.kafka_username,
            kafka_password=servers.kafka_password,
            database_url=url,
            http_port=0,
        )
        made.append(Tiny(bus, topic, service, settings, script, Database(url, name)))
        return made[-1]

    yield build
    for tiny in made:
        await tiny.database.close()


@pytest.fixture
async def tiny(make: Make) -> Tiny:
    """A tiny service that reads facts."""
    return await make()


def _settings(name: str) -> type[Settings]:
    class TinySettings(Settings, service=name):
        """The settings of the tests' service."""

    return TinySettings


@pytest.fixture
def hands() -> Any:
    """The helpers of this folder."""

    class Hands:
        complaint = staticmethod(complaint)
        raw = staticmethod(raw)
        Raw = Raw
        until = staticmethod(until)
        waits = staticmethod(waits)
        Refused = Refused
        NOW = NOW

    return Hands
