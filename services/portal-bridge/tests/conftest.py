"""What portal-bridge's tests share: the service on the real servers, and a city that signs what it says."""

import base64
import hashlib
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest

from chassis import signatures, web
from chassis.clock import MovableClock, SystemClock
from chassis.db import Row
from chassis.errands import Errand
from chassis.signatures import Key, Request
from chassis.testing import Harness, lives
from portal_bridge import usecases
from portal_bridge.app import service
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


@pytest.fixture
async def desk(servers: Servers) -> AsyncIterator[Desk]:
    """The service on Tuesday, 24 November, at ten."""
    said: dict[str, Any] = {
        "keys": {who: hashlib.sha256(f"key-of-{who}".encode()).hexdigest() for who in PRINCIPALS},
        "rate_limit": "100000/minute",
        "vault_keys": {"test": base64.b64encode(b"v" * 32).decode()},
        "vault_key": "test",
        "blind_key": base64.b64encode(b"b" * 32).decode(),
        "public_url": URL,
        "city_keys": {key.key_id: _base64(key) for key in (CITY, OLD)},
        "district_keys": {DISTRICT.key_id: _base64(DISTRICT)},
        "district_key": DISTRICT.key_id,
        "city_url": "http://127.0.0.1:1",
        "intake_url": "http://127.0.0.1:1",
        "intake_channel_key": "key-of-city-exit",
        "intake_key": "key-of-portal-bridge",
    }
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
