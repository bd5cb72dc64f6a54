"""How fast complaints get from `channels.*` to `dispatch.<unit>`, with every guarantee on, and against the ceiling."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import perf_counter

from tests.deployment import SERVICES, Deployment
from tests.load import ceiling
from tests.load.bus import Reader, Speaker, is_channel, is_told
from tests.load.complaints import CHANNELS, Generator, Mix
from tests.load.ledger import Ledger
from tests.load.measures import Measure, Measures

MIX = Mix(again=10, contradicted=0, spoiled=1)
_AT_ONCE = 5_000
_LOOK_S = 0.1
_STILL_S = 60.0


class Stalled(Exception):  # noqa: N818 - what the pipeline does
    """Nothing has moved for a minute."""


async def measure(district: Deployment, generator: Generator, how_many: int) -> Measures:
    """Say so many complaints, start the services, and time them until the last is dispatched; then the ceiling."""
    ledger = Ledger()
    await preload(district, generator, how_many, ledger)
    rate = await _timed(district, ledger)
    for service in SERVICES:
        district.kill(service, signal.SIGTERM)
    faults = await _judged(district, ledger)
    assert not faults, "\n".join(faults)
    best = how_many / await _ceiling(district)
    return {
        "pipeline.complaints_per_s": Measure(rate, "complaints/s"),
        "pipeline.ceiling_per_s": Measure(best, "complaints/s"),
        "pipeline.ceiling_ratio": Measure(rate / best, "of the ceiling"),
    }


@asynccontextmanager
async def speaking(district: Deployment) -> AsyncIterator[Speaker]:
    """All channels, each as itself."""
    speaker = Speaker({channel: district.login(f"channel.{channel}") for channel in CHANNELS})
    try:
        yield speaker
    finally:
        await speaker.close()


async def preload(district: Deployment, generator: Generator, how_many: int, ledger: Ledger) -> None:
    """Say so many complaints, with what comes beside them."""
    async with speaking(district) as speaker:
        for some in ceiling.batches(generator.complaints(how_many), _AT_ONCE):
            for said in some:
                ledger.expect(said)
            await speaker.say(some)


async def _timed(district: Deployment, ledger: Ledger) -> float:
    """Complaints in a second, from the first look that finds some decided until all are."""
    reader = Reader(district.login("operator"), is_told)
    begun = asyncio.create_task(district.up(*SERVICES))
    first, before = await look(reader, 1)
    last, _ = await look(reader, ledger.expected)
    await begun
    await reader.close()
    return (ledger.expected - before) / (last - first)


async def look(reader: Reader, wanted: int) -> tuple[float, int]:
    """When at least so many complaints are decided, and how many are. Raises Stalled."""
    moved, before = perf_counter(), -1
    while True:
        found = await decided(reader)
        now = perf_counter()
        if found >= wanted:
            return now, found
        moved, before = (now, found) if found != before else (moved, before)
        if now - moved > _STILL_S:
            raise Stalled(f"{found} of {wanted} complaints are decided")
        await asyncio.sleep(_LOOK_S)


async def decided(reader: Reader) -> int:
    """How many complaints are dispatched or queued: their tickets have two facts each."""
    sizes = await reader.sizes()
    return sum(end for at, end in sizes.items() if at.topic == "tickets") // 2


async def _judged(district: Deployment, ledger: Ledger) -> list[str]:
    """What the ledger finds wrong with all that was told."""
    told, channels = Reader(district.login("operator"), is_told), Reader(district.login("admin"), is_channel)
    await channels.read(ledger.arrived)
    await told.read(ledger.see)
    await channels.close()
    await told.close()
    return ledger.violations()


async def _ceiling(district: Deployment) -> float:
    """Seconds for the same rows and messages, one after the other."""
    seconds = 0.0
    for service in SERVICES:
        found = await ceiling.tables(plain(district.databases[service]))
        scratch = await asyncio.to_thread(district.scratch, service)
        seconds += await ceiling.insert(plain(scratch), found)
    admin, reader = district.login("admin"), Reader(district.login("admin"), is_told)
    found_messages = await ceiling.messages(reader)
    await reader.close()
    return seconds + await ceiling.send(admin, found_messages)


def plain(url: str) -> str:
    """The address without the name of a driver."""
    return url.replace("+asyncpg", "", 1)
