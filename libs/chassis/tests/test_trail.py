"""The audit trail and the idempotency keys on the real PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from chassis import audit, idempotency, tables
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
async def engine(servers: Servers) -> AsyncIterator[AsyncEngine]:
    """A database with the chassis' tables, whose audit trail somebody with every right can change."""
    engine, statements = create_async_engine(servers.make_database("trail")), Statements()
    tables.v1(statements)
    async with engine.begin() as connection:
        for statement in (*statements, "ALTER TABLE audit DISABLE TRIGGER audit_append_only"):
            await connection.exec_driver_sql(statement)
    yield engine
    await engine.dispose()


async def look(engine: AsyncEngine, subject: str, purpose: str = "回访") -> None:
    async with AsyncSession(engine) as session, session.begin():
        await audit.append(session, CENTRE, "complaint.read", subject, purpose, NOW)


async def verdict(engine: AsyncEngine) -> audit.Verdict:
    async with AsyncSession(engine) as session:
        return await audit.verify(session)


async def change(engine: AsyncEngine, statement: str, **said: int) -> None:
    async with engine.begin() as connection:
        await connection.execute(text(statement), said)


async def test_an_empty_trail_holds(engine: AsyncEngine) -> None:
    assert (await verdict(engine)).rows == 0
    assert (await verdict(engine)).holds


async def test_what_was_written_holds_and_its_head_moves(engine: AsyncEngine) -> None:
    await look(engine, "a")
    first = await verdict(engine)
    await look(engine, "b")
    second = await verdict(engine)
    assert (first.rows, second.rows) == (1, 2)
    assert first.holds
    assert second.holds
    assert first.head != second.head


async def test_many_at_once_make_one_chain(engine: AsyncEngine) -> None:
    await asyncio.gather(*(look(engine, str(one)) for one in range(30)))
    found = await verdict(engine)
    assert (found.rows, found.holds) == (30, True)


async def test_what_is_rolled_back_leaves_no_gap(engine: AsyncEngine) -> None:
    await look(engine, "a")
    async with AsyncSession(engine) as session:
        await audit.append(session, CENTRE, "complaint.read", "b", "回访", NOW)
        await session.rollback()
    await look(engine, "c")
    assert await verdict(engine) == audit.Verdict(2, (await verdict(engine)).head, None)


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
async def test_a_changed_row_is_found(engine: AsyncEngine, statement: str) -> None:
    for subject in "abc":
        await look(engine, subject)
    await change(engine, statement)
    found = await verdict(engine)
    assert (found.rows, found.broken_at) == (1, 2)


@pytest.mark.parametrize(("taken", "broken"), [(1, 2), (2, 3)])
async def test_a_row_taken_out_is_found(engine: AsyncEngine, taken: int, broken: int) -> None:
    for subject in "abc":
        await look(engine, subject)
    await change(engine, "DELETE FROM audit WHERE position = :taken", taken=taken)
    assert (await verdict(engine)).broken_at == broken


async def test_rows_cut_off_at_the_end_show_in_the_head(engine: AsyncEngine) -> None:
    for subject in "abc":
        await look(engine, subject)
    noted = (await verdict(engine)).head
    await change(engine, "DELETE FROM audit WHERE position = 3")
    assert (await verdict(engine)).head != noted


async def test_the_trail_cannot_be_changed_by_the_service_itself(engine: AsyncEngine) -> None:
    await look(engine, "a")
    await change(engine, "ALTER TABLE audit ENABLE TRIGGER audit_append_only")
    for statement in ("UPDATE audit SET purpose = 'x'", "DELETE FROM audit", "TRUNCATE audit"):
        with pytest.raises(DBAPIError, match="append only"):
            await change(engine, statement)


async def claim(engine: AsyncEngine, who: Principal, key: str, fingerprint: bytes, later: int = 0) -> None:
    async with AsyncSession(engine) as session, session.begin():
        await idempotency.claim(session, [Claim(who, key, fingerprint)], NOW + timedelta(seconds=later))


async def test_the_same_request_may_claim_its_key_again(engine: AsyncEngine) -> None:
    await claim(engine, WINDOW, "k1", BODY)
    await claim(engine, WINDOW, "k1", BODY, later=9)
    async with engine.connect() as connection:
        assert (await connection.execute(text("SELECT at FROM idempotency"))).scalar_one() == NOW


async def test_another_request_may_not(engine: AsyncEngine) -> None:
    await claim(engine, WINDOW, "k1", BODY)
    with pytest.raises(Refused, match=r"idempotency-key\.reused"):
        await claim(engine, WINDOW, "k1", OTHER)


async def test_principals_do_not_share_keys(engine: AsyncEngine) -> None:
    await claim(engine, WINDOW, "k1", BODY)
    await claim(engine, KIOSK, "k1", OTHER)


async def test_a_key_of_a_request_that_failed_is_free_again(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session:
        await idempotency.claim(session, [Claim(WINDOW, "k1", BODY)], NOW)
        await session.rollback()
    await claim(engine, WINDOW, "k1", OTHER)


async def test_of_two_at_once_the_second_waits_and_is_refused(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as first:
        await idempotency.claim(first, [Claim(WINDOW, "k1", BODY)], NOW)
        second = asyncio.create_task(claim(engine, WINDOW, "k1", OTHER))
        done, _ = await asyncio.wait({second}, timeout=0.2)
        assert not done
        await first.commit()
        with pytest.raises(Refused, match=r"idempotency-key\.reused"):
            await second


@pytest.mark.parametrize("key", ["", "a b", "钥", "a\n", "\x00", "k" * 256])
async def test_a_malformed_key_is_refused(engine: AsyncEngine, key: str) -> None:
    with pytest.raises(Refused, match=r"idempotency-key\.malformed"):
        await claim(engine, WINDOW, key, BODY)


async def test_a_key_of_255_characters_is_well_formed(engine: AsyncEngine) -> None:
    await claim(engine, WINDOW, "~" * 255, BODY)


def test_a_fingerprint_tells_its_parts_apart() -> None:
    assert idempotency.fingerprint(b"a", b"bc") != idempotency.fingerprint(b"ab", b"c")
