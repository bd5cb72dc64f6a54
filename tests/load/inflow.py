"""How fast portal-bridge takes in what the city sends after an outage, by push and by the topic.

10,000 items may take 20 s at most, while intake and dispatch take the complaints that they become.
"""

import base64
import json
import secrets
import signal
from collections.abc import Awaitable, Callable
from datetime import timedelta
from time import perf_counter
from typing import Any

import asyncpg
import httpx2
import orjson
from tests.deployment import Deployment, until
from tests.load.bus import Reader, producer
from tests.load.measures import Measure, Measures
from tests.load.pipeline import plain

from chassis import signatures
from chassis.clock import SystemClock
from chassis.signatures import Key, Request
from contracts import topics

ITEMS = 10_000
_NAME = "portal-bridge"
_CITY = Key("city-bench", secrets.token_bytes(32))
_URL = "https://bridge.district.example"
_PATH = "/v1/city/feedback"
_CHANNEL = "channels.city-exit"
_PAGE = 500
_PATIENCE_S = 120.0
_WORDS = "上传照片七次都说不清晰，到窗口又说要从网上办，来回跑了三趟还是没有办成。" * 2


async def measure(district: Deployment) -> Measures:
    """Send items by push, page by page, then as many by the topic."""
    keys = json.dumps({_CITY.key_id: base64.b64encode(_CITY.secret).decode()})
    agreed = {"PUBLIC_URL": _URL, "CITY_KEYS": keys, "INTAKE_URL": district.url("intake")}
    district.add(_NAME, _NAME, **{f"BBCS_PORTAL_BRIDGE_{name}": value for name, value in agreed.items()})
    connection = await asyncpg.connect(plain(district.databases[_NAME]))
    reader = Reader(district.login("admin"), lambda topic: topic in {_CHANNEL, topics.TICKETS.name})
    inflow = Inflow(connection, reader)
    try:
        await district.up(_NAME)
        await until(inflow.caught_up, _PATIENCE_S, "what was told before")
        push = await inflow.timed(lambda: _pushed(district, _items("push")))
        topic = await inflow.timed(lambda: _said(district, _items("topic")))
    finally:
        await reader.close()
        await connection.close()
        district.kill(_NAME, signal.SIGTERM)
    took = {"push": push, "topic": topic}
    return {f"inflow.{way}_10k_s": Measure(accepted, "s") for way, (accepted, _) in took.items()} | {
        f"inflow.{way}_handed_10k_s": Measure(handed, "s") for way, (_, handed) in took.items()
    }


class Inflow:
    """What is on record, and what went on to intake."""

    def __init__(self, connection: asyncpg.Connection, reader: Reader) -> None:
        self._connection, self._reader = connection, reader

    async def caught_up(self) -> bool:
        """Whether everything that was told of tickets before was heard: it is not what is measured."""
        heard = await self._connection.fetchval("SELECT count(*) FROM inbox WHERE consumer = $1", topics.TICKETS.name)
        return bool(heard >= await self._said(topics.TICKETS.name))

    async def timed(self, send: Callable[[], Awaitable[None]]) -> tuple[float, float]:
        """Seconds until all that is sent is on record, and until all of it stands on the channel."""
        recorded, handed = await self._recorded() + ITEMS, await self._handed() + ITEMS
        begun = perf_counter()
        await send()
        await until(_reaches(self._recorded, recorded), _PATIENCE_S, "all items on record")
        accepted = perf_counter() - begun
        await until(_reaches(self._handed, handed), _PATIENCE_S, "all complaints on the channel")
        return accepted, perf_counter() - begun

    async def _recorded(self) -> int:
        return int(await self._connection.fetchval("SELECT count(*) FROM feedback"))

    async def _handed(self) -> int:
        return await self._said(_CHANNEL)

    async def _said(self, topic: str) -> int:
        return sum(end for at, end in (await self._reader.sizes()).items() if at.topic == topic)


def _reaches(number: Callable[[], Awaitable[int]], wanted: int) -> Callable[[], Awaitable[bool]]:
    async def reaches() -> bool:
        return await number() >= wanted

    return reaches


def _items(way: str) -> list[dict[str, Any]]:
    """New items, each a person's trouble."""
    now = SystemClock().now()
    happened, received = (now - timedelta(seconds=3)).isoformat(), now.isoformat()
    shared = {
        "area": "310151",
        "unit_credit_code": "113101510000000785",
        "matter_code": "000114008000",
        "pf": 2,
        "rating": 1,
        "happened_at": happened,
        "received_at": received,
        "subject": "材料上传后无法提交",
        "text": _WORDS,
    }
    return [
        shared
        | {
            "key": f"bench-{way}-{number}",
            "project_number": f"310151{number:015d}",
            "reporter": {"kind": "citizen", "name": "上官某", "phone": f"138{number:08d}"},
        }
        for number in range(ITEMS)
    ]


async def _pushed(district: Deployment, items: list[dict[str, Any]]) -> None:
    """Send pages one after the other, as the city does, and see each item accepted."""
    async with httpx2.AsyncClient(timeout=60) as client:
        for at in range(0, len(items), _PAGE):
            body = orjson.dumps({"items": items[at : at + _PAGE]})
            headers = signatures.signed(Request("POST", _URL + _PATH, body), _CITY, SystemClock().now())
            named = headers | {"content-type": "application/json"}
            answer = await client.post(f"{district.url(_NAME)}{_PATH}", content=body, headers=named)
            assert {one["answer"] for one in answer.raise_for_status().json()["answers"]} == {"accepted"}, answer.text


async def _said(district: Deployment, items: list[dict[str, Any]]) -> None:
    """Say them on the topic, as the city's gateway does."""
    async with producer(district.login(topics.CITY), linger_ms=5) as made:
        for item in items:
            await made.send(topics.CITY_EXIT_FEEDBACK.name, orjson.dumps(item), item["key"].encode())
        await made.flush()
