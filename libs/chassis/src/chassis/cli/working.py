"""A service's own work at the operator's command: without its doors, as they do it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import entry_points

from chassis.cli.databases import SERVICES
from chassis.cli.failure import Unable
from chassis.db import FAILING
from chassis.running import Running
from chassis.service import Service
from contracts.topics import package


@asynccontextmanager
async def without_doors(name: str) -> AsyncIterator[Running]:
    """The service of this name, for its `work()`. Raises Unable when its database does not answer as it should."""
    (point,) = entry_points(group=SERVICES, name=name)
    service: Service = point.load()
    running = Running(service, service.settings.read(), doors=())
    try:
        yield running
    except FAILING as error:
        raise Unable(
            f"The database of {name} does not answer as it should ({type(error).__name__}): "
            f"is the stack up (make run), and are its tables made (python -m {package(name)} --migrate)?"
        ) from None
    finally:
        await running.database.close()
