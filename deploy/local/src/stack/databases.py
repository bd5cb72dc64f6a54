"""A database and a role per service; no role may connect to another's database."""

import asyncpg

from stack.apart import run_apart

_LOCALE = "C.UTF-8"


def make(superuser_url: str, role: str, password: str, database: str | None = None) -> None:
    """Make the role and its database, named like it unless told, when they are missing; the password is set anew."""
    run_apart(_make(superuser_url, role, password, database or role))


async def _make(superuser_url: str, role: str, password: str, database: str) -> None:
    connection = await asyncpg.connect(superuser_url)
    try:
        await _role(connection, role, password)
        await _database(connection, role, database)
    finally:
        await connection.close()


async def _role(connection: asyncpg.Connection, role: str, password: str) -> None:
    known = await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role)
    statement = "SELECT format('%s ROLE %I LOGIN PASSWORD %L', $1::text, $2::text, $3::text)"
    await connection.execute(await connection.fetchval(statement, "ALTER" if known else "CREATE", role, password))


async def _database(connection: asyncpg.Connection, role: str, database: str) -> None:
    if await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", database):
        return
    statement = (
        "SELECT format('CREATE DATABASE %1$I OWNER %2$I TEMPLATE template0 ENCODING ''UTF8''"
        " LC_COLLATE %3$L LC_CTYPE %3$L', $1::text, $2::text, $3::text)"
    )
    await connection.execute(await connection.fetchval(statement, database, role, _LOCALE))
    revoke = "SELECT format('REVOKE CONNECT, TEMPORARY ON DATABASE %I FROM PUBLIC', $1::text)"
    await connection.execute(await connection.fetchval(revoke, database))


def url(role: str, password: str, port: int, database: str | None = None, host: str = "127.0.0.1") -> str:
    """The address that a service has as DATABASE_URL."""
    return f"postgresql+asyncpg://{role}:{password}@{host}:{port}/{database or role}"
