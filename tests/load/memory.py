"""How much memory services take at most, and whether it goes on growing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import fmean

from tests.deployment import SERVICES, Deployment
from tests.load import ceiling, pipeline
from tests.load.bus import Reader, is_told
from tests.load.complaints import Generator
from tests.load.measures import Measure, Measures

ROUNDS = 6
_EVERY_S = 0.5
_MB = 1024 * 1024
_PAGE = 4096


class Sampler:
    """Looks at the resident memory of services that run, again and again."""

    def __init__(self, district: Deployment) -> None:
        self._district = district
        self.highest: dict[str, float] = {}

    @asynccontextmanager
    async def looking(self) -> AsyncIterator[None]:
        """While it is open, the highest is noted."""
        task = asyncio.create_task(self._look())
        try:
            yield
        finally:
            task.cancel()

    def measures(self) -> Measures:
        """The highest of each service."""
        return {f"memory.{service}_mb": Measure(mb, "MB") for service, mb in self.highest.items()}

    async def _look(self) -> None:
        while True:
            for name in list(self._district.processes):
                mb = resident_mb(self._district, name)
                self.highest[name] = max(self.highest.get(name, 0.0), mb)
            await asyncio.sleep(_EVERY_S)


def resident_mb(district: Deployment, service: str) -> float:
    """What a service holds in memory now, 0 when it does not run."""
    process = district.processes[service].running
    if process is None or process.poll() is not None:
        return 0.0
    return int(Path(f"/proc/{process.pid}/statm").read_text().split()[1]) * _PAGE / _MB


async def measure(district: Deployment, generator: Generator, how_many: int) -> Measures:
    """Let complaints through in rounds; how much more is held in the last two than in the second and third."""
    reader, held = Reader(district.login("operator"), is_told), dict[str, list[float]]()
    async with pipeline.speaking(district) as speaker:
        for some in ceiling.batches((generator.one()[1] for _ in range(how_many)), how_many // ROUNDS):
            before = await pipeline.decided(reader)
            await speaker.say(some)
            await pipeline.look(reader, before + len(some))
            for service in SERVICES:
                held.setdefault(service, []).append(resident_mb(district, service))
    await reader.close()
    return {f"memory.{service}_growth_mb": Measure(_growth(mbs), "MB") for service, mbs in held.items()}


def _growth(mbs: list[float]) -> float:
    return fmean(mbs[-2:]) - fmean(mbs[1:3])
