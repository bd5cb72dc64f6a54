"""How sla-monitor lets time pass and follows tickets when a million clocks run."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from operator import truediv
from statistics import median
from time import perf_counter

import asyncpg
import orjson
from tests.deployment import Deployment, until
from tests.load import lights
from tests.load.bus import Reader, producer
from tests.load.measures import Measure, Measures, percentile
from tests.load.pipeline import plain
from tests.load.web import Connection

from chassis.clock import SystemClock, ThisMachine, new_id
from chassis.jobs import Guard, Ticker
from chassis.kafka import Followed
from chassis.running import Running
from chassis.steady import Steady
from contracts import base, topics
from contracts.vocabulary import DayStatus
from sla_monitor import jobs, usecases
from sla_monitor.app import service
from sla_monitor.domain import SHANGHAI

OPEN, FEW = 1_000_000, 10_000
DUE = 100_000
FACTS = 50_000
_NAME = service.name
_TICKS = 1_000
_LIGHTS = 600
_APART = timedelta(milliseconds=50)
_ASKED = 200
_PATIENCE_S = 300.0
_AHEAD = timedelta(seconds=30)
"""In which lights that are to turn can be written."""


async def measure(district: Deployment, units: list[str]) -> Measures:
    """Fill a database with a million clocks and another with ten thousand; then let the service work on the million."""
    few = await asyncio.to_thread(district.scratch, _NAME)
    many = district.databases[_NAME]
    for url, how_many in ((few, FEW), (many, OPEN)):
        await _filled(district, url, units, how_many)
    measures = await _idle(district, few, many)
    district.add(_NAME, _NAME)
    connection = await asyncpg.connect(plain(many))
    try:
        await district.up(_NAME)
        measures |= await _board(district, units[0])
        measures |= await _noticed(connection)
        measures |= await _due(district, connection)
        measures |= await _followed(district, connection)
        measures |= await _amended(district, connection)
    finally:
        await connection.close()
    return measures


def _now() -> datetime:
    return SystemClock().now()


# an idle tick


@asynccontextmanager
async def _running(district: Deployment, url: str) -> AsyncIterator[Running]:
    """The service's own machinery on a database, its doors shut."""
    servers = district.servers
    said = {
        "database_url": url,
        "kafka_servers": servers.kafka_servers,
        "kafka_security": servers.kafka_security,
        "kafka_password": district.passwords[_NAME],
        "redis_url": servers.redis_url,
        "dispatch_url": "http://127.0.0.1:1",
        "dispatch_key": district.keys["service.sla-monitor"],
        "revisit_url": "http://127.0.0.1:1",
        "revisit_key": district.keys["service.sla-monitor"],
    }
    running = Running(service, service.settings.model_validate(said), doors=())
    try:
        yield running
    finally:
        await running.database.close()


async def _filled(district: Deployment, url: str, units: list[str], how_many: int) -> None:
    async with _running(district, url) as running, running.work() as work:
        await usecases.seed(work)
    connection = await asyncpg.connect(plain(url))
    try:
        await lights.fill(connection, units, how_many, _now())
    finally:
        await connection.close()


async def _idle(district: Deployment, few: str, many: str) -> Measures:
    """Ticks of the sweep that find nothing to tell, on both databases by turns."""
    async with _running(district, few) as small, _running(district, many) as large:
        took = {ticker: list[float]() for ticker in (_ticker(small), _ticker(large))}
        for number in range(_TICKS):
            for ticker in list(took)[:: 1 if number % 2 else -1]:  # whichever comes second has the warmer processor
                begun = perf_counter()
                await ticker.tick()
                took[ticker].append(perf_counter() - begun)
    of_few, of_many = (seconds[_TICKS // 10 :] for seconds in took.values())
    return {
        "sla.idle_sweep_1m_ms": Measure(1000 * median(of_many), "ms"),
        "sla.idle_sweep_growth": Measure(median(map(truediv, of_many, of_few)), "of ten thousand"),
    }


def _ticker(running: Running) -> Ticker:
    """The sweep's, as if everything on its topics were followed up to the day after tomorrow."""
    followed = [Followed() for _ in jobs.sweep.follows]
    for one in followed:
        one.until = _now() + timedelta(hours=2)
    guard = Guard(followed, Steady(ThisMachine()))
    return Ticker(jobs.sweep, running.database, running.clock, running.kit, running.committed, guard)


# what the running service does


async def _board(district: Deployment, unit: str) -> Measures:
    """The slower of the district's board and of a unit's."""
    port = int(district.url(_NAME).rpartition(":")[2])
    connection = await Connection(port).open()
    head = f"host: {_NAME}\r\nauthorization: Bearer {district.keys['centre']}\r\n"
    took = [
        await connection.timed(f"GET {path} HTTP/1.1\r\n{head}\r\n".encode(), 200)
        for _ in range(_ASKED)
        for path in ("/v1/board", f"/v1/board?unit={unit}")
    ]
    answers = (took[20::2], took[21::2])
    return {"sla.board_ms": Measure(1000 * max(percentile(one, 50) for one in answers), "ms")}


async def _noticed(connection: asyncpg.Connection) -> Measures:
    """Lights that turn one after another: how long after each was so it was noticed."""
    first = _now() + _AHEAD
    await lights.turn(connection, _LIGHTS, first, _APART)
    assert _now() < first, "the lights were written too slowly"
    last = first + _LIGHTS * _APART
    await until(_all_turned(connection, last), _PATIENCE_S, "lights that turn one after another")
    told = await connection.fetch("SELECT body FROM log WHERE type = 'clock.turned.v1'")
    bodies = [orjson.loads(row["body"]) for row in told]
    late = [_seconds(one["noticed_at"]) - _seconds(one["effective_at"]) for one in bodies]
    assert len(late) == _LIGHTS, f"{len(late)} of {_LIGHTS} lights were told"
    return {"sla.noticed_p99_ms": Measure(1000 * percentile(late, 99), "ms")}


def _seconds(instant: str) -> float:
    return datetime.fromisoformat(instant).timestamp()


async def _due(district: Deployment, connection: asyncpg.Connection) -> Measures:
    """Lights that all turn at one instant: until the last is told in the log, and until the topics have it."""
    at, reader = _now() + _AHEAD, Reader(district.login("operator"), lambda topic: topic in {"clocks", "alerts"})
    before = sum((await reader.sizes()).values())
    await lights.turn(connection, DUE, at, timedelta(0))
    assert _now() < at, "the lights were written too slowly"
    await until(_all_turned(connection, at), _PATIENCE_S, "lights that turn at one instant")
    told_s = (_now() - at).total_seconds()
    wanted = before + DUE // 2 * 3  # what is red is told on `alerts`, too

    async def published() -> bool:
        return sum((await reader.sizes()).values()) >= wanted

    await until(published, _PATIENCE_S, "what was told to be published")
    published_s = (_now() - at).total_seconds()
    await reader.close()
    return {
        "sla.due_100k_s": Measure(told_s, "s"),
        "sla.due_100k_published_s": Measure(published_s, "s"),
    }


def _all_turned(connection: asyncpg.Connection, by: datetime) -> Callable[[], Awaitable[bool]]:
    """Whether nothing is left that has turned by an instant, that one passed."""

    async def none_left() -> bool:
        left = await connection.fetchval("SELECT 1 FROM clock WHERE next_at <= $1 LIMIT 1", by)
        return left is None and _now() > by

    return none_left


async def _followed(district: Deployment, connection: asyncpg.Connection) -> Measures:
    """Facts that came while the service was away: from the first that it takes until the last."""
    district.kill(_NAME, signal.SIGTERM)
    async with producer(district.login("dispatch"), linger_ms=20) as made:
        for fact, number in lights.lives(FACTS // 4, _now()):
            await made.send(
                topics.TICKETS.name,
                fact.model_dump_json().encode(),
                str(fact.key).encode(),
                headers=_said(fact, number),
            )
        await made.flush()
    district.start(_NAME)
    await until(_taken(connection, 1), _PATIENCE_S, "the first facts")
    begun = perf_counter()
    await until(_taken(connection, FACTS), _PATIENCE_S, "all facts")
    took = perf_counter() - begun
    await district.ready(_NAME)
    return {"sla.follow_50k_s": Measure(took, "s")}


async def _amended(district: Deployment, connection: asyncpg.Connection) -> Measures:
    """A notice by which nearly every clock is due anew: from its import until each was looked at."""
    tomorrow = _now().astimezone(SHANGHAI).date() + timedelta(days=1)
    begun = perf_counter()
    await asyncio.to_thread(_import_notice, district, tomorrow)
    await until(_carried_out(connection), 3 * _PATIENCE_S, "a notice to be carried out")
    took = perf_counter() - begun
    tickets = await connection.fetchval("SELECT tickets FROM amendment")
    assert tickets >= OPEN * 0.9, f"the notice touched {tickets} tickets"
    return {"sla.amendment_1m_s": Measure(took, "s")}


def _import_notice(district: Deployment, first: date) -> None:
    """The year's notice again, but that from a date on the next working day is off, and the next weekend worked."""
    shown = district.bbcs("calendar", "show", str(first.year))["days"]
    days = {one["date"]: DayStatus(one["status"]) for one in shown}
    for was, becomes in ((DayStatus.WORKING, DayStatus.HOLIDAY), (DayStatus.WEEKEND, DayStatus.SHIFTED)):
        days[next(on for on, status in days.items() if on >= first.isoformat() and status is was)] = becomes
    named = [f"{on},{status},{on}" for on, status in days.items() if status in (DayStatus.HOLIDAY, DayStatus.SHIFTED)]
    file = district.home / "notice.csv"
    file.write_text("\n".join(["date,status,holiday", *named]), "utf-8")
    two = ("--proposed-by", "centre/1", "--confirmed-by", "office/2")
    assert district.bbcs("calendar", "import", str(file), "--notice", "样例通知", "--apply", *two)["applied"]


def _carried_out(connection: asyncpg.Connection) -> Callable[[], Awaitable[bool]]:
    async def carried_out() -> bool:
        return bool(await connection.fetchval("SELECT count(*) FROM amendment WHERE carried_out_at IS NOT NULL"))

    return carried_out


def _said(fact: base.Fact, number: int) -> list[tuple[str, bytes]]:
    now = _now()
    return base.headers("dispatch", fact.TYPE, new_id(now), now, fact.key, number, fact.key, None, None)


def _taken(connection: asyncpg.Connection, how_many: int) -> Callable[[], Awaitable[bool]]:
    async def taken() -> bool:
        return bool(await connection.fetchval("SELECT count(*) FROM inbox") >= how_many)

    return taken
