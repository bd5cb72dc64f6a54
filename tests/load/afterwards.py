"""How fast revisit answers when a million tickets were closed: worklists, supervision, and what repeats.

Each answer may take 50 ms at most.
"""

import asyncio
import signal
from collections.abc import AsyncIterator

import asyncpg
from tests.deployment import Deployment
from tests.load import closed
from tests.load.measures import Measure, Measures, percentile
from tests.load.pipeline import plain
from tests.load.web import Server, ask_in_turn

from chassis.clock import SystemClock

TICKETS = 1_000_000
_NAME = "revisit"
_ROUNDS = 100
_UNIT = "unit-7"

_REVISITS = """
    SELECT revisit_id FROM revisit WHERE open AND caller = $1 ORDER BY due_at, revisit_id
    OFFSET (SELECT count(*) / 2 FROM revisit WHERE open AND caller = $1) LIMIT 1
"""
_SUPERVISED = """
    SELECT thing_id FROM supervised WHERE duty = $1 AND ($2::text IS NULL OR unit = $2) ORDER BY since, thing_id
    OFFSET (SELECT count(*) / 2 FROM supervised WHERE duty = $1 AND ($2::text IS NULL OR unit = $2)) LIMIT 1
"""
_DUTIES = {
    "judgement": "/v1/findings?",
    "rectification": "/v1/rounds?duty=rectification&",
    "check": "/v1/rounds?duty=check&",
    "explanation": "/v1/ratings?",
}


async def measure(district: Deployment) -> Measures:
    """Write the tickets, then look through every list, and rank; one request after the other."""
    connection = await asyncpg.connect(plain(district.databases[_NAME]))
    try:
        await closed.fill(connection, TICKETS, SystemClock().now())
        district.add(_NAME, _NAME, "http")
        await district.up(_NAME)
        return await _asked(Server.of(district, _NAME), connection)
    finally:
        await connection.close()
        await asyncio.to_thread(district.kill, _NAME, signal.SIGTERM)


async def _asked(server: Server, connection: asyncpg.Connection) -> Measures:
    asked = {
        "revisits": [server.get(one) async for one in _revisits(connection)],
        "supervision": [server.get(one) async for one in _supervision(connection)],
    }
    for days in (30, 92):
        asked[f"ranking_{days}d"] = [server.get(f"/v1/blockages?days={days}")]
        asked[f"ranking_{days}d_of_unit"] = [server.get(f"/v1/blockages?days={days}&unit={_UNIT}")]
    measures: Measures = {}
    for name, requests in asked.items():
        took = await ask_in_turn(server.port, requests, _ROUNDS)
        for share, called in ((50, "p50"), (99, "p99"), (100, "slowest")):
            measures[f"afterwards.{name}_{called}_ms"] = Measure(1000 * percentile(took, share), "ms")
    return measures


async def _revisits(connection: asyncpg.Connection) -> AsyncIterator[str]:
    """First and deep pages of a unit and of the centre."""
    for who, principal in ((_UNIT, f"unit.{_UNIT}"), ("centre", "centre")):
        yield f"/v1/revisits?unit={who}"
        yield f"/v1/revisits?unit={who}&after={await connection.fetchval(_REVISITS, principal)}"


async def _supervision(connection: asyncpg.Connection) -> AsyncIterator[str]:
    """First and deep pages of every duty, of all and of a unit."""
    for duty, path in _DUTIES.items():
        yield path
        yield f"{path}after={await connection.fetchval(_SUPERVISED, duty, None)}"
        yield f"{path}unit={_UNIT}"
        yield f"{path}unit={_UNIT}&after={await connection.fetchval(_SUPERVISED, duty, f'unit.{_UNIT}')}"
