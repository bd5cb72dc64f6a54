"""A complaint's whole course, as the operator sees it over all services of the running district."""

import asyncio
from typing import Any

from tests.deployment import until
from tests.journeys.conftest import Town
from tests.journeys.doing import act, dispatched, finish


async def test_it_is_traced_from_its_channel_to_its_reply_and_who_asks_again(town: Town) -> None:
    complaint, ticket, unit = await dispatched(town)
    await act(town, ticket, f"unit.{unit}", {"action": "accept"})
    await act(town, ticket, f"unit.{unit}", await finish(town, complaint, unit))
    found: list[dict[str, Any]] = []

    async def planned() -> bool:
        found[:] = (await asyncio.to_thread(town.district.bbcs, "trace", complaint))["facts"]
        seen = [(one["type"], one["fact"].get("clock")) for one in found]
        return seen.count(("revisit.planned.v1", None)) == 2 and ("clock.stopped.v1", "handle") in seen

    await until(planned, 60, lambda: f"revisits and a stopped clock among {[one['type'] for one in found]}")
    assert {one["producer"] for one in found} == {"intake", "dispatch", "sla-monitor", "revisit"}
    first = [one["type"] for one in found if one["producer"] in {"intake", "dispatch"}][:3]
    assert first == ["complaint.registered.v1", "ticket.opened.v1", "ticket.dispatched.v1"]
    depth = {one["type"]: one["depth"] for one in found}
    assert (depth["ticket.opened.v1"], depth["revisit.planned.v1"]) == (1, 1)
    assert [one["colour"] for one in found if one["type"] == "revisit.planned.v1"] == ["green", "green"]
