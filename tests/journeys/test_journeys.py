"""From a channel to the unit that must handle it, over the whole bus."""

import httpx2
from tests.deployment import until
from tests.journeys.bus import body, headers, seen
from tests.journeys.conftest import Town
from tests.load.districts import District
from tests.load.pipeline import speaking

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


async def test_a_complaint_over_http_reaches_its_owner(town: Town) -> None:
    form, _, unit = town.one("kiosk")
    receipt = await town.submit(form, "kiosk")
    record = await seen(town.login_of(unit), f"dispatch.{unit}", receipt["complaint_id"])
    told = body(record)
    assert (told["unit"], told["rule"], told["by"]) in {(unit, "matter-owner", None), (unit, "place-centre", None)}
    assert record.key == told["ticket_id"].encode()
    assert headers(record)["ce_type"] == b"ticket.dispatched.v1"


async def test_a_complaint_on_a_topic_reaches_its_owner_and_has_a_receipt(town: Town) -> None:
    _, said, unit = town.one("citizen-app")
    async with speaking(town.district) as speaker:
        await speaker.say([said])
    receipt = await _receipt(town, "citizen-app", said.key.decode())
    record = await seen(town.login_of(unit), f"dispatch.{unit}", receipt["complaint_id"])
    assert body(record)["unit"] == unit


async def test_said_again_over_the_other_door_it_is_the_same_complaint(town: Town) -> None:
    form, said, _ = town.one("enterprise-web")
    async with speaking(town.district) as speaker:
        await speaker.say([said])
    receipt = await _receipt(town, "enterprise-web", said.key.decode())
    key = town.district.bearer("channel.enterprise-web")
    again = await town.intake.post("/v1/complaints", json=form, headers=key)
    assert again.status_code == httpx2.codes.OK
    assert again.json() == receipt


async def test_what_no_rule_can_place_is_dispatched_by_hand(town: Town, sample: District) -> None:
    form, _, _ = town.one("window")
    form |= {"matter_code": None, "place_code": None}
    complaint = (await town.submit(form))["complaint_id"]
    ticket = await _queued(town, complaint)
    unit = next(iter(sample.units))
    first, again = [await _dispatch(town, ticket["ticket_id"], unit) for _ in range(2)]
    assert (first.status_code, again.json()) == (httpx2.codes.OK, first.json())
    told = body(await seen(town.login_of(unit), f"dispatch.{unit}", complaint))
    assert (told["ticket_id"], told["rule"], told["by"]) == (ticket["ticket_id"], "by-hand", "centre")


async def test_the_trace_of_a_request_goes_on_to_the_unit(town: Town) -> None:
    form, _, unit = town.one("window")
    receipt = await town.submit(form, traceparent=f"00-{TRACE}-00f067aa0ba902b7-01")
    for login, topic in ((town.login_of(unit), f"dispatch.{unit}"), (town.district.login("operator"), "tickets")):
        record = await seen(login, topic, receipt["complaint_id"])
        assert headers(record)["ce_traceparent"].split(b"-")[1] == TRACE.encode()
        assert headers(record)["ce_correlationid"] == receipt["complaint_id"].encode()


async def _dispatch(town: Town, ticket_id: str, unit: str) -> httpx2.Response:
    url, key = f"/v1/tickets/{ticket_id}/dispatch", town.district.bearer("centre")
    return await town.dispatch.post(url, json={"unit": unit}, headers=key)


async def _receipt(town: Town, channel: str, source_id: str) -> dict[str, str]:
    """The receipt of a complaint that was said on a topic, as soon as there is one."""
    found: list[dict[str, str]] = []

    async def there() -> bool:
        key = town.district.bearer(f"channel.{channel}")
        answer = await town.intake.get("/v1/receipts", params={"source_id": source_id}, headers=key)
        found.extend(answer.raise_for_status().json())
        return bool(found)

    await until(there, 60, f"the receipt of {source_id}")
    return found[0]


async def _queued(town: Town, complaint_id: str) -> dict[str, str]:
    """The ticket of a complaint in the manual queue, as soon as it is there."""
    found: list[dict[str, str]] = []

    async def there() -> bool:
        found.extend(one for one in await _queue(town) if one["complaint_id"] == complaint_id)
        return bool(found)

    await until(there, 60, "the ticket in the manual queue")
    return found[0]


async def _queue(town: Town) -> list[dict[str, str]]:
    """All of the manual queue, page by page."""
    key, url, tickets = town.district.bearer("centre"), "/v1/tickets?queue=manual&limit=500", list[dict[str, str]]()
    while url:
        answer = (await town.dispatch.get(url, headers=key)).raise_for_status()
        tickets += answer.json()
        url = answer.links.get("next", {}).get("url", "")
    return tickets
