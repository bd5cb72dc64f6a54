"""How long a complaint takes from its channel to its unit's topic, in an open loop: nobody waits for anybody.

It counts from the instant at which the schedule wanted it said, so a stall costs everyone that it held up.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from time import perf_counter
from typing import Any

import orjson
from aiokafka import AIOKafkaConsumer
from tests.deployment import Deployment
from tests.load.bus import Login, Reader, Spots, producer
from tests.load.complaints import CHANNELS, At, Generator, Said
from tests.load.ledger import instant_of
from tests.load.measures import Measure, Measures, percentile

WARM_UP_S = 10
_PATIENCE_S = 20.0
Due = dict[At, float]


async def measure(district: Deployment, generator: Generator, rate: int, seconds: int) -> Measures:
    """Say complaints that some unit must get, so many in a second, and see each arrive."""
    how_many = rate * (WARM_UP_S + seconds)
    said = [generator.one(dispatched=True)[1] for _ in range(how_many)]
    arrivals = Arrivals(district.login("operator"))
    async with arrivals.watching():
        due = await say(district, said, rate)
        await arrivals.come(how_many, _PATIENCE_S)
    late = arrivals.seconds_since(due)
    assert len(late) == how_many, f"{how_many - len(late)} of {how_many} complaints did not arrive"
    counted = [seconds for _, seconds in sorted(late.items(), key=lambda one: due[one[0]])][rate * WARM_UP_S :]
    return {
        "dispatch.latency_p50_ms": Measure(1000 * percentile(counted, 50), "ms"),
        "dispatch.latency_p99_ms": Measure(1000 * percentile(counted, 99), "ms"),
    }


async def say(district: Deployment, said: list[Said], rate: int) -> Due:
    """Say each when it is due; gives when that was."""
    due: Due = {}
    async with AsyncExitStack() as open_:
        logins = {one: district.login(f"channel.{one}") for one in CHANNELS}
        made = {one: await open_.enter_async_context(producer(login, linger_ms=0)) for one, login in logins.items()}
        waiting = []
        async for at, one in paced(said, rate):
            due[one.at] = at
            waiting.append(await made[one.channel].send(one.topic, one.value, one.key))
        await asyncio.gather(*waiting)
    return due


async def paced(said: list[Any], rate: int) -> AsyncIterator[tuple[float, Any]]:
    """Each when it is due, with that instant; behind schedule they come without a pause."""
    begun = perf_counter()
    for number, one in enumerate(said):
        at = begun + number / rate
        if (pause := at - perf_counter()) > 0:
            await asyncio.sleep(pause)
        yield at, one


class Arrivals:
    """When complaints were seen on units' topics."""

    def __init__(self, login: Login, *, but: str = "") -> None:
        """`but` is a topic that is not watched."""
        self._login, self._but = login, but
        self._seen: dict[str, float] = {}
        self._names: dict[str, At] = {}

    @asynccontextmanager
    async def watching(self, since: Spots | None = None) -> AsyncIterator[None]:
        """While it is open, everything that arrives from now on, or since then, is noted."""
        since = since or await self.ends()
        task = asyncio.create_task(self._watch(since))
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def ends(self) -> Spots:
        """How much stands on the topics now."""
        reader = Reader(self._login, self._watched)
        try:
            return await reader.sizes()
        finally:
            await reader.close()

    def _watched(self, topic: str) -> bool:
        return topic == "complaints" or (topic.startswith("dispatch.") and topic != self._but)

    async def come(self, how_many: int, patience_s: float) -> None:
        """Return when so many have arrived, or after so many seconds."""
        until = perf_counter() + patience_s
        while (len(self._seen) < how_many or len(self._names) < how_many) and perf_counter() < until:
            await asyncio.sleep(0.05)

    def seconds_since(self, due: Due) -> dict[At, float]:
        """How long after it was due each was seen."""
        seen = {self._names[complaint]: at for complaint, at in self._seen.items() if complaint in self._names}
        return {at: seconds - due[at] for at, seconds in seen.items() if at in due}

    async def _watch(self, since: Spots) -> None:
        consumer = AIOKafkaConsumer(**self._login.arguments(), enable_auto_commit=False, fetch_max_wait_ms=100)
        try:
            await consumer.start()
            consumer.assign(list(since))
            for at, end in since.items():
                consumer.seek(at, end)
            while True:
                self._note(await consumer.getmany(timeout_ms=1000))
        finally:
            await consumer.stop()

    def _note(self, fetched: dict[Any, list[Any]]) -> None:
        now = perf_counter()
        for at, records in fetched.items():
            for body in (orjson.loads(record.value) for record in records):
                if at.topic == "complaints":
                    self._names[body["complaint_id"]] = instant_of(body)
                else:
                    self._seen.setdefault(body["complaint_id"], now)
