"""The audit trail and the idempotency keys on the real PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from asyncpg import PostgresError

from chassis import audit, idempotency, tables
from chassis.db import Database, rows
from chassis.idempotency import Claim
from chassis.security import Principal
from contracts.refusals import Refused
from stack.testing import Servers

NOW = datetime(2026, 11, 25, 1, 2, 3, 456789, tzinfo=UTC)
CENTRE, WINDOW, KIOSK = Principal("centre"), Principal("channel.window"), Principal("channel.kiosk")
BODY, OTHER = idempotency.fingerprint(b"POST", b"{}"), idempotency.fingerprint(b"POST", b"[]")


class Statements(list[str]):
    """Collects what a migration would run."""

    execute = list.append


@pytest.fixture
async def database(servers: Servers) -> AsyncIterator[Database]:
    """A database with the chassis' tables, whose audit trail somebody with every right can change."""
    database, statements = Database(servers.make_database("trail"), "trail"), Statements()
    tables.v1(statements)
    async with database.transaction() as session:
        for statement in (*statements, "ALTER TABLE audit DISABLE TRIGGER audit_append_only"):
            await rows(session, statement)
    yield database
    await database.close()


async def look(database: Database, subject: str, purpose: str = "回访") -> None:
    async with database.transaction() as session:
        await audit.append(session, CENTRE, "complaint.read", subject, purpose, NOW)


async def verdict(database: Database) -> audit.Verdict:
    async with database.transaction() as session:
        return await audit.verify(session)


async def change(database: Database, statement: str, **said: int) -> None:
    async with database.transaction() as session:
        await rows(session, statement, **said)


async def test_an_empty_trail_holds(database: Database) -> None:
    assert (await verdict(database)).rows == 0
    assert (await verdict(database)).holds


async def test_what_was_written_holds_and_its_head_moves(database: Database) -> None:
    await look(database, "a")
    first = await verdict(database)
    await look(database, "b")
    second = await verdict(database)
    assert (first.rows, second.rows) == (1, 2)
    assert first.holds
    assert second.holds
    assert first.head != second.head


async def test_many_at_once_make_one_chain(database: Database) -> None:
    await asyncio.gather(*(look(database, str(one)) for one in range(30)))
    found = await verdict(database)
    assert (found.rows, found.holds) == (30, True)


async def test_what_is_rolled_back_leaves_no_gap(database: Database) -> None:
    await look(database, "a")
    async with database.transaction() as session:
        await audit.append(session, CENTRE, "complaint.read", "b", "回访", NOW)
        await session.rollback()
    await look(database, "c")
    assert await verdict(database) == audit.Verdict(2, (await verdict(database)).head, None)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET purpose = 'x' WHERE position = 2",
        "UPDATE audit SET principal = 'unit.hrss' WHERE position = 2",
        "UPDATE audit SET at = at + interval '1 microsecond' WHERE position = 2",
        "UPDATE audit SET hash = prev WHERE position = 2",
        "UPDATE audit SET subject = action, action = subject WHERE position = 2",
        "UPDATE audit SET prev = hash WHERE position = 2",
    ],
)
async def test_a_changed_row_is_found(database: Database, statement: str) -> None:
    for subject in "abc":
        await look(database, subject)
    await change(database, statement)
    found = await verdict(database)
    assert (found.rows, found.broken_at) == (1, 2)


@pytest.mark.parametrize(("taken", "broken"), [(1, 2), (2, 3)])
async def test_a_row_taken_out_is_found(database: Database, taken: int, broken: int) -> None:
    for subject in "abc":
        await look(database, subject)
    await change(database, "DELETE FROM audit WHERE position = :taken", taken=taken)
    assert (await verdict(database)).broken_at == broken


async def test_rows_cut_off_at_the_end_show_in_the_head(database: Database) -> None:
    for subject in "abc":
        await look(database, subject)
    noted = (await verdict(database)).head
    await change(database, "DELETE FROM audit WHERE position = 3")
    assert (await verdict(database)).head != noted


async def test_the_trail_cannot_be_changed_by_the_service_itself(database: Database) -> None:
    await look(database, "a")
    await change(database, "ALTER TABLE audit ENABLE TRIGGER audit_append_only")
    for statement in ("UPDATE audit SET purpose = 'x'", "DELETE FROM audit", "TRUNCATE audit"):
        with pytest.raises(PostgresError, match="append only"):
            await change(database, statement)


async def claim(database: Database, who: Principal, key: str, fingerprint: bytes, later: int = 0) -> None:
    async with database.transaction() as session:
        await idempotency.claim(session, [Claim(who, key, fingerprint)], NOW + timedelta(seconds=later))


async def test_the_same_request_may_claim_its_key_again(database: Database) -> None:
    await claim(database, WINDOW, "k1", BODY)
    await claim(database, WINDOW, "k1", BODY, later=9)
    async with database.transaction() as session:
        assert [row.at for row in await rows(session, "SELECT at FROM idempotency")] == [NOW]


async def test_another_request_may_not(database: Database) -> None:
    await claim(database, WINDOW, "k1", BODY)
    with pytest.raises(Refused, match=r"idempotency-key\.reused"):
        await claim(database, WINDOW, "k1", OTHER)


async def test_principals_do_not_share_keys(database: Database) -> None:
    await claim(database, WINDOW, "k1", BODY)
    await claim(database, KIOSK, "k1", OTHER)


async def test_a_key_of_a_request_that_failed_is_free_again(database: Database) -> None:
    async with database.transaction() as session:
        await idempotency.claim(session, [Claim(WINDOW, "k1", BODY)], NOW)
        await session.rollback()
    await claim(database, WINDOW, "k1", OTHER)


async def test_of_two_at_once_the_second_waits_and_is_refused(database: Database) -> None:
    async with database.transaction() as first:
        await idempotency.claim(first, [Claim(WINDOW, "k1", BODY)], NOW)
        second = asyncio.create_task(claim(database, WINDOW, "k1", OTHER))
        done, _ = await asyncio.wait({second}, timeout=0.2)
        assert not done
        await first.commit()
        with pytest.raises(Refused, match=r"idempotency-key\.reused"):
            await second


@pytest.mark.parametrize("key", ["", "a b", "钥", "a\n", "\x00", "k" * 256])
async def test_a_malformed_key_is_refused(database: Database, key: str) -> None:
    with pytest.raises(Refused, match=r"idempotency-key\.malformed"):
        await claim(database, WINDOW, key, BODY)


async def test_a_key_of_255_characters_is_well_formed(database: Database) -> None:
    await claim(database, WINDOW, "~" * 255, BODY)


def test_a_fingerprint_tells_its_parts_apart() -> None:
    assert idempotency.fingerprint(b"a", b"bc") != idempotency.fingerprint(b"ab", b"c")
