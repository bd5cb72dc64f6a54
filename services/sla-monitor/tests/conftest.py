"""What sla-monitor's tests share: what notices said of six years, the service and its calendar, owners' logs."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx2
import pytest

from chassis import db, web
from chassis.clock import MovableClock
from chassis.db import Row
from chassis.running import Running
from chassis.service import Service
from chassis.settings import Settings
from chassis.testing import Harness, Receiver, lives
from chassis.testing.owner import Owner
from chassis.work import Work
from contracts.vocabulary import DayStatus, Light
from sla_monitor import jobs, store, usecases
from sla_monitor.app import service
from sla_monitor.domain import Calendar, Day, Line, Recipient, RecipientKind
from stack.testing import Servers, native

NOW = datetime(2026, 11, 10, 2, 0, tzinfo=UTC)
_KEY = "key-of-sla-monitor"
_KEYS = {"centre": "key-of-centre", "unit.hrss": "key-of-hrss", "unit.tax": "key-of-tax"}


@dataclass
class Desk:
    """Sla-monitor with a database of its own and a clock that stands still; nobody listens to topics."""

    url: str
    running: Running
    client: httpx2.AsyncClient
    clock: MovableClock

    async def get(self, address: str, key: str | None = "key-of-centre", **asked: Any) -> httpx2.Response:
        """What the service answers to somebody who signs in with the key."""
        headers = {"authorization": f"Bearer {key}"} if key else {}
        return await self.client.get(address, params=asked, headers=headers)

    async def rows(self, sql: str, **params: Any) -> Sequence[Row]:
        """The rows of a statement."""
        async with self.running.database.transaction() as session:
            return await db.rows(session, sql, **params)


@pytest.fixture
def dispatch_port() -> int:
    """Where dispatch answers, if it does."""
    return native.free_ports(1)[0]


@pytest.fixture
def revisit_port() -> int:
    """Where revisit answers, if it does."""
    return native.free_ports(1)[0]


@pytest.fixture
async def empty_desk(servers: Servers, dispatch_port: int, revisit_port: int) -> AsyncIterator[Desk]:
    """The service before its first tick: its tables are empty."""
    url = servers.make_database("sla-monitor")
    await asyncio.to_thread(db.migrate, service.migrations, url)
    settings = service.settings.model_validate(
        {
            "kafka_servers": servers.kafka_servers,
            "database_url": url,
            "redis_url": servers.redis_url,
            "rate_limit": "100000/minute",
            "keys": {name: hashlib.sha256(key.encode()).hexdigest() for name, key in _KEYS.items()},
            "dispatch_url": f"http://127.0.0.1:{dispatch_port}",
            "dispatch_key": _KEY,
            "revisit_url": f"http://127.0.0.1:{revisit_port}",
            "revisit_key": _KEY,
        }
    )
    clock = MovableClock(NOW)
    running = Running(service, settings, doors=(), clock=clock)
    application = web.application(service, running)
    transport = httpx2.ASGITransport(app=application)
    async with httpx2.AsyncClient(transport=transport, base_url="http://sla-monitor") as client:
        try:
            yield Desk(url, running, client, clock)
        finally:
            await application.state.limiter.close()
            await running.database.close()


@pytest.fixture
async def desk(empty_desk: Desk) -> Desk:
    """The service with its calendar filled."""
    async with empty_desk.running.work() as work:
        await usecases.seed(work)
    return empty_desk


class _DispatchSettings(Settings, service="dispatch"):
    """The common ones."""


class _RevisitSettings(Settings, service="revisit"):
    """The common ones."""


async def _owner(topic: str, settings: type[Settings], servers: Servers, port: int) -> Owner:
    owner = Service(settings.SERVICE, settings, service.migrations, kit=lambda _: None)
    return await Owner.made(topic, owner, servers, port, sla_monitor=_KEY)


@pytest.fixture
async def dispatch(servers: Servers, dispatch_port: int) -> AsyncIterator[Owner]:
    """Dispatch with an empty log; nobody listens yet."""
    owner = await _owner("tickets", _DispatchSettings, servers, dispatch_port)
    yield owner
    await owner.harness.close()


@pytest.fixture
async def revisit(servers: Servers, revisit_port: int) -> AsyncIterator[Owner]:
    """Revisit with an empty log; nobody listens yet."""
    owner = await _owner("revisits", _RevisitSettings, servers, revisit_port)
    yield owner
    await owner.harness.close()


HOLIDAYS = {
    2018: """元旦 2018-01-01 2018-01-01, 春节 2018-02-15 2018-02-21, 清明节 2018-04-05 2018-04-07,
        劳动节 2018-04-29 2018-05-01, 端午节 2018-06-18 2018-06-18, 中秋节 2018-09-24 2018-09-24,
        国庆节 2018-10-01 2018-10-07""",
    2019: """元旦 2018-12-30 2019-01-01, 春节 2019-02-04 2019-02-10, 清明节 2019-04-05 2019-04-07,
        劳动节 2019-05-01 2019-05-04, 端午节 2019-06-07 2019-06-09, 中秋节 2019-09-13 2019-09-15,
        国庆节 2019-10-01 2019-10-07""",
    2023: """元旦 2022-12-31 2023-01-02, 春节 2023-01-21 2023-01-27, 清明节 2023-04-05 2023-04-05,
        劳动节 2023-04-29 2023-05-03, 端午节 2023-06-22 2023-06-24, 中秋节 2023-09-29 2023-09-29,
        国庆节 2023-09-30 2023-10-06""",
    2024: """元旦 2023-12-30 2024-01-01, 春节 2024-02-10 2024-02-17, 清明节 2024-04-04 2024-04-06,
        劳动节 2024-05-01 2024-05-05, 端午节 2024-06-10 2024-06-10, 中秋节 2024-09-15 2024-09-17,
        国庆节 2024-10-01 2024-10-07""",
    2025: """元旦 2025-01-01 2025-01-01, 春节 2025-01-28 2025-02-04, 清明节 2025-04-04 2025-04-06,
        劳动节 2025-05-01 2025-05-05, 端午节 2025-05-31 2025-06-02, 国庆节 2025-10-01 2025-10-05,
        中秋节 2025-10-06 2025-10-06, 国庆节 2025-10-07 2025-10-08""",
    2026: """元旦 2026-01-01 2026-01-03, 春节 2026-02-15 2026-02-23, 清明节 2026-04-04 2026-04-06,
        劳动节 2026-05-01 2026-05-05, 端午节 2026-06-19 2026-06-21, 中秋节 2026-09-25 2026-09-27,
        国庆节 2026-10-01 2026-10-07""",
}
SHIFTED = {
    2018: "2018-02-11 2018-02-24 2018-04-08 2018-04-28 2018-09-29 2018-09-30",
    2019: "2018-12-29 2019-02-02 2019-02-03 2019-04-28 2019-05-05 2019-09-29 2019-10-12",
    2023: "2023-01-28 2023-01-29 2023-04-23 2023-05-06 2023-06-25 2023-10-07 2023-10-08",
    2024: "2024-02-04 2024-02-18 2024-04-07 2024-04-28 2024-05-11 2024-09-14 2024-09-29 2024-10-12",
    2025: "2025-01-26 2025-02-08 2025-04-27 2025-09-28 2025-10-11",
    2026: "2026-01-04 2026-02-14 2026-02-28 2026-05-09 2026-09-20 2026-10-10",
}


def _off(year: int) -> dict[str, str]:
    """The dates off by the year's notice, each with its holiday."""
    found = {}
    for name, first, last in (run.split() for run in HOLIDAYS[year].split(",")):
        on = date.fromisoformat(first)
        while on <= date.fromisoformat(last):
            found[on.isoformat()] = name
            on += timedelta(days=1)
    return found


@pytest.fixture(scope="session")
def notice() -> Callable[[int], list[Line]]:
    """The whole notice of a year as lines of a file."""

    def lines(year: int) -> list[Line]:
        said = [(on, "public-holiday", name) for on, name in _off(year).items()]
        said += [(on, "shifted-working-day", "") for on in SHIFTED[year].split()]
        return [Line(number, *one) for number, one in enumerate(sorted(said), start=2)]

    return lines


@pytest.fixture(scope="session")
def off() -> frozenset[str]:
    """Every date off by one of the notices."""
    return frozenset(on for year in HOLIDAYS for on in _off(year))


@pytest.fixture(scope="session")
def shifted() -> frozenset[str]:
    """Every weekend date worked by one of the notices."""
    return frozenset(on for year in SHIFTED.values() for on in year.split())


@pytest.fixture(scope="session")
def calendar(off: frozenset[str], shifted: frozenset[str]) -> Calendar:
    """A row for every date of the six years."""

    def row(on: date) -> Day:
        if str(on) in off:
            status = DayStatus.HOLIDAY
        elif str(on) in shifted:
            status = DayStatus.SHIFTED
        else:
            status = DayStatus.WEEKEND if on.strftime("%a") in {"Sat", "Sun"} else DayStatus.WORKING
        return Day(on, status, f"notice-{on.year}", 1, provisional=False)

    every = (date(2018, 1, 1) + timedelta(days=passed) for passed in range(9 * 366))
    return Calendar.of((row(on) for on in every if on.year in HOLIDAYS), version=3)


@dataclass
class Post:
    """Sla-monitor that tells people, a clock that the test moves, and a receiver that is called."""

    harness: Harness
    receiver: Receiver

    def at(self, said: str) -> None:
        """It is then, in November."""
        self.harness.clock.set(lives.at(said))

    async def act(self, do: Callable[[Work[Any]], Awaitable[Any]]) -> Any:
        """What comes of it in one transaction."""
        async with self.harness.work() as work:
            return await do(work)

    async def tells(
        self, name: str = "desk", lights: Sequence[Light] = (Light.RED, Light.OVERDUE), **said: Any
    ) -> None:
        """The receiver is somebody who is told of these lights."""
        given = {"kind": RecipientKind.WEBHOOK, "address": self.receiver.url, "keys": ("new", "old")} | said
        who = Recipient(name=name, lights=tuple(lights), **given)
        await self.act(lambda work: usecases.recipients.add(work, who, "office/1"))

    async def follow(self, when: str, *facts: Any) -> None:
        """Facts come in one batch, then."""
        self.at(when)
        await self.act(lambda work: usecases.follow(work, facts))

    async def sweep(self, when: str) -> None:
        """It is then, and lights have turned."""
        self.at(when)
        await self.act(usecases.sweep)

    async def tick(self) -> None:
        """A tick of what makes messages, and one of what sends them."""
        await self.act(jobs.gather.run)
        await self.send()

    async def send(self) -> list[Any]:
        """A tick of what sends messages: how each was answered."""
        parcels = await self.act(lambda work: jobs.send.claim(work, jobs.send.most))
        return list(await asyncio.gather(*map(self._deliver, parcels)))

    async def _deliver(self, parcel: Any) -> Any:
        answer = await jobs.send.carry_out(self.harness.running.kit, parcel)
        await self.act(lambda work: jobs.send.settle(work, parcel, answer))
        return answer

    async def untold(self) -> int:
        """How many changes wait for somebody."""
        [row] = await self.rows(
            "SELECT count(*) AS n FROM notification WHERE message_id IS NULL AND left_out_at IS NULL"
        )
        return int(row.n)

    async def rows(self, sql: str, **params: Any) -> Sequence[Row]:
        """The rows of a statement."""
        return await self.harness.rows(sql, **params)


@pytest.fixture
async def post(servers: Servers) -> AsyncIterator[Post]:
    """The service on a Tuesday at ten in a month without holidays, and a receiver that answers 200."""
    async with Receiver.listening() as receiver:
        keys = {name: f"whsec_{base64.b64encode(name.encode() * 12).decode()}" for name in ("old", "new")}
        said: dict[str, Any] = {
            "webhook_keys": keys,
            "sms_url": receiver.url,
            "sms_key": "gateway",
            "send_seconds": 0.5,
            "dispatch_url": f"http://127.0.0.1:{native.free_ports(1)[0]}",
            "dispatch_key": _KEY,
            "revisit_url": f"http://127.0.0.1:{native.free_ports(1)[0]}",
            "revisit_key": _KEY,
        }
        harness = await Harness.make(service, servers, MovableClock(lives.at("24 10:00")), **said)
        post = Post(harness, receiver)
        await post.act(_plain_weeks)
        try:
            yield post
        finally:
            await harness.close()


async def _plain_weeks(work: Work[Any]) -> None:
    """A calendar without rows: weekends are off."""
    await store.calendar.add_notice(work.session, 1, "sample", work.now, lines=0)
