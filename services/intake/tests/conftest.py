"""What intake's tests share: a right complaint form, a table of hostile bodies, and intake as it runs."""

import asyncio
import base64
import hashlib
import itertools
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any, NamedTuple

import httpx2
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from chassis import db
from chassis.clock import SystemClock, new_id
from chassis.db import Database, Row
from chassis.vault import Vault, about
from contracts import topics
from contracts.base import Fact
from contracts.base import headers as headers_of
from intake.domain import Policy
from stack.testing import Servers
from stack.testing.native import free_ports

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
POLICY = Policy(
    future_tolerance=timedelta(minutes=5),
    longest_subject=200,
    longest_text=10_000,
    most_attachments=5,
    largest_bytes=1024 * 1024,
)

NAME, PHONE, SENTENCE = "上官种苗", "13912345678", "窗口说系统里查不到我的登记，让我改天再来"
ID_NUMBER = "31023019800303001X"

Body = Callable[..., bytes]
_NUMBERS = itertools.count()


def form(**changes: Any) -> dict[str, Any]:
    """A complaint form that is right, with changes; a change to None leaves the field out."""
    right = {
        "source_id": "W-2026-000017",
        "submitted_at": "2026-11-25T09:30:00+08:00",
        "reporter": {"kind": "citizen", "name": NAME, "phone": PHONE, "id_number": ID_NUMBER},
        "matter_code": "310151000123",
        "place_code": "310151101001",
        "subject": "社保登记办不成",
        "text": SENTENCE,
    }
    return {name: said for name, said in (right | changes).items() if said is not None}


def body(**changes: Any) -> bytes:
    """The form as a channel sends it."""
    return json.dumps(form(**changes), ensure_ascii=False).encode("utf-8", "surrogatepass")


class Hostile(NamedTuple):
    """A body that must be refused, and how."""

    name: str
    body: bytes
    code: str


def _reporter(**changes: Any) -> bytes:
    return body(reporter=form()["reporter"] | changes)


HOSTILE = [
    Hostile("nothing", b"", "complaint.not-json"),
    Hostile("not JSON", "办不成事！".encode(), "complaint.not-json"),
    Hostile("JSON that breaks off", body()[:-5], "complaint.not-json"),
    Hostile("not a number", b'{"source_id": NaN}', "complaint.not-json"),
    Hostile("a byte order mark", b"\xef\xbb\xbf" + body(), "complaint.not-json"),
    Hostile("a lone surrogate, escaped", body(text="X").replace(b'"X"', b'"\\ud800"'), "complaint.not-json"),
    Hostile("a lone surrogate, encoded", body(text="\udc00"), "complaint.encoding"),
    Hostile("GB 18030", body().decode().encode("gb18030"), "complaint.encoding"),
    Hostile("UTF-16", body().decode().encode("utf-16"), "complaint.encoding"),
    Hostile("10,000 brackets", b"[" * 10_000 + b"]" * 10_000, "complaint.not-json"),
    Hostile("10,000 objects", b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "complaint.not-json"),
    Hostile(
        "a field said twice", body().replace(b'{"source_id"', b'{"text": "x", "source_id"', 1), "complaint.not-json"
    ),
    Hostile(
        "a field said twice behind escaped quotes",
        body(text="Q").replace(b'"Q"', b'"\\u0022\\u0022\\u0022\\u0022", "text": "x"'),
        "complaint.not-json",
    ),
    Hostile(
        "a field said twice, once 900 deep",
        body().replace(b'{"source_id"', b'{"text": ' + b'{"a":' * 900 + b"1" + b"}" * 900 + b', "source_id"', 1),
        "complaint.not-json",
    ),
    Hostile("600 brackets", b'{"text": ' + b"[" * 600 + b"]" * 600 + b"}", "complaint.invalid"),
    Hostile("10,000 fields", json.dumps(dict.fromkeys(map(str, range(10_000)))).encode(), "complaint.invalid"),
    Hostile("an array", b"[]", "complaint.invalid"),
    Hostile("a string", b'"complaint"', "complaint.invalid"),
    Hostile("an unknown field", body(urgent="yes"), "complaint.invalid"),
    Hostile("an unknown field of the reporter", _reporter(address="x"), "complaint.invalid"),
    Hostile("no source id", body(source_id=None), "complaint.invalid"),
    Hostile("no reporter", body(reporter=None), "complaint.invalid"),
    Hostile("no text", body(text=None), "complaint.invalid"),
    Hostile("a blank text", body(text=" \n　"), "complaint.invalid"),
    Hostile("a null subject", body(subject="N").replace(b'"N"', b"null"), "complaint.invalid"),
    Hostile("a text that is a number", body(text=7), "complaint.invalid"),
    Hostile("a NUL", body(text="a\0b"), "complaint.invalid"),
    Hostile("a NUL in the source id", body(source_id="a\0b"), "complaint.invalid"),
    Hostile("a control character of C1", body(text="a\x9b31m"), "complaint.invalid"),
    Hostile("a next line of C1", body(subject="a\x85b"), "complaint.invalid"),
    Hostile("a source id with a space", body(source_id="a b"), "complaint.invalid"),
    Hostile("an empty source id", body(source_id=""), "complaint.invalid"),
    Hostile("a long source id", body(source_id="a" * 129), "complaint.invalid"),
    Hostile("an unknown kind of reporter", _reporter(kind="official"), "complaint.invalid"),
    Hostile("a long name", _reporter(name="名" * 101), "complaint.invalid"),
    Hostile("a long subject", body(subject="事" * 201), "complaint.invalid"),
    Hostile("a long text", body(text="话" * 10_001), "complaint.invalid"),
    Hostile("a time without zone", body(submitted_at="2026-11-25T09:30:00"), "complaint.invalid"),
    Hostile("a time that is a number", body(submitted_at=1_795_570_200), "complaint.invalid"),
    Hostile("a day that does not exist", body(submitted_at="2026-02-30T09:30:00+08:00"), "complaint.invalid"),
    Hostile("an offset that does not exist", body(submitted_at="2026-11-25T09:30:00+99:99"), "complaint.invalid"),
    Hostile("a time in full-width digits", body(submitted_at="２026-11-25T09:30:00+08:00"), "complaint.invalid"),
    Hostile("a time in the future", body(submitted_at="2026-11-26T10:00:00+08:00"), "complaint.time-in-future"),
    Hostile("a phone of letters", _reporter(phone="call me"), "complaint.phone"),
    Hostile("a short phone", _reporter(phone="12345"), "complaint.phone"),
    Hostile("an ID number with a wrong check digit", _reporter(id_number="310230198003030018"), "complaint.id-number"),
    Hostile("an ID number of 15 digits", _reporter(id_number="310230800303001"), "complaint.id-number"),
    Hostile("an ID number of a day that was not", _reporter(id_number="310151199002300015"), "complaint.id-number"),
    Hostile("an ID number of somebody unborn", _reporter(id_number="310151203001010015"), "complaint.id-number"),
    Hostile("a wrong credit code", _reporter(credit_code="91310000132149237H"), "complaint.credit-code"),
    Hostile(
        "six attachments",
        body(attachments=[{"name": "a", "media_type": "a/b", "content_base64": ""}] * 6),
        "complaint.invalid",
    ),
    Hostile("a blank reply", body(solved={"reply": " ", "cause": "other"}), "complaint.invalid"),
    Hostile("a cause of no list", body(solved={"reply": "已办", "cause": "x"}), "complaint.invalid"),
    Hostile("a long reply", body(solved={"reply": "话" * 10_001, "cause": "other"}), "complaint.invalid"),
    Hostile(
        "an attachment that is not base64",
        body(attachments=[{"name": "a.png", "media_type": "image/png", "content_base64": "*"}]),
        "complaint.invalid",
    ),
]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give each bad body to every test that asks for `hostile`."""
    if "hostile" in metafunc.fixturenames:
        metafunc.parametrize("hostile", HOSTILE, ids=lambda one: one.name)


@pytest.fixture
def hostile_bodies() -> list[Hostile]:
    """All of the bad bodies."""
    return HOSTILE


@pytest.fixture(name="body")
def body_() -> Body:
    """Writes a body that is right, with changes."""
    return body


@pytest.fixture
def policy() -> Policy:
    """The standard policy."""
    return POLICY


@pytest.fixture
def now() -> datetime:
    """10:00 in Shanghai on a working day."""
    return NOW


@pytest.fixture
def unique() -> str:
    """A source id that no other test has."""
    return f"T-{next(_NUMBERS)}"


# Intake as it runs: a process of its own, and what channels and operators see of it.

_PRINCIPALS = (
    "centre",
    "office",
    "service.revisit",
    "unit.hrss",
    "unit.civil",
    "channel.fax",
    "channel.window",
    "channel.kiosk",
    "channel.city-exit",
)
_MIGRATIONS = Path(__file__).parents[1] / "migrations"
_PATIENCE_S = 30.0


def credential(principal: str) -> dict[str, str]:
    """The header with which a principal asks."""
    return {"authorization": f"Bearer key-of-{principal}"}


async def until(look: Callable[[], Awaitable[Any]]) -> Any:
    """What `look` finds, as soon as it finds something."""
    async with asyncio.timeout(_PATIENCE_S):
        while not (found := await look()):
            await asyncio.sleep(0.05)
    return found


@dataclass
class Intake:
    """A running intake: its HTTP client, its database, its topics and its log."""

    servers: Servers
    database_url: str
    log: IO[str]
    port: int = field(default_factory=lambda: free_ports(1)[0])
    keys: dict[str, bytes] = field(default_factory=lambda: {"test": os.urandom(32)})
    blind: bytes = field(default_factory=lambda: os.urandom(32))
    process: subprocess.Popen[str] | None = None

    def __post_init__(self) -> None:
        self.client = httpx2.AsyncClient(base_url=f"http://127.0.0.1:{self.port}", timeout=20)
        self.database = Database(self.database_url, "test")
        self.credential = credential

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

    def _environment(self) -> dict[str, str]:
        begun = SystemClock().now()
        ours = {name: said for name, said in os.environ.items() if not name.startswith("BBCS_")}
        hashes = {who: hashlib.sha256(f"key-of-{who}".encode()).hexdigest() for who in _PRINCIPALS}
        wrapping = {name: base64.b64encode(key).decode() for name, key in self.keys.items()}
        return ours | {
            "BBCS_KAFKA_SERVERS": self.servers.kafka_servers,
            "BBCS_KAFKA_USERNAME": self.servers.kafka_username,
            "BBCS_KAFKA_PASSWORD": self.servers.kafka_password,
            "BBCS_INTAKE_DATABASE_URL": self.database_url,
            "BBCS_REDIS_URL": self.servers.redis_url,
            "BBCS_INTAKE_HTTP_PORT": str(self.port),
            "BBCS_RATE_LIMIT": "100000/minute",
            "BBCS_CLOCK": f"{begun.isoformat()}|{NOW.isoformat()}|1",
            "BBCS_KEYS": json.dumps(hashes),
            "BBCS_VAULT_KEYS": json.dumps(wrapping),
            "BBCS_VAULT_KEY": "test",
            "BBCS_BLIND_KEY": base64.b64encode(self.blind).decode(),
        }

    def start(self) -> None:
        """Start the process."""
        command = [sys.executable, "-m", "intake"]
        self.process = subprocess.Popen(command, env=self._environment(), stderr=self.log, text=True)

    async def ready(self) -> bool:
        """Whether it may be asked."""
        try:
            return (await self.client.get("/readyz")).status_code == 200
        except httpx2.TransportError:
            return False

    async def end(self) -> None:
        """End the process and what the tests hold."""
        if self.process:
            self.process.terminate()
            await asyncio.to_thread(self.process.wait, 25)
        await self.client.aclose()
        await self.database.close()

    async def until(self, look: Callable[[], Awaitable[Any]]) -> Any:
        """What `look` finds, as soon as it finds something."""
        return await until(look)

    async def rows(self, sql: str, **params: Any) -> list[Row]:
        """The rows of a statement."""
        async with self.database.transaction() as session:
            return list(await db.rows(session, sql, **params))

    async def count(self, what: str, **params: Any) -> int:
        """How many rows there are of `<table> WHERE …`."""
        return int((await self.rows(f"SELECT count(*) FROM {what}", **params))[0][0])

    async def execute(self, sql: str, **params: Any) -> None:
        """Change something as an operator does."""
        await self.rows(sql, **params)

    def opened(self, row: Row, column: str) -> bytes:
        """What a sealed column of a complaint says."""
        vault = Vault(self.keys, "test", self.blind)
        return vault.open(vault.unwrap(row.wrapped_key), getattr(row, column), about(row.complaint_id, column))

    async def dumped(self, table: str) -> str:
        """Everything that a table says to one who reads it."""
        [[written]] = await self.rows(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t")
        return str(written)

    def logged(self) -> str:
        """Everything that the process wrote."""
        return Path(self.log.name).read_text("utf-8")

    @asynccontextmanager
    async def producer(self) -> AsyncIterator[AIOKafkaProducer]:
        """A producer as a channel has it."""
        producer = AIOKafkaProducer(**self.kafka, acks="all", enable_idempotence=True, max_request_size=2**20)
        await producer.start()
        try:
            yield producer
        finally:
            await producer.stop()

    async def tell(self, *facts: Fact) -> None:
        """Tell facts on `tickets` as dispatch's relay does, each of them twice."""
        async with self.producer() as producer:
            for one in facts:
                headers = headers_of("dispatch", one.TYPE, new_id(NOW), NOW, one.key, 1, one.key, None, None)
                for _ in range(2):
                    await producer.send_and_wait(
                        "tickets", one.model_dump_json().encode(), one.key.encode(), headers=headers
                    )

    async def told(self, topic: str, key: str) -> list[Any]:
        """Every record with this key on the topic, from the beginning."""
        consumer = AIOKafkaConsumer(topic, **self.kafka, auto_offset_reset="earliest", enable_auto_commit=False)
        await consumer.start()
        try:
            ends = await consumer.end_offsets(consumer.assignment())
            found = []
            while any([await consumer.position(at) < end for at, end in ends.items()]):
                for records in (await consumer.getmany(timeout_ms=200)).values():
                    found += [one for one in records if one.key == key.encode()]
            return found
        finally:
            await consumer.stop()


async def _make_topics(kafka: dict[str, Any]) -> None:
    admin = AIOKafkaAdminClient(**kafka)
    await admin.start()
    try:
        there = await admin.list_topics()
        declared = [NewTopic(one.name, one.partitions, 1) for one in topics.declared(()) if one.name not in there]
        await admin.create_topics(declared)
    finally:
        await admin.close()


async def _made_database(servers: Servers) -> str:
    url = servers.make_database("intake")
    await asyncio.to_thread(db.migrate, _MIGRATIONS, url)
    return url


@pytest.fixture(scope="module")
async def database(servers: Servers) -> AsyncIterator[Database]:
    """A database of intake's own, with its tables."""
    database = Database(await _made_database(servers), "intake")
    yield database
    await database.close()


@pytest.fixture(scope="module")
async def intake(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Intake]:
    """Intake as it runs, with a database of its own, its clock begun at ten."""
    url = await _made_database(servers)
    with (tmp_path_factory.mktemp("intake") / "log").open("w") as log:
        running = Intake(servers, url, log)
        await _make_topics(running.kafka)
        try:
            running.start()
            await until(running.ready)
            yield running
        finally:
            await running.end()
