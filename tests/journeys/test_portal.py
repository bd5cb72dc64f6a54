"""From the city's exit to its reply, through every service: a city that is down, says all of it twice, and refuses."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import pytest
from tests.deployment import SERVICES, Deployment, until
from tests.journeys.cities import City, Key, agreed, city, city_made
from tests.journeys.conftest import Town
from tests.journeys.doing import act, finish, tickets_of
from tests.load.complaints import Generator

_PATIENCE_S = 60.0
_BRIDGE = "portal-bridge"
_WORDS = "文号有误，请核对"


class Case(NamedTuple):
    """An item of the city, its complaint, its ticket, and the unit that has it."""

    key: str
    complaint: str
    ticket: str
    unit: str


@dataclass
class Country:
    """The district with its bridge, and the city."""

    town: Town
    city: City

    async def asked(self, path: str, **query: Any) -> Any:
        """What the bridge answers to the centre."""
        url = self.town.district.url(_BRIDGE) + path
        answer = await self.city.client.get(url, params=query or None, headers=self.town.district.bearer("centre"))
        return answer.raise_for_status().json()

    async def told(self, path: str, **body: Any) -> Any:
        """What the bridge answers to the centre that says something."""
        url = self.town.district.url(_BRIDGE) + path
        answer = await self.city.client.post(url, json=body, headers=self.town.district.bearer("centre"))
        return answer.raise_for_status().json()

    async def bbcs(self, *arguments: str) -> Any:
        """What the operator's command answers about the city."""
        district = self.town.district
        bridge = district.processes[_BRIDGE].environment
        return await asyncio.to_thread(lambda: district.bbcs("city", *arguments, **bridge))

    async def replies(self, key: str) -> list[dict[str, Any]]:
        """What the city was told about an item, as it has it."""
        return [json.loads(one["body"]) for one in await self.city.control("GET", "replies") if one["key"] == key]

    async def has(self, key: str, *kinds: str) -> None:
        """Return when the city has these replies about an item, and no others."""

        async def holds() -> bool:
            return [one["kind"] for one in await self.replies(key)] == list(kinds)

        await until(holds, _PATIENCE_S, f"the city to have {kinds} of {key}")

    async def stands(self, key: str, *states: str) -> None:
        """Return when the replies about an item stand like this with the bridge."""

        async def holds() -> bool:
            return [one["state"] for one in await self.asked(f"/v1/replies/{key}")] == list(states)

        await until(holds, _PATIENCE_S, f"replies of {key} to be {states}")

    async def exit(self) -> Case:
        """Somebody leaves half-way at the city, and a unit of the district gets it."""
        made = await self.city.control("POST", "items?made=1")
        key = made[-1]["key"]
        found: list[str] = []

        async def registered() -> bool:
            shown = await self.asked("/v1/feedback", state="registered", limit=200)
            found[:] = [one["complaint_id"] for one in shown if one["city_key"] == key]
            return bool(found)

        await until(registered, _PATIENCE_S, f"{key} to be registered")
        [ticket] = await tickets_of(self.town, found[0])
        assert ticket["unit"], "the sample directory has an owner for it"
        return Case(key, found[0], ticket["ticket_id"], ticket["unit"])

    async def handle(self, case: Case) -> None:
        """The unit takes it and finishes it."""
        await act(self.town, case.ticket, f"unit.{case.unit}", {"action": "accept"})
        done = await finish(self.town, case.complaint, case.unit)
        assert (await act(self.town, case.ticket, f"unit.{case.unit}", done))["state"] == "finished"


@asynccontextmanager
async def living(district: Deployment, generator: Generator, home: Path, store: Path) -> AsyncIterator[Country]:
    """Intake, dispatch and the bridge, and a city beside them that pushes; killed at the end."""
    ours, theirs, services = Key.new("district-j"), Key.new("city-j"), (*SERVICES, _BRIDGE)
    for service in services:
        district.add(service, service)
    async with city(home, store, district.url(_BRIDGE), ours, theirs) as sample:
        district.processes[_BRIDGE].environment |= agreed(sample, district)
        try:
            await district.up(*services)
            await sample.start("--push")
            async with (
                httpx2.AsyncClient(base_url=district.url("intake"), timeout=10) as intake,
                httpx2.AsyncClient(base_url=district.url("dispatch"), timeout=10) as dispatch,
            ):
                yield Country(Town(district, intake, dispatch, generator), sample)
        finally:
            for service in services:
                district.kill(service)


@pytest.fixture
async def country(district: Deployment, generator: Generator, tmp_path: Path) -> AsyncIterator[Country]:
    home = await city_made(tmp_path / "home")
    async with living(district, generator, home, tmp_path / "city.sqlite") as made:
        yield made


async def test_an_item_goes_from_exit_to_reply_whatever_the_city_does(country: Country) -> None:
    first = await country.exit()
    await country.handle(first)
    await country.has(first.key, "accepted", "result")
    assert [one["text"] for one in await country.replies(first.key)] == [None, "已联系反映人并补正材料。"]

    second = await country.exit()
    await country.city.behave(down=True)
    await country.handle(second)
    await country.stands(second.key, "waiting", "waiting")
    country.town.district.kill(_BRIDGE)
    await country.town.district.up(_BRIDGE)
    await country.city.behave(down=False, twice=True)
    await country.city.control("POST", "again")
    await country.has(second.key, "accepted", "result")

    await country.city.behave(twice=False, refuses=_WORDS)
    third = await country.exit()
    await country.handle(third)
    await country.stands(third.key, "refused", "waiting")
    shown = await country.asked(f"/v1/replies/{third.key}/1", purpose="handling")
    assert shown["words"] == _WORDS
    await country.city.behave(refuses=None)
    await country.told(f"/v1/replies/{third.key}/1/corrections", action_id=first.complaint, officer="7")
    await country.has(third.key, "accepted", "result")

    await compared(country, [first.key, second.key, third.key])
    await traced(country, third)
    await reminded(country)


async def reminded(country: Country) -> None:
    """What the city forgot is found by its ledger, sent again, and is there then."""
    await country.city.behave(forgets=True)
    case = await country.exit()
    await country.handle(case)
    await country.stands(case.key, "taken", "taken")
    forgotten = [{"what": "reply-forgotten", "city_key": case.key, "reply": number} for number in (1, 2)]
    assert (await country.bbcs("compare"))["differences"] == forgotten
    await country.city.behave(forgets=False)
    again = await country.bbcs("send-again", "--by", "centre/7", "--reason", "对账")
    assert [(one["city_key"], one["number"]) for one in again] == [(case.key, 1), (case.key, 2)]
    await country.has(case.key, "accepted", "result")
    await country.stands(case.key, "taken", "taken")
    assert (await country.bbcs("compare"))["differences"] == []


async def traced(country: Country, case: Case) -> None:
    """The whole course shows what the city sent and what it was told."""
    found = await asyncio.to_thread(country.town.district.bbcs, "trace", case.complaint)
    told = [one["type"] for one in found["facts"]]
    assert told[:3] == ["feedback.received.v1", "complaint.registered.v1", "ticket.opened.v1"]
    replied = [one for one in told if one.startswith("reply.")]
    assert replied == ["reply.refused.v1", "reply.corrected.v1", "reply.taken.v1", "reply.taken.v1"]


async def compared(country: Country, keys: list[str]) -> None:
    """Both sides have the same: each item once, each reply once, by key and number."""
    for key in keys:
        await country.stands(key, "taken", "taken")
    entries = await country.city.ledger()
    passed = [(one["key"], one["reply"]) for one in entries]
    assert sorted(passed, key=str) == sorted([(key, number) for key in keys for number in (None, 1, 2)], key=str)
    counted = await country.asked("/v1/feedback", state="registered", limit=200)
    assert [one["city_key"] for one in counted] == keys
