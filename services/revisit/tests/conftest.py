"""What revisit's tests share: the service on the real servers, with a calendar, and somebody who asks it over HTTP."""

import hashlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest

from chassis import web
from chassis.clock import MovableClock
from chassis.db import Row
from chassis.service import Service
from chassis.settings import Settings
from chassis.testing import Harness, lives
from chassis.testing.owner import Owner
from contracts import tickets
from contracts.calendar import DaySet
from contracts.vocabulary import DayStatus
from revisit import usecases
from revisit.app import service
from stack.testing import Servers, native

_KEY = "key-of-revisit"
PRINCIPALS = ("centre", "office", "inspection", "service.console", "channel.window", "unit.hrss", "unit.tax")


def days(first: date, many: int, revision: int = 1, status: DayStatus | None = None) -> list[DaySet]:
    """Plain weeks from a date on, or dates of one status."""

    def row(on: date) -> DaySet:
        plain = DayStatus.WORKING if on.isoweekday() <= 5 else DayStatus.WEEKEND
        return DaySet(date=on, status=status or plain, notice="", revision=revision, provisional=False)

    return [row(first + timedelta(days=passed)) for passed in range(many)]


@dataclass
class Desk:
    """Revisit with a database of its own; nobody listens to topics."""

    harness: Harness
    client: httpx2.AsyncClient

    def at(self, said: str) -> None:
        """It is then, in November."""
        self.harness.clock.set(lives.at(said))

    async def follow(self, *facts: tickets.TicketFact) -> None:
        """Facts about tickets come in one batch."""
        async with self.harness.work() as work:
            await usecases.follow(work, facts)

    async def set_days(self, *facts: DaySet) -> None:
        """Facts about dates come in one batch."""
        async with self.harness.work() as work:
            await usecases.set_days(work, facts)

    async def get(self, address: str, who: str = "centre", **asked: Any) -> httpx2.Response:
        """What the service answers to a principal."""
        return await self.client.get(address, params=asked or None, headers=_signed(who))

    async def post(self, address: str, who: str = "centre", **body: Any) -> httpx2.Response:
        """What the service answers to a principal that sends this."""
        return await self.client.post(address, json=body, headers=_signed(who))

    async def worklist(self, unit: str, who: str = "centre", **asked: Any) -> Any:
        """The worklist of a unit or of the centre."""
        answer = await self.get("/v1/revisits", who, unit=unit, **asked)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def rows(self, sql: str, **params: Any) -> Sequence[Row]:
        """The rows of a statement."""
        return await self.harness.rows(sql, **params)

    async def told(self) -> list[str]:
        """The types of what was told, in order."""
        return [row.type for row in await self.rows("SELECT type FROM log ORDER BY position")]


def _signed(who: str) -> dict[str, str]:
    return {"authorization": f"Bearer key-of-{who}"}


@pytest.fixture
def dispatch_port() -> int:
    """Where dispatch answers, if it does."""
    return native.free_ports(1)[0]


class _DispatchSettings(Settings, service="dispatch"):
    """The common ones."""


@pytest.fixture
async def dispatch(servers: Servers, dispatch_port: int) -> AsyncIterator[Owner]:
    """Dispatch with an empty log; nobody listens yet."""
    owner = Service("dispatch", _DispatchSettings, service.migrations, kit=lambda _: None)
    made = await Owner.made("tickets", owner, servers, dispatch_port, revisit=_KEY)
    yield made
    await made.harness.close()


@pytest.fixture
async def bare_desk(servers: Servers, dispatch_port: int) -> AsyncIterator[Desk]:
    """The service before it heard of the calendar, on Wednesday, 25 November, at ten."""
    keys = {who: hashlib.sha256(f"key-of-{who}".encode()).hexdigest() for who in PRINCIPALS}
    clock = MovableClock(lives.at("25 10:00"))
    asked = {"dispatch_url": f"http://127.0.0.1:{dispatch_port}", "dispatch_key": _KEY}
    harness = await Harness.make(service, servers, clock, keys=keys, rate_limit="100000/minute", **asked)
    application = web.application(service, harness.running)
    transport = httpx2.ASGITransport(app=application)
    async with httpx2.AsyncClient(transport=transport, base_url="http://revisit") as client:
        try:
            yield Desk(harness, client)
        finally:
            await application.state.limiter.close()
            await harness.close()


@pytest.fixture
async def desk(bare_desk: Desk) -> Desk:
    """The service with a calendar of plain weeks, and a ticket that was finished on Tuesday, 24 November, at ten."""
    await bare_desk.set_days(*days(date(2026, 11, 1), 90))
    await bare_desk.follow(lives.opened(), lives.dispatched(), lives.finished("24 10:00"))
    return bare_desk


def attempt(action: int = 1, when: str = "2026-11-25T09:30:00+08:00", **said: Any) -> dict[str, Any]:
    """The body of an attempt that reached the reporter, who is content, with changes."""
    body = {
        "action_id": str(UUID(int=action)),
        "officer": "7",
        "outcome": "reached",
        "method": "phone",
        "attempted_at": when,
        "answer": {"rating": 5, "solved": True},
    }
    return {name: value for name, value in (body | said).items() if value is not None}


@pytest.fixture
def tried() -> Any:
    """Writes the body of an attempt."""
    return attempt


@pytest.fixture
def dates() -> Any:
    """Writes facts about dates."""
    return days
