"""A request is one transaction of the real PostgreSQL: all of it happens before the answer, or nothing of it does."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated
from uuid import UUID

import httpx2
import pytest
from fastapi import APIRouter
from pydantic import SecretStr

from chassis import tables, web
from chassis.clock import SystemClock, new_id
from chassis.db import Database, rows
from chassis.running import Running
from chassis.service import Service
from chassis.settings import Settings
from chassis.work import Work
from contracts.refusals import Refused
from contracts.tickets import TicketOpened
from contracts.vocabulary import Channel, ReporterKind
from stack.testing import Servers

SECONDS = 2.0
InWork = Annotated[Work[None], web.InWork]
router = APIRouter(prefix="/v1")


@router.put("/tickets/{ticket_id}", status_code=201)
async def write(ticket_id: UUID, work: InWork, ending: str = "well") -> None:
    """Open a ticket, and end as it is told."""
    await rows(work.session, "INSERT INTO ticket VALUES (:id)", id=ticket_id)
    work.tell(_opened(ticket_id, work))
    if ending == "refused":
        raise Refused("ticket.unknown")
    if ending == "terminated":
        await rows(work.session, "SELECT pg_terminate_backend(pg_backend_pid())")
    if ending == "mistaken":
        await rows(work.session, "SELECT nothing FROM nowhere")
    if ending == "late":
        await rows(work.session, "SELECT pg_sleep(20)")


def _opened(ticket_id: UUID, work: Work[None]) -> TicketOpened:
    return TicketOpened(
        ticket_id=ticket_id,
        complaint_id=ticket_id,
        channel=Channel.WINDOW,
        reporter_kind=ReporterKind.CITIZEN,
        submitted_at=work.now,
        opened_at=work.now,
    )


class Statements(list[str]):
    """Collects what a migration would run."""

    execute = list.append


@pytest.fixture(scope="module")
async def url(servers: Servers) -> str:
    """A database with the chassis' tables and one whose rows must differ when the transaction is committed."""
    url, statements = servers.make_database("desk"), Statements()
    tables.v1(statements)
    database = Database(url, "desk")
    async with database.transaction() as session:
        for statement in (*statements, "CREATE TABLE ticket (id uuid UNIQUE DEFERRABLE INITIALLY DEFERRED)"):
            await rows(session, statement)
    await database.close()
    return url


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    database = Database(url, "test")
    yield database
    await database.close()


def running(url: str) -> Running:
    digest = hashlib.sha256(b"window").hexdigest()
    settings = Settings(
        kafka_servers="127.0.0.1:1",
        kafka_username="desk",
        database_url=SecretStr(url),
        http_seconds=SECONDS,
        keys={"channel.window": digest},
    )
    service = Service("desk", Settings, Path(), kit=lambda _: None, api=(router,))
    return Running(service, settings)


def calling(desk: Running) -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(web.application(desk.service, desk))
    return httpx2.AsyncClient(transport=transport, base_url="http://desk")


@pytest.fixture
async def client(url: str) -> AsyncIterator[httpx2.AsyncClient]:
    desk = running(url)
    async with calling(desk) as client:
        yield client
    await desk.database.close()


@pytest.fixture
def ticket_id() -> UUID:
    return new_id(SystemClock().now())


async def written(database: Database, ticket_id: UUID) -> tuple[int, int]:
    """How many rows and how many facts there are of the ticket."""
    async with database.transaction() as session:
        tickets = await rows(session, "SELECT 1 FROM ticket WHERE id = :id", id=ticket_id)
        facts = await rows(session, "SELECT 1 FROM log WHERE key = :key", key=str(ticket_id))
    return len(tickets), len(facts)


async def test_what_is_answered_is_committed_with_what_was_told(
    client: httpx2.AsyncClient, database: Database, ticket_id: UUID
) -> None:
    assert (await client.put(f"/v1/tickets/{ticket_id}")).status_code == 201
    assert await written(database, ticket_id) == (1, 1)


@pytest.mark.parametrize(
    ("ending", "status", "code"),
    [
        ("refused", 404, "ticket.unknown"),
        ("terminated", 503, "service.unavailable"),
        ("mistaken", 500, "service.fault"),
        ("late", 503, "request.deadline"),
    ],
)
async def test_what_ends_badly_leaves_nothing_and_the_next_request_goes_well(
    client: httpx2.AsyncClient, database: Database, ticket_id: UUID, ending: str, status: int, code: str
) -> None:
    answer = await client.put(f"/v1/tickets/{ticket_id}", params={"ending": ending})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await written(database, ticket_id) == (0, 0)
    assert (await client.put(f"/v1/tickets/{ticket_id}")).status_code == 201
    assert await written(database, ticket_id) == (1, 1)


async def test_a_commit_that_fails_is_not_answered_as_done(
    client: httpx2.AsyncClient, database: Database, ticket_id: UUID
) -> None:
    await client.put(f"/v1/tickets/{ticket_id}")
    again = await client.put(f"/v1/tickets/{ticket_id}")
    assert (again.status_code, again.json()["code"]) == (500, "service.fault")
    assert await written(database, ticket_id) == (1, 1)


async def test_a_database_that_is_away_is_told_at_once(url: str, ticket_id: UUID) -> None:
    desk = running("postgresql+asyncpg://desk:x@127.0.0.1:1/desk")
    async with calling(desk) as client, asyncio.timeout(SECONDS):
        answer = await client.put(f"/v1/tickets/{ticket_id}")
    assert (answer.status_code, answer.json()["code"]) == (503, "service.unavailable")
    assert int(answer.headers["retry-after"]) > 0
