"""Transactions and statements on the real PostgreSQL."""

from collections.abc import AsyncIterator
from contextlib import suppress
from uuid import UUID

import pytest
from asyncpg import PostgresError

from chassis.db import Database, UnusableDatabase, rows
from stack.testing import Servers

ID = UUID(int=7)


@pytest.fixture
async def database(servers: Servers) -> AsyncIterator[Database]:
    """A database with one table."""
    database = Database(servers.make_database("db"), "db")
    async with database.transaction() as session:
        await rows(session, "CREATE TABLE said (id uuid, word text)")
    yield database
    await database.close()


async def said(database: Database) -> list[str]:
    async with database.transaction() as session:
        return [row.word for row in await rows(session, "SELECT word FROM said ORDER BY word")]


async def test_parameters_are_named_and_may_stand_twice(database: Database) -> None:
    sql = "SELECT CAST(:b AS text) || CAST(:a AS text) || :b AS word, '{1,2}'::int[] AS two, (ARRAY[1,2,3])[2:3] AS cut"
    async with database.transaction() as session:
        (row,) = await rows(session, sql, a="甲", b="乙")
    assert (row.word, row["two"], row[2]) == ("乙甲乙", [1, 2], [2, 3])
    assert not hasattr(row, "other")


async def test_what_is_raised_in_a_transaction_undoes_it_and_the_next_one_goes_well(database: Database) -> None:
    async def fail() -> None:
        async with database.transaction() as session:
            await rows(session, "INSERT INTO said VALUES (:id, 'a')", id=ID)
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await fail()
    async with database.transaction() as session:
        await rows(session, "INSERT INTO said VALUES (:id, 'b')", id=ID)
    assert await said(database) == ["b"]


async def test_a_transaction_whose_failure_was_passed_over_is_not_taken_for_committed(database: Database) -> None:
    async def pass_over() -> None:
        async with database.transaction() as session:
            await rows(session, "INSERT INTO said VALUES (:id, 'a')", id=ID)
            with suppress(PostgresError):
                await rows(session, "SELECT 1/0")

    with pytest.raises(AssertionError, match="passed over"):
        await pass_over()
    assert await said(database) == []


async def test_a_connection_that_was_cut_off_is_replaced(database: Database) -> None:
    with pytest.raises(PostgresError):
        async with database.transaction() as session:
            await rows(session, "SELECT pg_terminate_backend(pg_backend_pid())")
    assert await said(database) == []


@pytest.mark.parametrize("address", ["", "postgresql://a@b/c", "postgresql+asyncpg:///c", "postgresql+asyncpg"])
def test_an_address_that_is_none_is_refused_with_the_form_of_one(address: str) -> None:
    with pytest.raises(UnusableDatabase, match="user:password@host"):
        Database(address, "db")
