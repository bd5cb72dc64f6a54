"""How fast replies get to the city after it was away, and what portal-bridge needs for it.

10,000 replies may take 60 s at most at a city that answers in 20 ms. `python -m tests.load.replies PORT` is that city,
and intake, of which it asks for texts: both in a process of their own.
"""

import asyncio
import base64
import json
import re
import secrets
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter

import asyncpg
import uvloop
from tests.deployment import Deployment, until
from tests.load.measures import Measure, Measures
from tests.load.pipeline import plain

from chassis.clock import SystemClock
from stack.testing import native

REPLIES = 10_000
_NAME = "portal-bridge"
_ANSWERS_AFTER_S = 0.02
_PATIENCE_S = 300.0
_ROOT = Path(__file__).parents[2]
_LENGTH = re.compile(rb"content-length: *([0-9]+)", re.IGNORECASE)

_HEAD = "lpad(to_hex(n), 12, '0')"
_ITEMS = f"""
    INSERT INTO feedback (
        city_key, fingerprint, way, place_code, unit_credit_code, project_number, pf, rating, assess_number,
        default_rating, happened_at, received_at, entered_at, state, reason, complaint_id
    )
    SELECT 'sent-' || n, convert_to(n::text, 'UTF8'), 'push', '310151000000', '113101510000000785', n::text, 2, 1, 1,
        false, $2::timestamptz, $2, $2, 'registered', 'trouble', ({_HEAD} || '70008000000000000002')::uuid
    FROM generate_series(1, $1::integer) AS n
"""
_ADDRESSEES = f"""
    INSERT INTO addressee (complaint_id, ticket_id, last)
    SELECT ({_HEAD} || '70008000000000000002')::uuid, ({_HEAD} || '70008000000000000001')::uuid, 2
    FROM generate_series(1, $1::integer) AS n
"""
_REPLIES = f"""
    INSERT INTO reply (complaint_id, number, kind, said_at, text_of, text_ids)
    SELECT ({_HEAD} || '70008000000000000002')::uuid, number, (ARRAY['accepted', 'result'])[number], $2::timestamptz,
        ({_HEAD} || '70008000000000000002')::uuid,
        CASE number WHEN 2 THEN ARRAY[({_HEAD} || '70008000000000000009')::uuid] ELSE ARRAY[]::uuid[] END
    FROM generate_series(1, $1::integer) AS n, generate_series(1, 2) AS number
"""
_TAKEN = "SELECT count(*) FROM reply WHERE taken_at IS NOT NULL"


async def measure(district: Deployment) -> Measures:
    """Write two replies about each item, the second with a text; then time from the first that is taken to the last."""
    connection = await asyncpg.connect(plain(district.databases[_NAME]))
    try:
        await _fill(connection, SystemClock().now())
        async with _elsewhere() as url:
            district.add(_NAME, _NAME, **{f"BBCS_PORTAL_BRIDGE_{name}": said for name, said in _agreed(url).items()})
            district.start(_NAME)
            await until(lambda: _taken(connection, 1), _PATIENCE_S, "the first reply")
            begun, before = perf_counter(), await connection.fetchval(_TAKEN)
            await until(lambda: _taken(connection, REPLIES), _PATIENCE_S, "all replies")
            took = perf_counter() - begun
            district.kill(_NAME, signal.SIGTERM)
    finally:
        await connection.close()
    return {"replies.sent_10k_s": Measure(took * REPLIES / (REPLIES - before), "s")}


async def _fill(connection: asyncpg.Connection, now: datetime) -> None:
    items, at = REPLIES // 2, now - timedelta(hours=1)
    await connection.execute("TRUNCATE feedback, addressee, reply")  # what other parts took in
    await connection.execute(_ITEMS, items, at)
    await connection.execute(_ADDRESSEES, items)
    await connection.execute(_REPLIES, items, at)
    for table in ("feedback", "addressee", "reply"):
        await connection.execute(f"VACUUM (ANALYZE) {table}")


def _agreed(url: str) -> dict[str, str]:
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    return {
        "CITY_URL": url,
        "INTAKE_URL": url,
        "DISTRICT_KEYS": json.dumps({"district": key}),
        "DISTRICT_KEY": "district",
        "PULL_SECONDS": "3600",
    }


async def _taken(connection: asyncpg.Connection, how_many: int) -> bool:
    return bool(await connection.fetchval(_TAKEN) >= how_many)


@asynccontextmanager
async def _elsewhere() -> AsyncIterator[str]:
    """The address of a city, and of an intake, in a process of their own."""
    port = native.free_ports(1)[0]
    command = (sys.executable, "-m", "tests.load.replies", str(port))
    process: Process = await asyncio.create_subprocess_exec(*command, cwd=_ROOT, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    try:
        assert await process.stdout.readline(), "the process that answers has failed"
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        await process.wait()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A reply is taken after a while; whatever else is asked for is a text."""
    while True:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            return writer.close()
        found = _LENGTH.search(head)
        await reader.readexactly(int(found[1]) if found else 0)
        if head.startswith(b"PUT"):
            await asyncio.sleep(_ANSWERS_AFTER_S)
            writer.write(b"HTTP/1.1 201 Created\r\ncontent-length: 0\r\n\r\n")
        else:
            said = json.dumps({"text": "已为您办妥。", "items": [], "cursor": "0"}).encode()
            kind = b"content-type: application/json\r\n"
            writer.write(b"HTTP/1.1 200 OK\r\n%bcontent-length: %d\r\n\r\n%b" % (kind, len(said), said))


async def _serve(port: int) -> None:
    server = await asyncio.start_server(_answer, "127.0.0.1", port)
    print("ready", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1])))
