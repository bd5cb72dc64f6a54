"""A trial: complaints go on coming while things are killed, and the ledger judges what became of them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncpg
import httpx2
from aiokafka.errors import KafkaError
from tests.deployment import SERVICES, Deployment, until
from tests.load.bus import Reader, is_channel, is_told
from tests.load.complaints import Generator, Mix, Registered, Said
from tests.load.districts import District
from tests.load.ledger import Ledger
from tests.load.pipeline import plain, speaking

MIX = Mix(again=40, contradicted=5, spoiled=15)
_AT_ONCE = 20
_AHEAD = 120
_EVERY_S = 0.2
_TRY_AGAIN_S = 0.3
_HTTP_EVERY = 10
_PATIENCE_S = 90.0
_AWAY = (KafkaError, OSError, TimeoutError)


class Trial:
    """One run of complaints through a district. Every tenth comes over HTTP, the others on topics."""

    def __init__(self, district: Deployment, run: str) -> None:
        self.district = district
        self.ledger = Ledger()
        self._generator = Generator(District.read(), run, mix=MIX)
        self._told = Reader(district.login("operator"), is_told)
        self._channels = Reader(district.login("admin"), is_channel)
        self._enough = asyncio.Event()

    @asynccontextmanager
    async def coming(self, at_least: int) -> AsyncIterator[None]:
        """While it is open complaints come, never far ahead of what is decided; at its end at least so many have."""
        await self._told.skip()
        await self._channels.skip()
        async with asyncio.TaskGroup() as tasks:
            watch, feed = tasks.create_task(self._watch()), tasks.create_task(self._feed(at_least))
            yield
            self._enough.set()
            await feed
            await self.settled()
            watch.cancel()

    async def progress(self, how_many: int) -> None:
        """Return when so many more complaints are decided than now."""
        wanted = self.ledger.decided + how_many
        await self._until(lambda: self.ledger.decided >= wanted)

    async def settled(self) -> None:
        """Return when everything is decided and told, or when that does not happen for a long time."""
        await self._channels.read(self.ledger.arrived)
        with suppress(AssertionError):  # what is missing then is for the ledger to say
            await until(lambda: _as_coroutine(self.ledger.complete), _PATIENCE_S, "everything to be decided")
        await until(self._drained, _PATIENCE_S, "everything to be told")

    async def verdict(self) -> list[str]:
        """What the ledger finds wrong."""
        await self._channels.read(self.ledger.arrived)
        await self._told.read(self.ledger.see)
        await self._channels.close()
        await self._told.close()
        return self.ledger.violations()

    async def _watch(self) -> None:
        while True:
            await _attempt(self._told.read(self.ledger.see))
            await asyncio.sleep(_EVERY_S)

    async def _feed(self, at_least: int) -> None:
        async with speaking(self.district) as speaker, httpx2.AsyncClient(timeout=10) as client:
            while not self._enough.is_set() or self.ledger.expected < at_least:
                await self._until(lambda: self.ledger.expected - self.ledger.decided <= _AHEAD)
                messages = list(self._generator.complaints(_AT_ONCE))
                posted = {one.key for one in messages[::_HTTP_EVERY] if isinstance(one.outcome, Registered)}
                first = [one for one in messages if isinstance(one.outcome, Registered) and one.key in posted]
                for one in messages:
                    self.ledger.expect(one)
                async with asyncio.timeout(_PATIENCE_S):
                    await asyncio.gather(*(self._post(client, one) for one in first))
                    await speaker.say([one for one in messages if one not in first])

    async def _until(self, holds: Callable[[], bool]) -> None:
        """Return when enough is decided. Raises AssertionError with what each process says when that takes too long."""
        try:
            await until(lambda: _as_coroutine(holds()), _PATIENCE_S, "decisions")
        except AssertionError as error:
            so_far = f"{self.ledger.decided} of {self.ledger.expected} are decided"
            raise AssertionError(f"{error}: {so_far}\n{await self.district.says()}") from None

    async def _post(self, client: httpx2.AsyncClient, said: Said) -> None:
        """Register it over HTTP, asked again until it is answered, as a patient channel does."""
        headers = self.district.bearer(f"channel.{said.channel}") | {"content-type": "application/json"}
        while True:
            with suppress(httpx2.TransportError):
                url = f"{self.district.url('intake')}/v1/complaints"
                answer = await client.post(url, content=said.value, headers=headers)
                if answer.status_code in {200, 201}:
                    return
                assert answer.status_code in {429, 503}, answer.text
            await asyncio.sleep(_TRY_AGAIN_S)

    async def _drained(self) -> bool:
        """Whether every service has published all of its log."""
        return all([await self._all_told(service) for service in SERVICES])

    async def _all_told(self, service: str) -> bool:
        cursor = "SELECT high >= (SELECT coalesce(max(position), 0) FROM log) FROM log_cursor"
        return bool(await ask(self.district, service, cursor))


async def ask(district: Deployment, service: str, sql: str) -> Any:
    """The one value that a service's database answers with."""
    connection = await asyncpg.connect(plain(district.databases[service]))
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def effects(district: Deployment) -> dict[str, Any]:
    """How many complaints, tickets and facts there are."""
    count = "SELECT count(*) FROM "
    return {
        "complaints": await ask(district, "intake", count + "complaint"),
        "tickets": await ask(district, "dispatch", count + "ticket"),
        **{f"facts of {service}": await ask(district, service, count + "log") for service in SERVICES},
    }


async def _attempt(asked: Coroutine[Any, Any, object]) -> None:
    """Wait for it; it may fail while the broker is away, when aiokafka also cancels those who wait for an answer."""
    task = asyncio.create_task(asked)
    try:
        await asyncio.wait({task})
    finally:
        task.cancel()
    if not task.cancelled() and isinstance(error := task.exception(), Exception) and not isinstance(error, _AWAY):
        raise error


async def _as_coroutine(value: bool) -> bool:
    return value
