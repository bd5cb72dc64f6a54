"""The services' databases, as the operator's command reaches them: found by the entry points of `bbcs.services`."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import entry_points

import asyncpg

from chassis.cli.failure import Unable

SERVICES = "bbcs.services"
"""The group of entry points under which a package names its `Service`."""


def services() -> list[str]:
    """The names of the services that are installed here."""
    return sorted(point.name for point in entry_points(group=SERVICES))


def url(service: str) -> str | None:
    """The address of the service's database as asyncpg reads it, None where the environment does not say it."""
    own = f"BBCS_{service.replace('-', '_').upper()}_DATABASE_URL"
    said = os.environ.get(own) or os.environ.get("BBCS_DATABASE_URL")
    return said.replace("postgresql+asyncpg://", "postgresql://", 1) if said else None


@asynccontextmanager
async def connected(service: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection to the service's database. Raises Unable when it is not known or does not answer."""
    address = url(service)
    if address is None:
        raise Unable(f"The database of {service} is not known: set BBCS_{service.upper()}_DATABASE_URL.")
    connection = await _connect(service, address)
    try:
        yield connection
    finally:
        await connection.close()


async def _connect(service: str, address: str) -> asyncpg.Connection:
    try:
        return await asyncpg.connect(address, timeout=5, command_timeout=60)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        raise Unable(f"The database of {service} does not answer ({type(error).__name__}): is the stack up?") from None
