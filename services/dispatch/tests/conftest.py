"""What dispatch's tests share: a small sample district, complaints about it, and the service on the real servers."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord

from chassis import db, web
from chassis.cli.provision import provision
from chassis.clock import MovableClock, new_id
from chassis.db import Row
from chassis.running import Running
from chassis.service import Service
from contracts.complaints import ComplaintRegistered
from contracts.vocabulary import Channel, ReporterKind, UnitKind
from dispatch import usecases
from dispatch.app import service
from dispatch.domain import Directory, Mandate, Matter, Place, Unit
from dispatch.settings import DispatchSettings
from stack.testing import Servers

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)

DISTRICT, TOWN, VILLAGE, OTHER_TOWN = "310151000000", "310151101000", "310151101001", "310151102000"
SOCIAL, SENIOR, OWNERLESS = "000111001001", "000111002001", "000111003001"

_CREDIT = {
    "district-centre": "123101510000000015",
    "hrss": "123101510000000028",
    "town-a": "12310151000000003B",
    "town-b": "12310151000000005H",
}


def _units() -> dict[str, Unit]:
    return {
        "district-centre": Unit("district-centre", "样例区中心", UnitKind.CENTRE, None, _CREDIT["district-centre"]),
        "hrss": Unit("hrss", "样例人社局", UnitKind.DEPARTMENT, None, _CREDIT["hrss"]),
        "town-a": Unit("town-a", "样例甲镇中心", UnitKind.TOWN_CENTRE, "district-centre", _CREDIT["town-a"]),
        "town-b": Unit("town-b", "样例乙镇中心", UnitKind.TOWN_CENTRE, "district-centre", _CREDIT["town-b"]),
    }


def _places() -> dict[str, Place]:
    return {
        DISTRICT: Place(DISTRICT, "样例区", None, None),
        TOWN: Place(TOWN, "样例甲镇", DISTRICT, "town-a"),
        VILLAGE: Place(VILLAGE, "样例甲村", TOWN, None),
        OTHER_TOWN: Place(OTHER_TOWN, "样例乙镇", DISTRICT, "town-b"),
    }


def _matters() -> dict[str, Matter]:
    return {
        SOCIAL: Matter(SOCIAL, "样例社会保险登记", ("社保登记", "办社保"), {DISTRICT: "hrss"}),
        SENIOR: Matter(SENIOR, "样例老年优待证", (), {DISTRICT: "hrss", TOWN: "town-a"}),
        OWNERLESS: Matter(OWNERLESS, "样例无主事项"),
    }


@pytest.fixture(scope="session")
def directory() -> Directory:
    """A district without a centre of its own, two towns and a village; a matter of the district, one of a town too."""
    return Directory(1, _units(), _places(), _matters())


Complaint = Callable[..., ComplaintRegistered]


def registered(**changes: Any) -> ComplaintRegistered:
    """A complaint about social insurance in the village, with changes."""
    right = {
        "complaint_id": new_id(NOW),
        "channel": Channel.WINDOW,
        "reporter_kind": ReporterKind.CITIZEN,
        "submitted_at": NOW,
        "registered_at": NOW,
        "matter_code": SOCIAL,
        "place_code": VILLAGE,
    }
    return ComplaintRegistered.model_validate(right | changes)


@pytest.fixture
def complaint() -> Complaint:
    """Writes a complaint that is right, with changes."""
    return registered


def _lines(header: str, *rows: tuple[str | None, ...]) -> bytes:
    return "".join(",".join(cell or "" for cell in row) + "\n" for row in ((header,), *rows)).encode()


Tables = Callable[..., dict[str, bytes]]


@pytest.fixture
def tables(directory: Directory) -> Tables:
    """The office's tables that say a directory: the sample one unless another is given."""

    def written(said: Directory = directory) -> dict[str, bytes]:
        units, places, matters = said.units.values(), said.places.values(), said.matters.values()
        owned = [(one.code, place, unit) for one in matters for place, unit in one.owners.items()]
        return {
            "units.csv": _lines(
                "code,name,kind,parent,credit_code", *((u.code, u.name, u.kind, u.parent, u.credit_code) for u in units)
            ),
            "places.csv": _lines("code,name,parent,centre", *((p.code, p.name, p.parent, p.centre) for p in places)),
            "matters.csv": _lines("code,name,synonyms", *((m.code, m.name, "|".join(m.synonyms)) for m in matters)),
            "ownership.csv": _lines("matter,place,unit", *owned),
        }

    return written


@pytest.fixture
def now() -> datetime:
    """10:00 in Shanghai on a working day."""
    return NOW


# Dispatch on the real servers.

_PRINCIPALS = (
    "centre",
    "office",
    "inspection",
    "service.dispatch",
    "service.revisit",
    "service.sla-monitor",
    "channel.window",
    "unit.hrss",
    "unit.town-a",
)
_PASSWORDS = {
    "BBCS_DISPATCH_KAFKA_PASSWORD": "password of dispatch",
    "BBCS_UNIT_HRSS_KAFKA_PASSWORD": "password of unit.hrss",
}
_PATIENCE_S = 40.0
TWO = Mandate("office/1", "office/2")


def admin_environment(servers: Servers) -> dict[str, str]:
    """What `.stack/env` says to one who makes topics and users."""
    return _PASSWORDS | {
        "BBCS_KAFKA_SERVERS": servers.kafka_servers,
        "BBCS_KAFKA_SECURITY": servers.kafka_security,
        "BBCS_ADMIN_KAFKA_PASSWORD": servers.kafka_password,
    }


def _settings(servers: Servers, database_url: str) -> DispatchSettings:
    return DispatchSettings.model_validate(
        {
            "kafka_servers": servers.kafka_servers,
            "kafka_password": _PASSWORDS["BBCS_DISPATCH_KAFKA_PASSWORD"],
            "database_url": database_url,
            "redis_url": servers.redis_url,
            "http_port": 0,
            "rate_limit": "100000/minute",
            "keys": {who: hashlib.sha256(f"key-of-{who}".encode()).hexdigest() for who in _PRINCIPALS},
        }
    )


@dataclass
class Desk:
    """Dispatch with a database of its own and a clock that stands at ten; who needs its doors opens them."""

    servers: Servers
    running: Running
    client: httpx2.AsyncClient
    clock: MovableClock

    def credential(self, principal: str) -> dict[str, str]:
        """The header with which a principal asks."""
        return {"authorization": f"Bearer key-of-{principal}"}

    async def until(self, look: Callable[[], Awaitable[Any]]) -> Any:
        """What `look` finds, as soon as it finds something."""
        async with asyncio.timeout(_PATIENCE_S):
            while not (found := await look()):
                await asyncio.sleep(0.05)
        return found

    async def rows(self, sql: str, **params: Any) -> Sequence[Row]:
        """The rows of a statement."""
        async with self.running.database.transaction() as session:
            return await db.rows(session, sql, **params)

    async def import_(self, directory: Directory) -> usecases.Imported:
        """Let the directory hold."""
        async with self.running.work() as work:
            return await usecases.import_directory(work, directory, TWO)

    async def open(self, *complaints: ComplaintRegistered) -> list[Any]:
        """Open tickets as the topic door does; the rows, in the order of the complaints."""
        async with self.running.work() as work:
            await usecases.open_tickets(work, complaints)
        return [await self.ticket(one) for one in complaints]

    async def ticket(self, complaint: ComplaintRegistered) -> Any:
        """The ticket's row of a complaint, None while there is none."""
        found = await self.rows("SELECT * FROM ticket WHERE complaint_id = :id", id=complaint.complaint_id)
        return found[0] if found else None

    async def told(self, key: object) -> list[str]:
        """The topics and types of the facts in the log about something, in the order in which they were told."""
        found = await self.rows("SELECT topic, type FROM log WHERE key = :key ORDER BY position", key=str(key))
        return [f"{row.topic} {row.type}" for row in found]

    @property
    def kafka(self) -> dict[str, Any]:
        """How a test signs in at Kafka: as the super user."""
        return {
            "bootstrap_servers": self.servers.kafka_servers,
            "security_protocol": self.servers.kafka_security,
            "sasl_mechanism": "SCRAM-SHA-256",
            "sasl_plain_username": self.servers.kafka_username,
            "sasl_plain_password": self.servers.kafka_password,
        }

    async def send(self, topic: str, records: Sequence[tuple[bytes | None, bytes | None, list[Any]]]) -> None:
        """Send records: key, value, headers."""
        producer = AIOKafkaProducer(**self.kafka, acks="all", enable_idempotence=True, linger_ms=20)
        await producer.start()
        try:
            sent = [await producer.send(topic, value, key, headers=headers) for key, value, headers in records]
            await asyncio.gather(*sent)
        finally:
            await producer.stop()

    async def read(self, topic: str, key: object, **signed_in: Any) -> list[ConsumerRecord]:
        """Every record with this key on the topic, from the beginning."""
        consumer = AIOKafkaConsumer(topic, **self.kafka | signed_in, auto_offset_reset="earliest")
        await consumer.start()
        try:
            ends, found = await consumer.end_offsets(consumer.assignment()), []
            while any([await consumer.position(at) < end for at, end in ends.items()]):
                for records in (await consumer.getmany(timeout_ms=100)).values():
                    found += [one for one in records if one.key == str(key).encode()]
            return found
        finally:
            await consumer.stop()


@asynccontextmanager
async def _made(servers: Servers, service: Service) -> AsyncIterator[Desk]:
    url = servers.make_database("dispatch")
    await asyncio.to_thread(db.migrate, service.migrations, url)
    running, clock = Running(service, _settings(servers, url)), MovableClock(NOW)
    running.clock = clock
    application = web.application(service, running)
    transport = httpx2.ASGITransport(app=application)
    async with httpx2.AsyncClient(transport=transport, base_url="http://dispatch") as client:
        try:
            yield Desk(servers, running, client, clock)
        finally:
            await application.state.limiter.close()
            await running.database.close()


@pytest.fixture(scope="module")
async def desk(servers: Servers, directory: Directory) -> AsyncIterator[Desk]:
    """Dispatch with the sample directory; HTTP is asked in process, nobody listens to topics."""
    async with _made(servers, service) as made:
        await made.import_(directory)
        yield made


@pytest.fixture(scope="module")
async def open_desk(servers: Servers, directory: Directory) -> AsyncIterator[Desk]:
    """Dispatch with the sample directory, and the doors to topics open."""
    await asyncio.to_thread(provision, directory.units, admin_environment(servers))
    async with _made(servers, service) as made:
        await made.import_(directory)
        doors = asyncio.create_task(made.running.run())
        try:
            yield made
        finally:
            made.running.end()
            await doors


@pytest.fixture
def environment(servers: Servers) -> dict[str, str]:
    """What `.stack/env` says to one who makes topics and users."""
    return admin_environment(servers)
