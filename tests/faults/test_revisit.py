"""Asked again whatever is killed: no call is asked twice, no attempt counted twice, no fact lost (rules 5)."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx2
import pytest
from aiokafka import AIOKafkaProducer, ConsumerRecord
from tests.deployment import Deployment, business, deployed, until
from tests.faults.desks import PATIENCE_S, Desks, numbers, some_id
from tests.faults.trial import ask
from tests.journeys.bus import body, headers
from tests.load.bus import Reader, producer

from chassis.testing import lives
from chassis.testing.lives import at
from contracts import base, tickets

ROUNDS = 3
CLERKS = 6
_NOON = at("24 12:00")

EXPECTED = Counter(
    {
        "revisit.planned.v1": 3,
        "revisit.attempted.v1": 4,
        "revisit.answered.v1": 3,
        "revisit.closed.v1": 3,
        "finding.flagged.v1": 2,
        "rating.questioned.v1": 1,
        "rating.answered.v1": 1,
        "finding.proposed.v1": 2,
        "finding.confirmed.v1": 1,
        "verdict.overturned.v1": 1,
        "supervision.opened.v1": 2,
        "rectification.reported.v1": 2,
        "supervision.checked.v1": 2,
    }
)
"""What is told of a ticket whose unit finds nobody, then hears that it is bad and not solved, where the centre hears
the contrary: explained, found in two rounds, asked a second time."""


@pytest.fixture
async def alone() -> AsyncIterator[Deployment]:
    """A district whose time is its own."""
    async with deployed() as made:
        made.variables["BBCS_CLOCK"] = business(at("25 10:00"))
        made.variables["BBCS_RATE_LIMIT"] = "100000/minute"
        yield made


@dataclass
class Clerks:
    """Those who act on tickets over HTTP, each step said until it is answered, and once more after that."""

    desks: Desks
    bus: AIOKafkaProducer
    enough: asyncio.Event = field(default_factory=asyncio.Event)
    done: list[UUID] = field(default_factory=list)

    async def work(self) -> None:
        """One ticket after the other until it is enough."""
        while not self.enough.is_set():
            ticket = some_id()
            await self._finished(ticket)
            await self._whole_life(f"/v1/tickets/{ticket}")
            self.done.append(ticket)

    async def _finished(self, ticket: UUID) -> None:
        """Dispatch tells that it was finished, and says so again."""
        ids = {"ticket_id": ticket, "complaint_id": some_id()}
        facts = [one.model_copy(update=ids) for one in (lives.opened(), lives.finished("24 10:00"))]
        told = [_record(fact, number) for number, fact in enumerate(facts, 1)]
        for key, value, said in told + told:
            await self.bus.send_and_wait("tickets", value, key, headers=said)

    async def _whole_life(self, ticket: str) -> None:
        planned = await self._see(ticket, lambda seen: seen["revisits"], many=2)
        unit, centre = sorted(planned, key=lambda one: str(one["kind"]), reverse=True)
        await self._try(unit, "unit.hrss", "09:30", None)
        await self._try(unit, "unit.hrss", "09:40", {"rating": 1, "solved": False})
        await self._try(centre, "centre", "09:50", {"rating": 4, "solved": True})
        seen = await self._see(ticket, lambda seen: seen["bad_ratings"], many=1)
        said = {"how": "corrected", "text_id": str(some_id())}
        await self.desks.say(f"/v1/ratings/{seen[0]['answer_id']}/explanations", "unit.hrss", said)
        await self._supervised(ticket)
        second = (await self._see(ticket, lambda seen: seen["revisits"], many=3))[-1]
        await self._try(second, "centre", None, {"rating": 5, "solved": True})

    async def _supervised(self, ticket: str) -> None:
        """One of its findings goes through two rounds, by two persons each."""
        findings = await self._see(ticket, lambda seen: seen["findings"], many=2)
        for passed in (False, True):
            await self._round(f"/v1/findings/{findings[1]['finding_id']}", passed=passed)

    async def _round(self, finding: str, *, passed: bool) -> None:
        circular = {"number": "〔2026〕12号", "text_id": str(some_id())}
        said: dict[str, Any] = {"reason_id": str(some_id()), "circular": circular}
        proposal = (await self.desks.say(f"{finding}/proposals", "office", said))["proposal"]
        opened = await self.desks.say(
            f"{finding}/confirmations", "office", {"proposal_id": proposal["proposal_id"]}, "2"
        )
        round_ = f"/v1/rounds/{opened['rounds'][-1]['round_id']}"
        await self.desks.say(f"{round_}/rectifications", "unit.hrss", {"text_id": str(some_id())})
        await self.desks.say(f"{round_}/checks", "centre", {"passed": passed, "reason_id": str(some_id())})

    async def _try(self, revisit: dict[str, Any], who: str, clock: str | None, heard: dict[str, Any] | None) -> None:
        when = f"2026-11-25T{clock}:00+08:00" if clock else revisit["planned_at"]
        said: dict[str, Any] = {"outcome": "reached" if heard else "not-reached", "method": "phone", "answer": heard}
        await self.desks.say(f"/v1/revisits/{revisit['revisit_id']}/attempts", who, said | {"attempted_at": when})

    async def _see(self, ticket: str, part: Any, many: int) -> list[dict[str, Any]]:
        """So many of a part of what is shown of a ticket, as soon as there are."""
        found: list[dict[str, Any]] = []

        async def there() -> bool:
            answer = await self.desks.ask("GET", f"{ticket}/revisits", "centre")
            found[:] = part(answer.json()) if answer.status_code == httpx2.codes.OK else []
            return len(found) >= many

        await until(there, PATIENCE_S, f"{many} of {ticket}")
        return found


def _record(fact: tickets.TicketFact, number: int) -> tuple[bytes, bytes, list[tuple[str, bytes]]]:
    said = base.headers("dispatch", fact.TYPE, some_id(), _NOON, fact.key, number, fact.key, None, None)
    return fact.key.encode(), fact.model_dump_json().encode(), said


async def test_killed_at_any_step_nothing_is_asked_or_counted_twice_or_lost(alone: Deployment) -> None:
    await _calendar_told(alone)
    async with httpx2.AsyncClient(timeout=5) as client, producer(alone.login("dispatch")) as bus:
        clerks = Clerks(Desks.planned(alone, "revisit", "revisits", client), bus)
        await clerks.desks.up()
        async with asyncio.TaskGroup() as tasks:
            for _ in range(CLERKS):
                tasks.create_task(clerks.work())
            await clerks.desks.kill_in_turn(ROUNDS)
            clerks.enough.set()
        records = await clerks.desks.told()

    assert len(clerks.done) >= 2 * CLERKS
    for ticket in clerks.done:
        about = [one for one in records if one.key == str(ticket).encode()]
        _each_once(about)
        assert Counter(headers(one)["ce_type"].decode() for one in about) == EXPECTED
    assert await ask(alone, "revisit", "SELECT count(*) FROM ticket") == len(clerks.done)
    assert await ask(alone, "revisit", "SELECT count(*) FROM revisit WHERE open") == 0
    assert await ask(alone, "revisit", "SELECT count(*) FROM supervised WHERE duty = 'explanation'") == 0


def _each_once(about: Sequence[ConsumerRecord]) -> None:
    """In order, without gaps; and no call, plan or action stands in two of them."""
    assert numbers(about) == list(range(1, len(about) + 1))
    bodies = [body(one) for one in about]
    attempts = [one for one in bodies if "attempt_id" in one]
    assert [one["number"] for one in attempts if one["revisit_id"] == attempts[0]["revisit_id"]] == [1, 2]
    actions = [one["action_id"] for one in bodies if one.get("action_id")]
    assert len(set(actions)) == len(actions)
    plans = [(one["kind"], one["finish"]) for one in bodies if "planned_at" in one]
    assert sorted(plans) == [("centre", 1), ("second", 1), ("unit", 1)]


async def _calendar_told(district: Deployment) -> None:
    """What the dates are is on its topic, as sla-monitor says it."""
    district.add("sla-monitor", "sla-monitor")
    await district.up("sla-monitor")
    reader = Reader(district.login("operator"), lambda topic: topic == "calendar")

    async def told() -> bool:
        days = await ask(district, "sla-monitor", "SELECT count(*) FROM log WHERE topic = 'calendar'")
        return 0 < int(days) <= sum((await reader.sizes()).values())

    await until(told, PATIENCE_S, "the calendar")
    await reader.close()
    district.kill("sla-monitor")
