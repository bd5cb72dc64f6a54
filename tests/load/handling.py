"""How fast commands and lists are answered when a million tickets are there."""

import json
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from itertools import count, cycle
from typing import Any
from uuid import UUID

import asyncpg
from tests.deployment import Deployment
from tests.load.measures import Measure, Measures, percentile
from tests.load.pipeline import plain
from tests.load.web import WARM_UP_S, Server, ask_all, ask_in_turn

TICKETS = 1_000_000
_RATE = 100
_SECONDS = 30
_ROUNDS = 40
_AT = "2026-11-02T01:00:00Z"
_TEXT = str(UUID(int=100))
_NUMBERS = count(1)

_UNTOUCHED: dict[str, Any] = {
    "complexity": "general", "accepted_at": None, "contacts": [], "contacted_at": None, "returned_by": [],
    "delegations": [], "assists": [], "proposal": None, "confirmed": None, "rejected": None, "explanation_id": None,
    "progress_id": None, "next_progress_at": None, "reply_id": None, "finished_by": None, "linked_to": None,
    "reopening_requested_at": None, "closed_at": None, "sampled": False, "round": 1,
}  # fmt: skip
_ACCEPTED = _UNTOUCHED | {"accepted_at": _AT, "contacts": [_TEXT], "contacted_at": _AT}
_ASSIST = {"assist_id": _TEXT, "unit": "", "due_at": _AT, "asked_at": _AT, "state": "asked", "answer_id": None}
_HANDLING = {
    "accepted": _ACCEPTED,
    "assisted": _ACCEPTED | {"assists": [_ASSIST]},
    "finished": _ACCEPTED | {"reply_id": _TEXT, "finished_by": "unit.any/0412", "closed_at": _AT},
    "declined": _ACCEPTED | {"confirmed": _TEXT, "closed_at": _AT},
    "withdrawn": _ACCEPTED | {"closed_at": _AT},
}

_FILL = """
    WITH drawn AS MATERIALIZED (
        SELECT n, random() AS state, floor(power(random(), 2) * cardinality($2::text[]))::integer + 1 AS unit,
            floor(random() * cardinality($2::text[]))::integer + 1 AS helper, random() < 0.03 AS assisted,
            $4::timestamptz - (($1 - n) * interval '20 seconds') AS at
        FROM generate_series(1, $1::integer) AS n
    ),
    stated AS (
        SELECT *, CASE
            WHEN state < 0.01 THEN 'queued' WHEN state < 0.04 THEN 'dispatched' WHEN state < 0.14 THEN 'accepted'
            WHEN state < 0.17 THEN 'declined' WHEN state < 0.18 THEN 'withdrawn' ELSE 'finished'
        END AS stands
        FROM drawn
    )
    INSERT INTO ticket (
        ticket_id, complaint_id, state, channel, reporter_kind, submitted_at, opened_at, matter_code, place_code, unit,
        rule, matched_place, directory_version, dispatched_at, queue_reason, queued_at, version, handling, helpers
    )
    SELECT
        (lpad(to_hex(n), 12, '0') || '70008000000000000001')::uuid,
        (lpad(to_hex(n), 12, '0') || '70008000000000000002')::uuid,
        stands, 'window', 'citizen', at, at, '000114008000', '310151101001',
        CASE WHEN stands <> 'queued' THEN ($2::text[])[unit] END,
        CASE WHEN stands <> 'queued' THEN 'matter-owner' END,
        CASE WHEN stands <> 'queued' THEN '310151000000' END,
        1,
        CASE WHEN stands <> 'queued' THEN at END,
        CASE WHEN stands = 'queued' THEN 'no-owner' END,
        CASE WHEN stands = 'queued' THEN at END,
        CASE WHEN stands IN ('queued', 'dispatched') THEN 2 ELSE 4 END,
        CASE WHEN stands = 'accepted' AND assisted AND helper <> unit
            THEN jsonb_set($3::jsonb -> 'assisted', '{assists,0,unit}', to_jsonb(($2::text[])[helper]))
            ELSE $3::jsonb -> stands
        END,
        CASE WHEN stands = 'accepted' AND assisted AND helper <> unit THEN ARRAY[($2::text[])[helper]] END
    FROM stated
"""
"""Half of the tickets are those of a quarter of the units; one in seven is open."""

_BUSIEST = """
    SELECT unit FROM ticket WHERE state IN ('dispatched', 'accepted') GROUP BY unit ORDER BY count(*) DESC LIMIT 1
"""
_HELPING = """
    SELECT helpers[1] AS unit FROM ticket WHERE helpers IS NOT NULL GROUP BY helpers ORDER BY count(*) DESC LIMIT 1
"""
_MIDDLE = {
    "lead": """
        SELECT ticket_id FROM ticket WHERE unit = $1 AND state IN ('dispatched', 'accepted')
        ORDER BY dispatched_at OFFSET (
            SELECT count(*) / 2 FROM ticket WHERE unit = $1 AND state IN ('dispatched', 'accepted')
        ) LIMIT 1
    """,
    "help": """
        SELECT ticket_id FROM ticket WHERE helpers @> ARRAY[$1::text]
        ORDER BY ticket_id OFFSET (SELECT count(*) / 2 FROM ticket WHERE helpers @> ARRAY[$1::text]) LIMIT 1
    """,
    "queue": """
        SELECT ticket_id FROM ticket WHERE state = $1
        ORDER BY queued_at OFFSET (SELECT count(*) / 2 FROM ticket WHERE state = $1) LIMIT 1
    """,
}
_COMPLAINTS = "SELECT complaint_id FROM ticket TABLESAMPLE BERNOULLI (0.05) LIMIT 100"
_OPEN = """
    SELECT ticket_id, unit, state FROM ticket WHERE state IN ('dispatched', 'accepted') ORDER BY random() LIMIT $1
"""


async def measure(district: Deployment, units: list[str]) -> Measures:
    """Write the tickets of these units, look through lists, then send commands at a steady pace."""
    server = Server.of(district, "dispatch")
    connection = await asyncpg.connect(plain(district.databases["dispatch"]))
    try:
        await fill(connection, units, TICKETS)
        lists = await ask_in_turn(server.port, [one async for one in _pages(connection, server)], _ROUNDS)
        commands = list(_commands(server, await connection.fetch(_OPEN, _RATE * (WARM_UP_S + _SECONDS))))
    finally:
        await connection.close()
    took = await ask_all(server.port, commands, _RATE, 200)
    return {
        "handling.list_p99_ms": Measure(1000 * percentile(lists, 99), "ms"),
        "handling.command_p99_ms": Measure(1000 * percentile(took[_RATE * WARM_UP_S :], 99), "ms"),
    }


async def fill(connection: asyncpg.Connection, units: list[str], how_many: int) -> None:
    """Write so many tickets as they stand after months, and let the database know what it has."""
    await connection.execute("SELECT setseed(0.5)")
    await connection.execute(_FILL, how_many, units, json.dumps(_HANDLING), datetime.fromisoformat(_AT))
    await connection.execute("VACUUM (ANALYZE) ticket")


async def _pages(connection: asyncpg.Connection, server: Server) -> AsyncIterator[bytes]:
    """Requests for first and deep pages of every list."""
    named = {
        "lead": await connection.fetchval(_BUSIEST),
        "help": await connection.fetchval(_HELPING),
        "queue": "queued",
    }
    for kind, who in named.items():
        path = "/v1/tickets?queue=manual" if kind == "queue" else f"/v1/units/{who}/tickets?part={kind}"
        yield server.get(path)
        yield server.get(f"{path}&after={await connection.fetchval(_MIDDLE[kind], who)}")
    ids = "&".join(f"complaint_id={row['complaint_id']}" for row in await connection.fetch(_COMPLAINTS))
    yield server.get(f"/v1/tickets?{ids}")


def _commands(server: Server, tickets: list[Any]) -> Iterator[bytes]:
    """What units do next with their tickets, a command each."""
    contact = {"action": "contact", "method": "phone", "reached": True, "attempted_at": _AT}
    shorter = {"action": "classify", "complexity": "simple"}
    later = cycle((contact, contact, shorter))
    for row in tickets:
        do = {"action": "accept"} if row["state"] == "dispatched" else next(later)
        said = {"action_id": str(UUID(int=next(_NUMBERS))), "officer": "0412", "do": do}
        yield server.post(f"/v1/tickets/{row['ticket_id']}/actions", f"unit.{row['unit']}", said)
