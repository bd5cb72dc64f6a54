"""No channel asks too often, whichever instance it asks; Redis may be away, slow, and come back."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, suppress
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from limits import RateLimitItem, parse_many

from chassis.clock import SystemClock
from chassis.telemetry import metrics
from chassis.web import limits
from chassis.web.limits import Limiter
from stack.testing import Servers

Calling = Callable[..., AbstractAsyncContextManager[httpx2.AsyncClient]]
NOTE = {"title": "办不成事"}
DAILY = parse_many("3/day")


class Gate:
    """Stands between a client and Redis; shut, it refuses; stuck, it takes connections and says nothing."""

    def __init__(self, host: str, port: int) -> None:
        self._behind, self._open = (host, port), set[asyncio.StreamWriter]()
        self._server: asyncio.Server | None = None
        self.port, self.stuck = 0, False

    async def unlock(self) -> None:
        self._server = await asyncio.start_server(self._pass, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def shut(self) -> None:
        if self._server:
            self._server.close()
        for writer in self._open:
            writer.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        there_reader, there_writer = await asyncio.open_connection(*self._behind)
        self._open.add(there_writer)
        with suppress(OSError):
            await asyncio.gather(self._pump(reader, there_writer), self._pump(there_reader, writer))

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while part := await reader.read(4096):
            if not self.stuck:
                writer.write(part)
        writer.close()


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Redis that answers counts, however busy the machine is."""
    monkeypatch.setattr(limits, "PATIENCE_S", 2.0)


@pytest.fixture
async def gate(servers: Servers) -> AsyncIterator[Gate]:
    where = urlsplit(servers.redis_url)
    gate = Gate(where.hostname or "", where.port or 0)
    await gate.unlock()
    yield gate
    await gate.shut()


@pytest.fixture
async def make(servers: Servers, gate: Gate) -> AsyncIterator[Callable[[], Limiter]]:
    """Makes a limiter that asks Redis through the gate, as one instance of a service."""
    url, made = urlsplit(servers.redis_url), list[Limiter]()

    def make(allowed: list[RateLimitItem] = DAILY, service: str = "desk") -> Limiter:
        credentials = url.netloc.rpartition("@")[0]
        netloc = f"{credentials}@127.0.0.1:{gate.port}" if credentials else f"127.0.0.1:{gate.port}"
        made.append(Limiter(allowed, url._replace(netloc=netloc).geturl(), service))
        return made[-1]

    yield make
    for limiter in made:
        await limiter.close()


@pytest.fixture
def principal() -> str:
    """A principal that nobody counted yet."""
    return f"channel.{time.monotonic_ns()}"


async def made(limiter: Limiter, principal: str) -> int:
    return (await limiter.count(principal)).made


def fallbacks() -> float:
    return metrics.REGISTRY.get_sample_value("bbcs_limits_fallback_total") or 0.0


Make = Callable[..., Limiter]


async def test_instances_count_together(make: Make, principal: str) -> None:
    here, there = make(), make()
    assert [await made(here, principal), await made(there, principal), await made(here, principal)] == [1, 2, 3]
    count = await there.count(principal)
    assert (count.passed, count.left, count.limit, count.window) == (True, 0, 3, 86400)
    assert 0 < count.reset <= 86400


async def test_principals_are_counted_apart(make: Make, principal: str) -> None:
    limiter = make()
    assert [await made(limiter, principal), await made(limiter, f"{principal}.b")] == [1, 1]


async def test_services_count_apart(make: Make, principal: str) -> None:
    assert [await made(make(), principal), await made(make(service="other"), principal)] == [1, 1]


async def test_of_two_limits_the_one_that_is_nearer_is_told(make: Make, principal: str) -> None:
    limiter = make(parse_many("2/day;100/minute"))
    assert [(await limiter.count(principal)).limit for _ in range(2)] == [2, 2]
    assert (await limiter.count(principal)).passed


async def test_in_a_new_window_it_may_ask_again(principal: str, monkeypatch: pytest.MonkeyPatch) -> None:
    limiter, now = Limiter(DAILY), SystemClock().now()
    *_, last = [await limiter.count(principal) for _ in range(4)]
    assert last.passed
    later = type("Tomorrow", (), {"now": lambda _: now.fromtimestamp(now.timestamp() + last.reset + 1, now.tzinfo)})
    monkeypatch.setattr(limits, "SystemClock", later)
    assert not (await limiter.count(principal)).passed


async def test_while_redis_is_away_each_instance_counts_by_itself(make: Make, gate: Gate, principal: str) -> None:
    limiter, before = make(), fallbacks()
    await gate.shut()
    counts = [await limiter.count(principal) for _ in range(4)]
    assert [count.passed for count in counts] == [False, False, False, True]
    assert fallbacks() == before + 4


async def test_redis_that_goes_away_is_not_noticed_by_who_asks(make: Make, gate: Gate, principal: str) -> None:
    limiter = make()
    assert await made(limiter, principal) == 1
    await gate.shut()
    assert await made(limiter, principal) == 1


async def test_redis_that_says_nothing_is_waited_for_once_and_shortly(
    make: Make, gate: Gate, principal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    limiter = make()
    await limiter.count(principal)
    monkeypatch.setattr(limits, "PATIENCE_S", 0.05)
    gate.stuck = True
    began = time.perf_counter()
    for _ in range(50):
        await limiter.count(principal)
    assert limits.PATIENCE_S <= time.perf_counter() - began < limits.PATIENCE_S * 10


async def test_redis_that_comes_back_is_asked_again(
    make: Make, gate: Gate, principal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PAUSE_S", 0.05)
    here, there = make(), make()
    await gate.shut()
    await here.count(principal)
    await gate.unlock()
    async with asyncio.timeout(5):
        while await made(there, principal) < 5 or await made(here, principal) < 6:
            await asyncio.sleep(0.02)
    assert await made(here, principal) == await made(there, principal) - 1


async def test_a_channel_that_asks_too_often_is_told_when_to_come_again(desk: Any, calling: Calling) -> None:
    desk.settings = desk.settings.model_copy(update={"rate_limit": "2/day"})
    async with calling(desk) as client:
        for left in (1, 0):
            answer = await client.post("/v1/notes", json=NOTE)
            assert answer.status_code == 201
            assert answer.headers["ratelimit"].startswith(f'"principal";r={left};t=')
            assert answer.headers["ratelimit-policy"] == '"principal";q=2;w=86400'
        answer = await client.post("/v1/notes", json=NOTE)
        other = await client.post("/v1/notes", json=NOTE, headers={"authorization": "Bearer unit"})
    assert (answer.status_code, answer.json()["code"]) == (429, "request.rate-limited")
    assert f"t={answer.headers['retry-after']}" in answer.headers["ratelimit"]
    assert other.json()["code"] == "principal.not-allowed"
    assert desk.committed == 2
