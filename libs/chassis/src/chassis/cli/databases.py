"""The services' databases, as the operator's command reaches them: found by the entry points of `bbcs.services`."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import entry_points

from chassis.cli.failure import Unable
from chassis.db import FAILING, Database, Session, UnusableDatabase
from chassis.failures import passes
from contracts.topics import package

SERVICES = "bbcs.services"
"""The group of entry points under which a package names its `Service`."""


def services() -> list[str]:
    """The names of the services that are installed here."""
    return sorted(point.name for point in entry_points(group=SERVICES))


def variable(service: str) -> str:
    """The environment variable that holds the address of the service's database."""
    return f"BBCS_{service.replace('-', '_').upper()}_DATABASE_URL"


@asynccontextmanager
async def transaction(service: str) -> AsyncIterator[Session]:
    """One transaction on the service's database. Raises Unable when it is not known or does not answer."""
    database = _database(service)
    try:
        async with database.transaction() as session:
            yield session
    except FAILING as error:
        raise Unable(_sentence(service, error)) from None
    finally:
        await database.close()


def _database(service: str) -> Database:
    address = os.environ.get(variable(service)) or os.environ.get("BBCS_DATABASE_URL")
    if not address:
        raise Unable(f"The database of {service} is not known: start the stack (make run), or set {variable(service)}.")
    try:
        return Database(address, "bbcs")
    except UnusableDatabase:
        raise Unable(f"{variable(service)} is no address: postgresql+asyncpg://user:password@host:port/name.") from None


def _sentence(service: str, error: Exception) -> str:
    if passes(error):
        return f"The database of {service} does not answer ({type(error).__name__}): is the stack up (make run)?"
    up_to_date = f"python -m {package(service)} --migrate"
    return f"The database of {service} lacks what this command needs: is it up to date ({up_to_date})?"
