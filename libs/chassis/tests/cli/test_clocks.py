"""`bbcs clocks`, over the services' databases: who watches a clock, and the operator's word for one that jumped."""

import asyncio
from datetime import UTC, datetime, timedelta
from importlib.metadata import entry_points
from typing import Any

import pytest

from chassis.cli.databases import variable
from chassis.clock import Reading
from chassis.db import Database, migrate, rows
from chassis.steady import Steady
from contracts.topics import SERVICES
from stack.testing.servers import Servers

NOW = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)


class Machine:
    """A machine whose clocks stand where they are put."""

    name = "here"
    wall, boot_s = NOW, 100.0

    def read(self) -> Reading:
        """What its clocks say."""
        return Reading(self.wall, self.boot_s)


@pytest.fixture
def desk(bbcs: Any, servers: Servers) -> Any:
    """The command with the databases of all services."""
    for service in SERVICES:
        (point,) = entry_points(group="bbcs.services", name=service)
        url = servers.make_database(service)
        migrate(point.load().migrations, url)
        bbcs.environment[variable(service)] = url
    return bbcs


def watch(desk: Any, *steps: timedelta) -> bool:
    """Whether sla-monitor trusts its machine's clock after these steps of it, three seconds apart."""

    async def looked() -> bool:
        machine, trusted = Machine(), True
        watching, database = Steady(machine), Database(desk.environment[variable("sla-monitor")], "test")
        for at, step in enumerate((timedelta(), *steps)):
            machine.boot_s += 3
            machine.wall = NOW + timedelta(seconds=3 * at) + step
            async with database.transaction() as session:
                trusted = await watching.trusted(session, NOW + timedelta(seconds=3 * at))
        await database.close()
        return trusted

    return asyncio.run(looked())


def test_a_clock_that_jumped_is_shown_and_confirmed_with_a_reason(desk: Any) -> None:
    hour = timedelta(hours=1)
    assert watch(desk, timedelta())
    assert "None is in doubt." in desk("clocks", "list").out
    assert not watch(desk, hour, hour)
    [one] = desk("clocks", "list", "--json").json
    assert (one["service"], one["machine"], one["ahead_s"] is None) == ("sla-monitor", "here", False)
    assert one["doubted_since"]
    assert "1 in doubt" in desk("clocks", "list").out
    assert "1 clocks are confirmed." in desk("clocks", "confirm", "here", "--reason", "it was slow").out
    assert asyncio.run(reasons(desk))[0].endswith(": it was slow")


def test_what_is_not_in_doubt_cannot_be_confirmed(desk: Any) -> None:
    refused = desk("clocks", "confirm", "--reason", "so it is")
    assert (refused.code, refused.err) == (1, "No clock is in doubt.\n")
    assert "there is not in doubt" in desk("clocks", "confirm", "there", "--reason", "so it is").err
    assert "--reason" in desk("clocks", "confirm", "--reason", " ").err


async def reasons(desk: Any) -> list[str]:
    database = Database(desk.environment[variable("sla-monitor")], "test")
    async with database.transaction() as session:
        found = [row.purpose for row in await rows(session, "SELECT purpose FROM audit")]
    await database.close()
    return found
