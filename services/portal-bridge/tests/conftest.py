"""What portal-bridge's tests share: the service on the real servers, and a city that signs what it says."""

import asyncio
import base64
import hashlib
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest

from chassis import signatures, web
from chassis.clock import MovableClock, SystemClock
from chassis.db import Row, migrate
from chassis.errands import Errand
from chassis.signatures import Key, Request
from chassis.testing import Harness, lives
from chassis.testing.lives import COMPLAINT
from contracts.tickets import TicketFact
from contracts.vocabulary import Channel, FeedbackWay
from portal_bridge import usecases
from portal_bridge.app import service
from portal_bridge.clients import City, Replies
from portal_bridge.domain import digest
from portal_bridge.usecases import Answer, Said
from stack.testing import Servers

URL = "https://bridge.district.example"
CITY, OLD = Key("city-2", b"c" * 32), Key("city-1", b"o" * 32)
DISTRICT = Key("district-1", b"d" * 32)
PRINCIPALS = ("centre", "office", "inspection", "service.console", "channel.window", "unit.hrss")
NAME, PHONE, SENTENCE = "上官种苗", "13912345678", "上传照片七次都说不清晰"


def form(**changes: Any) -> dict[str, Any]:
    """An item of the city, a bad first rating, with changes; a change to ... leaves the field out."""
    right = {
        "key": "SH20261124000017",
        "area": "310151",
        "unit_credit_code": "113101510000000785",
        "matter_code": "000114008000",
        "project_number": "310151202611240000017",
        "pf": 2,
        "rating": 1,
        "assess_number": 1,
        "corrects": None,
        "default_rating": False,
        "happened_at": "2026-11-24T09:12:40+08:00",
        "received_at": "2026-11-24T09:12:43+08:00",
        "reporter": {"kind": "citizen", "name": NAME, "phone": PHONE},
        "subject": "材料上传后无法提交",
        "text": SENTENCE,
        "attachments": [],
    }
    return {name: value for name, value in (right | changes).items() if value is not ...}


@pytest.fixture
def item() -> Any:
    """Writes an item of the city."""
    return form


@dataclass
class Desk:
    """Portal-bridge with a database of its own; nobody listens to topics."""

    harness: Harness
    client: httpx2.AsyncClient

    async def take(self, *said: Said) -> list[Answer]:
        """These come in one batch."""
        async with self.harness.work() as work:
            return await usecases.take(work, said)

    async def registered(self, key: str = "SH20261124000017", complaint: UUID = COMPLAINT) -> None:
        """An item of the city became a complaint."""
        await self.take(Said(FeedbackWay.PUSH, form(key=key)))
        await self.rows(
            "UPDATE feedback SET state = 'registered', complaint_id = :complaint WHERE city_key = :key",
            complaint=complaint,
            key=key,
        )

    async def follow(self, *facts: TicketFact) -> None:
        """Dispatch tells these in one batch."""
        async with self.harness.work() as work:
            await usecases.replying.follow(work, facts)

    async def push(self, *items: object, key: Key = CITY, late: timedelta = timedelta()) -> httpx2.Response:
        """The city sends items, signed as long ago as it says."""
        return await self.send(json.dumps({"items": items}, ensure_ascii=False).encode(), key=key, late=late)

    async def send(
        self, body: bytes, key: Key = CITY, late: timedelta = timedelta(), **headers: str
    ) -> httpx2.Response:
        """The city sends a body."""
        path = "/v1/city/feedback"
        said = signatures.signed(Request("POST", URL + path, body), key, SystemClock().now() - late)
        named = {"content-type": "application/json"} | said | headers
        return await self.client.post(path, content=body, headers=named)

    async def asked(self, *keys: str) -> Any:
        """What the city is answered that asks for keys."""
        path = "/v1/city/feedback?" + "&".join(f"key={key}" for key in keys)
        said = signatures.signed(Request("GET", URL + path), CITY, SystemClock().now())
        answer = await self.client.get(path, headers=said)
        assert answer.status_code == 200, answer.text
        return answer.json()["answers"]

    async def get(self, address: str, who: str = "centre", **asked: Any) -> httpx2.Response:
        """What the service answers to a principal."""
        return await self.client.get(address, params=asked or None, headers=_by(who))

    async def post(self, address: str, who: str = "centre", **body: Any) -> httpx2.Response:
        """What the service answers to a principal that sends this."""
        return await self.client.post(address, json=body, headers=_by(who))

    async def run(self, errand: Errand) -> int:
        """One round of an errand; how many things it was about."""
        async with self.harness.work() as work:
            claimed = await errand.claim(work, errand.most)
        for one in claimed:
            outcome = await errand.carry_out(self.harness.running.kit, one)
            async with self.harness.work() as work:
                await errand.settle(work, one, outcome)
        return len(claimed)

    async def rows(self, sql: str, **params: Any) -> Sequence[Row]:
        """The rows of a statement."""
        return await self.harness.rows(sql, **params)

    async def told(self) -> list[tuple[str, str]]:
        """The keys and types of what was told, in order."""
        return [(row.key, row.type) for row in await self.rows("SELECT key, type FROM log ORDER BY position")]


def _by(who: str) -> dict[str, str]:
    return {"authorization": f"Bearer key-of-{who}"}


def _base64(key: Key) -> str:
    return base64.b64encode(key.secret).decode()


def settings() -> dict[str, Any]:
    """The service's own settings, without a city."""
    return {
        "keys": {who: hashlib.sha256(f"key-of-{who}".encode()).hexdigest() for who in PRINCIPALS},
        "rate_limit": "100000/minute",
        "vault_keys": {"test": base64.b64encode(b"v" * 32).decode()},
        "vault_key": "test",
        "blind_key": base64.b64encode(b"b" * 32).decode(),
        "public_url": URL,
        "city_keys": {key.key_id: _base64(key) for key in (CITY, OLD)},
        "district_keys": {DISTRICT.key_id: _base64(DISTRICT)},
        "district_key": DISTRICT.key_id,
        "intake_url": "http://127.0.0.1:1",
        "intake_channel_key": "key-of-city-exit",
        "intake_key": "key-of-portal-bridge",
    }


@pytest.fixture
def environment(servers: Servers) -> dict[str, str]:
    """What an operator's command reads, of a database with the service's tables and nothing in them."""
    url = servers.make_database(service.name)
    migrate(service.migrations, url)
    said = settings() | {"database_url": url, "kafka_servers": "127.0.0.1:1"}
    return {
        f"BBCS_PORTAL_BRIDGE_{name.upper()}": value if isinstance(value, str) else json.dumps(value)
        for name, value in said.items()
    }


@pytest.fixture
async def desk(servers: Servers) -> AsyncIterator[Desk]:
    """The service on Tuesday, 24 November, at ten."""
    said = settings() | {"city_url": "http://127.0.0.1:1"}
    harness = await Harness.make(service, servers, MovableClock(lives.at("24 10:00")), **said)
    application = web.application(service, harness.running)
    transport = httpx2.ASGITransport(app=application)
    async with httpx2.AsyncClient(transport=transport, base_url="http://portal-bridge") as client:
        try:
            yield Desk(harness, client)
        finally:
            await application.state.limiter.close()
            await harness.close()


@pytest.fixture
def district() -> Key:
    """The key by which the district signs."""
    return DISTRICT


@pytest.fixture
def former_key() -> Key:
    """A key of the city that is still valid beside the new one."""
    return OLD


@pytest.fixture
def act() -> Any:
    """The body of an action of the centre."""
    return lambda number=1, **said: {"action_id": str(UUID(int=number)), "officer": "07"} | said


@pytest.fixture
def instant() -> datetime:
    """When the city received the item that `item` writes."""
    return datetime(2026, 11, 24, 1, 12, 43, tzinfo=UTC)


@dataclass
class Beside:
    """The city and intake at one port: `status` is what a reply is answered, `down` hangs up, `mute` gives no text.
    `unknown` is the code by which intake says that it does not know one.

    `forgets` takes what it does not enter into its ledger.
    """

    key: Key
    status: int = 201
    words: str = "文号有误"
    down: bool = False
    mute: bool = False
    unknown: str = ""
    forgets: bool = False
    text: str = "材料已受理，社保登记已办结"
    port: int = 0
    heard: list[tuple[str, Any]] = field(default_factory=list)
    ledger: list[dict[str, Any]] = field(default_factory=list)
    tried: int = 0

    def enter(self, entry: str, key: str, reply: int | None, said: Any) -> None:
        """Write into the ledger that an item or a reply has passed, once."""
        line = {"entry": entry, "key": key, "reply": reply, "at": "2026-11-24T09:12:43+08:00"}
        if (entry, key, reply) not in [(one["entry"], one["key"], one["reply"]) for one in self.ledger]:
            self.ledger.append(line | {"number": len(self.ledger) + 1, "digest": digest(said)})

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, request by request."""
        try:
            while True:
                await self._one(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line, *head = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
        headers = {name.lower(): said for name, _, said in (one.partition(": ") for one in head if one)}
        content = await reader.readexactly(int(headers.get("content-length", "0")))
        method, path, _ = line.split()
        if method == "PUT" and self.down:
            self.tried += 1
            raise ConnectionError
        status, answer = self._answer(method, path, headers, content)
        said = json.dumps(answer).encode()
        writer.write(f"HTTP/1.1 {status} x\r\ncontent-length: {len(said)}\r\n\r\n".encode() + said)
        await writer.drain()

    def _answer(self, method: str, path: str, headers: Mapping[str, str], content: bytes) -> tuple[int, Any]:
        if method == "GET" and path.startswith("/v1/ledger"):
            after = int(path.rpartition("=")[2])
            return 200, {"entries": self.ledger[after : after + 2], "last": len(self.ledger)}
        if method == "GET":
            assert path.endswith("?purpose=handling")
            assert headers["authorization"] == "Bearer key-of-portal-bridge"
            if self.unknown:
                return 404, {"code": self.unknown}
            return (503, {}) if self.mute else (200, {"text": self.text})
        self.tried += 1
        now = SystemClock().now()
        request = Request(method, f"http://127.0.0.1:{self.port}{path}", content)
        signatures.check(request, headers, {self.key.key_id: self.key.secret}, now, now - now.replace(year=2000))
        if self.status in (200, 201):
            name, said = path.removeprefix("/v1/replies/"), json.loads(content)
            self.heard.append((name, said))
            if not self.forgets:
                key, _, number = name.partition("/")
                self.enter("reply", key, int(number), said)
        return self.status, {"detail": self.words}


@pytest.fixture
async def beside(desk: Any, district: Key) -> AsyncIterator[Beside]:
    """A city and an intake that a test rules."""
    made = Beside(district)
    server = await asyncio.start_server(made.take, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    url = f"http://127.0.0.1:{made.port}"
    client = Replies(url, district, url, "key-of-portal-bridge")
    desk.harness.running.kit = replace(desk.harness.running.kit, replies=client, city=City(url, district))
    yield made
    server.close()


@pytest.fixture
def life() -> Any:
    """A ticket of the city is opened, accepted and finished."""

    def facts(number: int = 1) -> list[TicketFact]:
        said = {"ticket_id": UUID(int=number), "complaint_id": UUID(int=number + 1)}
        told = lives.opened(Channel.CITY_EXIT), lives.accepted("24 11:00"), lives.finished("24 12:00")
        return [one.model_copy(update=said) for one in told]

    return facts
