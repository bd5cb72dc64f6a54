"""Between the city and a unit whatever is killed: no item is two complaints, no reply two, and none is lost."""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count, cycle
from pathlib import Path
from typing import Any

import httpx2
import pytest
from aiokafka import AIOKafkaProducer, ConsumerRecord
from tests.deployment import ROOT, SERVICES, Deployment, deployed, until
from tests.faults.desks import PATIENCE_S, Desks, numbers
from tests.faults.trial import ask
from tests.journeys.bus import body, headers
from tests.journeys.cities import City, Key, agreed, city, city_made
from tests.journeys.conftest import Town
from tests.journeys.doing import LATER, act, text, tickets_of
from tests.load.bus import producer
from tests.load.complaints import Generator
from tests.load.districts import District

BRIDGE = "portal-bridge"
ROUNDS = 2
UNITS = 3
MANNERS: tuple[dict[str, Any], ...] = (
    {"slow_ms": 50},
    {"twice": True, "shuffled": True},
    {"refuses": "文号有误，请核对"},
    {"down": True},
)
"""How the city behaves in turn while desks are killed."""
WELL: dict[str, Any] = {"slow_ms": 0, "twice": False, "shuffled": False, "refuses": None, "down": False}
REPLIES = ["accepted", "progress", "progress", "result"]
ITEM = json.loads((ROOT / "examples" / "city" / "sample.jsonl").read_text("utf-8").splitlines()[0])
LEASES = (
    """UPDATE feedback SET hand_at = hand_at - interval '1 hour', ask_at = ask_at - interval '1 hour' WHERE city_key IN
    (SELECT city_key FROM feedback WHERE state = 'accepted' FOR UPDATE SKIP LOCKED)""",
    """UPDATE addressee SET again_at = again_at - interval '1 hour' WHERE complaint_id IN
    (SELECT complaint_id FROM addressee WHERE next <= last FOR UPDATE SKIP LOCKED)""",
    "UPDATE line SET rest_until = now()",
    "UPDATE pulling SET next_at = now()",
)
"""Make what was claimed by who was killed, and every pause, end now: also under the hands of who still is at it."""


@pytest.fixture
async def alone() -> AsyncIterator[Deployment]:
    """A district of its own."""
    async with deployed(RATE_LIMIT="100000/minute") as made:
        yield made


@dataclass
class Country:
    """People at the city, units of the district, and the centre between them."""

    town: Town
    city: City
    desks: Desks
    bus: AIOKafkaProducer
    enough: asyncio.Event = field(default_factory=asyncio.Event)
    keys: Iterator[int] = field(default_factory=lambda: count(1))
    handled: list[str] = field(default_factory=list)
    manners: Iterator[dict[str, Any]] = field(default_factory=lambda: cycle(MANNERS))

    async def unit(self) -> None:
        """One item after the other becomes a ticket that is taken, followed and finished, until it is enough."""
        while not self.enough.is_set():
            key = f"SH-{next(self.keys):04d}"
            await self._said(key)
            complaint = await self._registered(key)
            [ticket] = await tickets_of(self.town, complaint)
            await self._handle(complaint, ticket["ticket_id"], ticket["unit"])
            self.handled.append(key)

    async def centre(self) -> None:
        """Have what the city refuses sent again, until it has everything."""
        while not await self.all_taken():
            refused = (await self.desks.ask("GET", "/v1/replies", "centre")).json()
            for one in refused:
                await self.desks.say(f"/v1/replies/{one['city_key']}/{one['number']}/corrections", "centre", {})
            if self.enough.is_set():
                await self.time_passes()
            await asyncio.sleep(0.1)

    async def all_taken(self) -> bool:
        """Whether everything was handled, and told to the city."""
        left = "SELECT count(*) FROM addressee WHERE next <= 4"
        done = len(self.handled) == await ask(self.town.district, BRIDGE, "SELECT count(*) FROM feedback")
        return self.enough.is_set() and done and not await ask(self.town.district, BRIDGE, left)

    async def turn(self) -> None:
        """The city behaves otherwise, and time passes."""
        await self.city.behave(**WELL | next(self.manners))
        await self.time_passes()

    async def time_passes(self) -> None:
        """So much that nobody waits for who was killed."""
        for one in LEASES:
            await ask(self.town.district, BRIDGE, one)

    async def _said(self, key: str) -> None:
        """Somebody leaves half-way; that comes by all three ways: the city pushes, and is asked, and writes it."""
        number = key.removeprefix("SH-")
        reporter = {"kind": "citizen", "name": "群众甲", "phone": f"1380000{number}"}
        item = json.dumps(ITEM | {"key": key, "project_number": number, "reporter": reporter}).encode()
        await self.city.control("POST", "items", item)
        await self.bus.send_and_wait("city.exit-feedback", item, key.encode())

    async def _registered(self, key: str) -> str:
        """The complaint which it became, as soon as intake has it."""
        found: list[str] = []
        who = self.town.district.bearer("channel.city-exit")

        async def there() -> bool:
            answer = await self.town.intake.get("/v1/receipts", params={"source_id": key}, headers=who)
            found[:] = [one["complaint_id"] for one in answer.raise_for_status().json()]
            return bool(found)

        await until(there, PATIENCE_S, f"{key} to be registered")
        return found[0]

    async def _handle(self, complaint: str, ticket: str, unit: str) -> None:
        explanation, note, reply, done = [
            await text(self.town, complaint, kind, unit) for kind in ("explanation", "note", "reply", "note")
        ]
        for do in (
            {"action": "accept"},
            {"action": "track", "explanation_id": explanation, "next_progress_at": LATER},
            {"action": "progress", "note_id": note, "next_progress_at": LATER},
            {"action": "finish", "reply_id": reply, "done_id": done, "cause": "materials-unclear"},
        ):
            answer = await act(self.town, ticket, f"unit.{unit}", do)
            assert "state" in answer, answer


async def test_killed_at_any_step_the_citys_ledger_and_ours_agree(alone: Deployment, tmp_path: Path) -> None:
    home = await city_made(tmp_path / "home")
    async with _living(alone, home, tmp_path / "city.sqlite") as country:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(country.centre())
            async with asyncio.TaskGroup() as units:
                for _ in range(UNITS):
                    units.create_task(country.unit())
                await country.desks.kill_in_turn(ROUNDS, before=country.turn)
                await country.city.behave(**WELL)
                await country.time_passes()
                country.enough.set()
        told, entries = await country.desks.told(), await country.city.ledger()
        replies = await country.city.control("GET", "replies")

    assert len(country.handled) >= 2 * UNITS
    keys = sorted(country.handled)
    expected = [(key, number) for key in keys for number in (None, 1, 2, 3, 4)]
    assert sorted(one["key"] for one in entries if one["entry"] == "item") == keys
    taken = sorted((one for one in entries if one["entry"] == "reply"), key=lambda one: str(one["key"]))
    assert [(one["key"], one["reply"]) for one in taken] == [one for one in expected if one[1]]
    assert [(one["key"], one["number"], json.loads(one["body"])["kind"]) for one in replies] == [
        (key, number, kind) for key in keys for number, kind in enumerate(REPLIES, 1)
    ]
    assert _as_told(told) == expected
    assert await ask(alone, "intake", "SELECT count(*) FROM complaint") == len(keys)
    assert await ask(alone, BRIDGE, "SELECT count(*) FROM reply") == len(REPLIES) * len(keys)


def _as_told(told: list[ConsumerRecord]) -> list[tuple[str, int | None]]:
    """What the bridge told that passed, each item registered and each reply taken, in the order in which it was."""
    by_key: dict[str, list[ConsumerRecord]] = defaultdict(list)
    for one in told:
        by_key[(one.key or b"").decode()].append(one)
    assert all(numbers(about) == list(range(1, len(about) + 1)) for about in by_key.values())
    passed = {"feedback.registered.v1", "reply.taken.v1"}
    return [
        (key, body(one).get("number"))
        for key in sorted(by_key)
        for one in by_key[key]
        if headers(one)["ce_type"].decode() in passed
    ]


@asynccontextmanager
async def _living(district: Deployment, home: Path, store: Path) -> AsyncIterator[Country]:
    """Intake and dispatch, two desks and a relay, and the city."""
    for service in SERVICES:
        district.add(service, service)
    async with (
        httpx2.AsyncClient(timeout=5) as client,
        httpx2.AsyncClient(base_url=district.url("intake"), timeout=10) as intake,
        httpx2.AsyncClient(base_url=district.url("dispatch"), timeout=10) as dispatch,
        producer(district.login("city")) as bus,
    ):
        bridge = Desks.planned(district, BRIDGE, "city-feedback", client)
        async with city(home, store, district.url(BRIDGE), Key.new("district-f"), Key.new("city-f")) as sample:
            await sample.start("--push")
            await asyncio.gather(district.up(*SERVICES), bridge.up(**agreed(sample, district)))
            yield Country(Town(district, intake, dispatch, Generator(District.read(), "portal")), sample, bridge, bus)
