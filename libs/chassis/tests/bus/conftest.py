"""A tiny service on the real servers: it notes every complaint, and tells that its ticket waits."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from aiokafka import ConsumerRecord

from chassis.clock import MovableClock, new_id
from chassis.consumer import MOST, Facts, Message, Messages
from chassis.db import Database, rows
from chassis.running import Running
from chassis.service import Service
from chassis.settings import Settings
from chassis.testing import Bus, Harness, Raw, Servers, until
from chassis.work import Work
from contracts import base
from contracts.complaints import ComplaintRegistered
from contracts.refusals import Refused
from contracts.tickets import TicketQueuedForManualDispatch
from contracts.topics import TICKETS
from contracts.vocabulary import Channel, QueueReason, ReporterKind

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
_NUMBERS = count(1)


async def happens(look: Callable[[], Any]) -> Any:
    """What `look` finds without waiting, as soon as it finds something."""

    async def looked() -> Any:
        return look()

    return await until(looked)


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


def raw(fact: ComplaintRegistered, sequence: int = 1) -> Raw:
    """The fact as intake's relay would send it; each call gives it a new id."""
    key = fact.key
    headers = base.headers(
        "intake", fact.TYPE, new_id(NOW), NOW, key, sequence, f"of-{key}", None, f"00-{'a' * 32}-{'b' * 16}-01"
    )
    return Raw(key.encode(), fact.model_dump_json().encode(), list(headers))


@dataclass
class Tiny:
    """The service, its topic, and what its handler is told to do."""

    bus: Bus
    topic: str
    script: Script
    harness: Harness

    @property
    def database(self) -> Database:
        """The service's database."""
        return self.harness.database

    def running_doors(self, *doors: str) -> AbstractAsyncContextManager[Running]:
        """An instance of the service with these doors open."""
        return self.harness.doors(*(doors or ("consumers", "relay")))

    async def rows(self, sql: str, **said: Any) -> Sequence[Any]:
        """Rows of the service's database."""
        return await self.harness.rows(sql, **said)

    async def send(self, *records: Raw, **options: Any) -> list[tuple[int, int]]:
        """Where the records stand on the service's topic after they were sent."""
        return await self.bus.send(self.topic, *records, **options)

    async def told(self, keys: Sequence[UUID]) -> list[ConsumerRecord]:
        """The facts on `tickets` of these keys, as soon as each has one."""
        return await self.bus.keyed("tickets", keys)

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

    def lock(self, **settings: Any) -> None:
        """Give instances that are started from now on other settings."""
        said = self.harness.settings.model_dump() | settings
        self.harness.settings = self.harness.service.settings.model_validate(said)

    async def settle(self, state: str, code: str) -> None:
        """What an operator does to parked messages of a code."""
        await self.rows("UPDATE parked SET state = :state WHERE code = :code", state=state, code=code)

    async def tell(self, *facts: base.Fact) -> None:
        """Write facts into the service's log in a transaction."""
        async with self.harness.work() as work:
            work.tell(*facts)


@pytest.fixture(scope="session")
async def bus(servers: Servers) -> Bus:
    """Kafka with the topic that the service tells on."""
    bus = Bus(servers)
    await bus.topics(TICKETS.name, partitions=TICKETS.partitions)
    return bus


Make = Callable[..., Awaitable[Tiny]]


@pytest.fixture
async def make(bus: Bus, servers: Servers) -> AsyncIterator[Make]:
    """Makes a tiny service with a topic and a database of its own; `parse` makes it read messages that are no facts."""
    made: list[Harness] = []

    async def build(
        parse: Callable[[Message], Any] | None = None,
        *,
        personal: bool = False,
        most: int = MOST,
        rest: float = 0.0,
        **settings: Any,
    ) -> Tiny:
        number = next(_NUMBERS)
        topic = f"complaints-{number}"
        await bus.topics(topic, f"{topic}.parked", partitions=3)
        consumer = Messages(topic, parse=parse, personal=personal, most=most, rest=rest) if parse else Facts(topic)
        consumer.batch(note)
        script = Script()
        service = Service(
            name=f"tiny{number}",
            settings=_settings(f"tiny{number}"),
            migrations=Path(__file__).parent / "migrations",
            kit=lambda _: script,
            consumers=(consumer,),
        )
        harness = await Harness.make(service, servers, MovableClock(NOW), **settings)
        made.append(harness)
        return Tiny(bus, topic, script, harness)

    yield build
    for harness in made:
        await harness.close()


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
        happens = staticmethod(happens)
        waits = staticmethod(waits)
        Refused = Refused
        NOW = NOW

    return Hands
