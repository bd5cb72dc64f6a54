"""A service in process: a database of its own with its tables, a clock that the test moves, the doors it asks for."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Self

from chassis.clock import Machine, MovableClock
from chassis.db import Database, Row, migrate, rows
from chassis.running import DOORS, Running
from chassis.service import Service
from chassis.settings import Settings
from chassis.testing.bus import Bus
from chassis.testing.servers import Servers
from chassis.work import Work


class Harness:
    """One service under test. `running` has its doors shut: it is for work that the test does itself.

    `machine` stands for the clocks of the machine on which its doors run, unless it is None.
    """

    def __init__(self, service: Service, settings: Settings, clock: MovableClock, bus: Bus) -> None:
        self.service, self.settings, self.clock, self.bus = service, settings, clock, bus
        self.machine: Machine | None = None
        self.running = Running(service, settings, doors=(), clock=clock)

    @classmethod
    async def make(cls, service: Service, servers: Servers, clock: MovableClock, **settings: Any) -> Self:
        """The service with a new database; `settings` are its own ones, beside those of the servers."""
        url = servers.make_database(service.name)
        await asyncio.to_thread(migrate, service.migrations, url)
        given = _of_servers(servers) | {"database_url": url} | settings
        return cls(service, service.settings.model_validate(given), clock, Bus(servers))

    @property
    def database(self) -> Database:
        """The service's database."""
        return self.running.database

    def work(self) -> AbstractAsyncContextManager[Work[Any]]:
        """A piece of the service's work, as its doors get it."""
        return self.running.work()

    async def rows(self, sql: str, **params: Any) -> Sequence[Row]:
        """The rows of one statement, in a transaction of its own."""
        async with self.database.transaction() as session:
            return await rows(session, sql, **params)

    @asynccontextmanager
    async def doors(self, *doors: str) -> AsyncIterator[Running]:
        """An instance of the service with these doors open, all of them if none is named; it ends in order."""
        running = Running(self.service, self.settings, doors or DOORS, clock=self.clock, machine=self.machine)
        task = asyncio.create_task(running.run())
        try:
            yield running
        finally:
            running.end()
            await task

    async def close(self) -> None:
        """Hang up."""
        await self.database.close()


def _of_servers(servers: Servers) -> dict[str, Any]:
    return {
        "kafka_servers": servers.kafka_servers,
        "kafka_security": servers.kafka_security,
        "kafka_username": servers.kafka_username,
        "kafka_password": servers.kafka_password,
        "redis_url": servers.redis_url,
        "http_port": 0,
    }
