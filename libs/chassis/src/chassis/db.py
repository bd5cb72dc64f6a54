"""A service's database: transactions with limits, statements over arrays, migrations.

asyncpg runs the statements; SQLAlchemy only migrates, and is loaded for nothing else (decision 0015).
"""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import asyncpg
from asyncpg import InterfaceError, PostgresError

if TYPE_CHECKING:
    from sqlalchemy import Connection

_LIMITS = {
    "statement_timeout": "30s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "15s",
    "jit": "off",
    "plan_cache_mode": "force_generic_plan",
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
_FREE_S = 30
"""How long a connection of the pool is waited for."""
_DRIVER = "postgresql+asyncpg"
_NAMED = re.compile(r"(?<![:\w]):(\w+)(?!:)")
_USABLE = """
    SELECT datctype, to_regclass('log_cursor') IS NOT NULL AS migrated
    FROM pg_database WHERE datname = current_database()
"""
_MIGRATING = 0x62626373_6D696772


FAILING = (OSError, InterfaceError, PostgresError)
"""What is raised by a database that is away, or lacks what is asked of it."""


class UnusableDatabase(Exception):  # noqa: N818 - read by people at start, as a sentence
    """A database that must not be used as it is; the message says what to do."""


class Row(asyncpg.Record):  # type: ignore[misc]
    """A row of an answer: its columns by name, as attributes too, and by number."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        """Raises AttributeError for a column that the statement does not give."""
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


class Session:
    """A connection, in a transaction unless it is the relay's: what `rows` runs statements on."""

    __slots__ = ("driver",)

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    async def commit(self) -> None:
        """Make the transaction's effects last; it is over then. Raises AssertionError if a part of it failed."""
        if await self.driver.execute("COMMIT") != "COMMIT":
            raise AssertionError("a statement failed, and its failure was passed over")

    async def rollback(self) -> None:
        """Undo the transaction's effects; it is over then."""
        await self.driver.execute("ROLLBACK")


class Database:
    """The database behind a `postgresql+asyncpg://` address; connections are made when they are needed."""

    def __init__(self, url: str, name: str) -> None:
        """Raises UnusableDatabase for an address that is none."""
        self._dsn = _dsn(url)
        self._settings = _LIMITS | _DEAD | {"application_name": name}
        self._pool: Any = None
        self._opening = asyncio.Lock()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Session]:
        """A session whose transaction is committed at the end, or rolled back when something is raised."""
        pool = self._pool or await self._open()
        async with pool.acquire(timeout=_FREE_S) as driver:
            session = Session(driver)
            await driver.execute("BEGIN")
            try:
                yield session
            except BaseException:
                await _undo(session)
                raise
            if driver.is_in_transaction():
                await session.commit()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Session]:
        """A connection of its own, outside the pool, where each statement commits by itself: for session locks."""
        driver = await asyncpg.connect(self._dsn, **self._arguments(_ALONE))
        try:
            yield Session(driver)
        finally:
            driver.terminate()

    async def _open(self) -> Any:
        async with self._opening:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    self._dsn, min_size=0, max_size=_POOL, reset=_as_it_is, **self._arguments({})
                )
        return self._pool

    def _arguments(self, settings: dict[str, str]) -> dict[str, Any]:
        return {
            "server_settings": self._settings | settings,
            "timeout": _CONNECT_S,
            "command_timeout": _ANSWER_S,
            "record_class": Row,
        }

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
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.close()


def _dsn(url: str) -> str:
    scheme, host = urlsplit(url).scheme, urlsplit(url).hostname
    if scheme != _DRIVER or not host:
        raise UnusableDatabase(f"it is no address: {_DRIVER}://user:password@host:port/name")
    return url.replace(_DRIVER, "postgresql", 1)


async def _undo(session: Session) -> None:
    """Roll back what is open; a connection that broke is rolled back by the server."""
    with suppress(*FAILING):
        if session.driver.is_in_transaction():
            await session.rollback()


async def _as_it_is(_: Any) -> None:
    """A transaction leaves nothing in its connection that the next one would have to be spared."""


@lru_cache(maxsize=512)
def _numbered(sql: str) -> tuple[str, tuple[str, ...]]:
    """The statement with PostgreSQL's numbered parameters, and their names in order."""
    names = tuple(dict.fromkeys(_NAMED.findall(sql)))
    numbers = {name: f"${number}" for number, name in enumerate(names, 1)}
    return _NAMED.sub(lambda found: numbers[found[1]], sql), names


async def rows(session: Session, sql: str, **params: Any) -> Sequence[Row]:
    """The rows of one statement with `:named` parameters; arrays are lists, bound as `CAST(:ids AS uuid[])`."""
    numbered, names = _numbered(sql)
    found: Sequence[Row] = await session.driver.fetch(numbered, *[params[name] for name in names])
    return found


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
    from sqlalchemy import pool  # noqa: PLC0415 - as above
    from sqlalchemy.ext.asyncio import create_async_engine  # noqa: PLC0415

    engine = create_async_engine(url, poolclass=pool.NullPool)
    async with engine.connect() as connection:
        await connection.exec_driver_sql(f"SELECT pg_advisory_lock({_MIGRATING})")
        await connection.commit()
        await connection.run_sync(_upgrade)
    await engine.dispose()


def _upgrade(connection: "Connection") -> None:
    from alembic import context  # noqa: PLC0415 - as above

    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
