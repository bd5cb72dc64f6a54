"""A service's database: transactions with limits, statements over arrays, migrations."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, TextClause, pool, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, create_async_engine

_LIMITS = {
    "statement_timeout": "30s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "15s",
    "jit": "off",
    "timezone": "UTC",
}
"""A frozen process must not hold a ticket's lock, nor a slow statement a batch (sharp edge 15)."""

_DEAD = {"tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3"}
"""A machine that vanished must not hold a lock for hours."""
_ALONE = {"idle_session_timeout": "30s", "synchronous_commit": "off"}
"""A relay that is frozen loses its lock; one that works asks every moment, and sends for at most ten seconds. A cursor
that a crash sets back has the same facts sent again."""

_CONNECT_S = 5
_ANSWER_S = 40
"""Longer than any statement may take: a server that says nothing for so long is gone without a word."""
_POOL = 20
_USABLE = """
    SELECT datctype, to_regclass('log_cursor') IS NOT NULL AS migrated
    FROM pg_database WHERE datname = current_database()
"""
_MIGRATING = 0x62626373_6D696772


class UnusableDatabase(Exception):  # noqa: N818 - read by people at start, as a sentence
    """A database that must not be used as it is; the message says what to do."""


class Database:
    """The database behind a `postgresql+asyncpg://` address; connections are made when they are needed."""

    def __init__(self, url: str, name: str) -> None:
        settings = _LIMITS | _DEAD | {"application_name": name}
        arguments = {"server_settings": settings, "timeout": _CONNECT_S, "command_timeout": _ANSWER_S}
        self._engine = create_async_engine(url, pool_size=_POOL, max_overflow=0, connect_args=arguments)
        alone = arguments | {"server_settings": settings | _ALONE}
        self._alone = create_async_engine(
            url, poolclass=pool.NullPool, isolation_level="AUTOCOMMIT", connect_args=alone
        )

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A session whose transaction is committed at the end, or rolled back when something is raised."""
        async with AsyncSession(self._engine, expire_on_commit=False, autoflush=False) as session, session.begin():
            yield session

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection]:
        """A connection of its own, outside the pool, where each statement commits by itself: for session locks."""
        async with self._alone.connect() as connection:
            yield connection

    async def check(self) -> None:
        """Raises UnusableDatabase unless Chinese text can be searched (sharp edge 10) and the tables are there."""
        async with self.transaction() as session:
            (row,) = await rows(session, _USABLE)
        if row.datctype in ("C", "POSIX"):
            raise UnusableDatabase(f"the database has LC_CTYPE {row.datctype}: create it with LC_CTYPE 'C.UTF-8'")
        if not row.migrated:
            raise UnusableDatabase("the database has no tables yet: run the service with --migrate first")

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()
        await self._alone.dispose()


@lru_cache(maxsize=512)
def statement(sql: str) -> TextClause:
    """The statement, prepared for SQLAlchemy once."""
    return text(sql)


async def rows(session: AsyncSession, sql: str, **params: Any) -> Sequence[Row[Any]]:
    """The rows of one statement; arrays are lists, bound as `CAST(:ids AS uuid[])`."""
    found = await session.execute(statement(sql), params)
    return found.all() if found.returns_rows else ()  # type: ignore[attr-defined]


def migrate(migrations: Path, url: str) -> None:
    """Bring the database's tables to the newest version; two at once wait for each other.

    Runs an event loop of its own: from inside one, call it in a thread.
    """
    from alembic import command  # noqa: PLC0415 - a service that runs needs none of its 11 MB
    from alembic.config import Config  # noqa: PLC0415

    config = Config(attributes={"url": url})
    config.set_main_option("script_location", str(migrations))
    command.upgrade(config, "head")


def run_migrations() -> None:
    """What a service's `migrations/env.py` calls."""
    from alembic import context  # noqa: PLC0415 - as above

    given = context.config.attributes.get("connection")
    if given is not None:
        _upgrade(given)
    else:
        asyncio.run(_run_migrations(context.config.attributes["url"]))


async def _run_migrations(url: str) -> None:
    engine = create_async_engine(url, poolclass=pool.NullPool)
    async with engine.connect() as connection:
        await connection.execute(statement("SELECT pg_advisory_lock(:lock)"), {"lock": _MIGRATING})
        await connection.commit()
        await connection.run_sync(_upgrade)
    await engine.dispose()


def _upgrade(connection: Connection) -> None:
    from alembic import context  # noqa: PLC0415 - as above

    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
