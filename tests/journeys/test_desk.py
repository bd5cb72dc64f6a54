"""The directory desk over the whole bus: a unit comes, owns a matter, and is dissolved again."""

import asyncio
from typing import Any

import httpx2
from aiokafka import AIOKafkaConsumer
from tests.deployment import until
from tests.journeys.bus import body, headers, seen
from tests.journeys.conftest import Town

_PATIENCE_S = 60.0
MATTER, DISTRICT = "999900000001", "310151000000"
PILOT = {
    "change": "list-unit",
    "code": "pilot",
    "name": "样例试点专班",
    "kind": "department",
    "credit_code": "123101510000000028",
}


def own(unit: str) -> dict[str, str]:
    return {"change": "own", "matter": MATTER, "place": DISTRICT, "unit": unit}


async def asked(town: Town, address: str, who: str = "office", **said: Any) -> dict[str, Any]:
    """What dispatch's desk answers."""
    headers_ = town.district.bearer(who)
    answer = await town.dispatch.post(f"/v1/directory/proposals{address}", json=said, headers=headers_)
    assert answer.status_code in (httpx2.codes.OK, httpx2.codes.CREATED), answer.text
    return dict(answer.json())


async def proposed(town: Town, *changes: dict[str, str]) -> str:
    made = await asked(town, "", "centre", officer="0412", basis="沪崇政办〔2026〕12号", changes=changes)
    return str(made["proposal_id"])


async def confirmed(town: Town, proposal: str) -> dict[str, Any]:
    return await asked(town, f"/{proposal}/confirm", officer="0007")


async def complaint(town: Town) -> str:
    """One about the matter of the pilot."""
    form, _, _ = town.one("window")
    return str((await town.submit(form | {"matter_code": MATTER, "place_code": DISTRICT}))["complaint_id"])


async def ticket(town: Town, complaint_id: str, unit: str) -> dict[str, Any]:
    """The complaint's ticket, as soon as the unit has it."""
    found: list[dict[str, Any]] = []

    async def there() -> bool:
        asked = {"complaint_id": complaint_id}
        answer = await town.dispatch.get("/v1/tickets", params=asked, headers=town.district.bearer("centre"))
        found[:] = [one for one in answer.json() if one["unit"] == unit]
        return bool(found)

    await until(there, _PATIENCE_S, f"the complaint is not with {unit}")
    return found[0]


async def listed(town: Town, key: str, version: int) -> dict[str, Any]:
    """How an entry of the directory is published under a version."""
    login = town.district.login("channel.window")
    consumer = AIOKafkaConsumer("directory", **login.arguments(), auto_offset_reset="earliest", group_id=None)
    await consumer.start()
    try:
        async with asyncio.timeout(_PATIENCE_S):
            async for record in consumer:
                if record.key == key.encode() and body(record)["version"] == version:
                    return body(record)
    finally:
        await consumer.stop()
    raise TimeoutError


async def test_a_unit_comes_and_goes_and_its_open_ticket_is_at_its_successor(town: Town) -> None:
    """Proposed, tried, confirmed, provided for, published; then dissolved with a successor."""
    before = await complaint(town)
    await ticket(town, before, "district-centre")

    coming = await proposed(
        town, PILOT, {"change": "list-matter", "code": MATTER, "name": "样例试点事项"}, own("pilot")
    )
    run = await town.dispatch.get(f"/v1/directory/proposals/{coming}/dry-run", headers=town.district.bearer("office"))
    [rerouted] = [one for one in run.json()["rerouted"] if one["matter_code"] == MATTER]
    assert (rerouted["now"]["unit"], rerouted["then"]["unit"], rerouted["tickets"]) == ("district-centre", "pilot", 1)
    assert (await confirmed(town, coming))["state"] == "awaiting-topics"
    assert (await asyncio.to_thread(town.district.bbcs, "directory", "provide"))["provided"] == ["pilot"]
    version = (await confirmed(town, coming))["version"]
    assert (await listed(town, "unit.pilot", version))["listed"] is True

    complained = await complaint(town)
    opened = await ticket(town, complained, "pilot")
    operator = town.district.login("operator")
    assert headers(await seen(operator, "dispatch.pilot", complained))["ce_type"] == b"ticket.dispatched.v1"

    going = await proposed(town, {"change": "end-unit", "code": "pilot", "successor": "hrss"}, own("hrss"))
    after = (await confirmed(town, going))["version"]
    assert (await listed(town, "unit.pilot", after))["successor"] == "hrss"
    moved = await ticket(town, complained, "hrss")
    assert (moved["ticket_id"], moved["rule"], moved["directory_version"]) == (opened["ticket_id"], "successor", after)
    told = body(await seen(town.login_of("hrss"), "dispatch.hrss", complained))
    assert (told["rule"], told["former"]) == ("successor", ["pilot"])
    assert (await ticket(town, await complaint(town), "hrss"))["rule"] == "matter-owner"
    await confirmed(town, await proposed(town, {"change": "end-matter", "code": MATTER}))
