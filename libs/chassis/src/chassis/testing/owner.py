"""Who tells a topic, for those who follow it: a log that a test fills, and that answers over HTTP."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx2

from chassis.clock import MovableClock
from chassis.consumer import Message
from chassis.db import Row
from chassis.service import Service
from chassis.testing.harness import Harness
from chassis.testing.patience import until
from chassis.testing.servers import Servers
from contracts import base
from contracts.base import Fact

_NOW = datetime(2026, 11, 10, 2, tzinfo=UTC)


@dataclass
class Owner:
    """Who tells a topic: what a test lets it tell stands in its log, which answers while it is open.

    It is a service as far as its log is concerned: the chassis' tables and doors.
    """

    topic: str
    harness: Harness

    @classmethod
    async def made(cls, topic: str, owner: Service, servers: Servers, port: int, **keys: str) -> "Owner":
        """One with an empty log, whom nobody hears yet; `keys` are those of services that may ask, by name."""
        digests = {name.replace("_", "-"): hashlib.sha256(key.encode()).hexdigest() for name, key in keys.items()}
        known = {f"service.{name}": digest for name, digest in digests.items()}
        said = {"http_port": port, "keys": known, "rate_limit": "100000/minute"}
        return cls(topic, await Harness.make(owner, servers, MovableClock(_NOW), **said))

    async def tell(self, *facts: Fact) -> None:
        """Write facts into its log."""
        async with self.harness.work() as work:
            work.tell(*facts)

    async def sent(self, *keys: object) -> list[Message]:
        """What its relay sends of some tickets, in order."""
        sql = "SELECT * FROM log WHERE topic = :topic AND key = ANY (CAST(:keys AS text[])) ORDER BY position"
        found = await self.harness.rows(sql, topic=self.topic, keys=list(map(str, keys)))
        return [_message(self.harness.service.name, row) for row in found]

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """It answers over HTTP."""
        url = f"http://127.0.0.1:{self.harness.settings.http_port}/readyz"
        async with self.harness.doors("http"), httpx2.AsyncClient() as client:

            async def ready() -> bool:
                try:
                    return (await client.get(url)).status_code == httpx2.codes.OK
                except httpx2.TransportError:
                    return False

            await until(ready)
            yield


def _message(source: str, row: Row) -> Message:
    envelope = (row.id, row.told_at, row.key, row.sequence, row.correlation, row.causation, row.traceparent)
    headers = tuple(base.headers(source, row.type, *envelope))
    return Message(row.topic, 0, row.position, int(row.told_at.timestamp() * 1000), row.key.encode(), headers, row.body)
