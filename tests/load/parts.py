"""The parts of `make bench`, measured on districts with servers of their own.

BENCH_N complaints go through the pipeline (100,000), BENCH_SECONDS last the loops (60). BENCH_TEXTS names a JSON Lines
file of subjects and texts to take instead of our templates, BENCH_DIRECTORY another directory than the sample.
"""

import asyncio
import logging
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from tests.deployment import SERVICES, Deployment, deployed
from tests.load import (
    actions,
    afterwards,
    clocks,
    handling,
    inflow,
    latency,
    memory,
    pipeline,
    ranking,
    recovery,
    replies,
    web,
    words,
)
from tests.load.complaints import Generator
from tests.load.districts import SAMPLE, District
from tests.load.measures import Measures, highest, keep

_RATE = 100
_UNLIMITED = "1000000/second"


@dataclass(frozen=True, slots=True)
class Bench:
    """What parts measure with."""

    district: Deployment
    directory: Path
    generator: Generator
    said: words.Words
    how_many: int
    seconds: int


async def _pipeline(bench: Bench) -> Measures:
    return await pipeline.measure(bench.district, bench.generator, bench.how_many)


async def _memory(bench: Bench) -> Measures:
    await _running(bench.district)
    return await memory.measure(bench.district, bench.generator, bench.how_many)


async def _latency(bench: Bench) -> Measures:
    await _running(bench.district)
    return await latency.measure(bench.district, bench.generator, _RATE, bench.seconds)


async def _http(bench: Bench) -> Measures:
    await _running(bench.district)
    return await web.measure(bench.district, bench.directory, "web", _RATE, bench.seconds)


async def _ranking(bench: Bench) -> Measures:
    return await asyncio.to_thread(ranking.measure, bench.directory, bench.said, bench.seconds)


async def _actions(bench: Bench) -> Measures:
    await _running(bench.district)
    return await actions.measure(bench.district, bench.generator, min(bench.how_many, actions.BURST))


async def _handling(bench: Bench) -> Measures:
    await _running(bench.district)
    return await handling.measure(bench.district, list(District.read(bench.directory).units))


async def _sla(bench: Bench) -> Measures:
    return await clocks.measure(bench.district, list(District.read(bench.directory).units))


async def _inflow(bench: Bench) -> Measures:
    await _running(bench.district)
    return await inflow.measure(bench.district)


async def _replies(bench: Bench) -> Measures:
    return await replies.measure(bench.district)


async def _afterwards(bench: Bench) -> Measures:
    return await afterwards.measure(bench.district)


async def _recovery(bench: Bench) -> Measures:
    await _running(bench.district)
    return await recovery.measure(bench.district, bench.generator)


PARTS: dict[str, Callable[[Bench], Awaitable[Measures]]] = {
    "pipeline": _pipeline,
    "memory": _memory,
    "latency": _latency,
    "http": _http,
    "ranking": _ranking,
    "actions": _actions,
    "handling": _handling,
    "sla": _sla,
    "inflow": _inflow,
    "replies": _replies,
    "afterwards": _afterwards,
    "broker": _recovery,
}
"""In this order: the first needs empty topics, the last of those on one district takes the broker away."""
_ALONE = {"sla", "inflow", "replies", "afterwards"}
"""They count what stands in topics and tables."""


async def _running(district: Deployment) -> None:
    """Start the services that do not run."""
    await district.up(*(service for service in SERVICES if not district.runs(service)))


async def bench(parts: list[str]) -> Measures:
    """Measure these parts: on one new district, but for those that want one of their own."""
    together = [part for part in parts if part not in _ALONE]
    measures: Measures = {}
    for some in (together, *([part] for part in parts if part in _ALONE)):
        if some:
            measures = highest(measures, await _on_a_district(some))
    return measures


async def _on_a_district(parts: list[str]) -> Measures:
    directory = Path(os.environ.get("BENCH_DIRECTORY") or SAMPLE)
    settings = {"RATE_LIMIT": _UNLIMITED, "LOG_LEVEL": "WARNING"}
    async with deployed(directory, durable=True, kafka_heap="512m", **settings) as district:
        for service in SERVICES:
            district.add(service, service)
        sampler, made = memory.Sampler(district), _bench(district, directory)
        async with sampler.looking():
            measures = await _measured(made, parts)
        return measures | sampler.measures()


def _bench(district: Deployment, directory: Path) -> Bench:
    texts = os.environ.get("BENCH_TEXTS")
    said = words.of_file(Path(texts)) if texts else words.own
    generator = Generator(District.read(directory), "bench", texts=said, mix=pipeline.MIX)
    how_many, seconds = int(os.environ.get("BENCH_N") or 100_000), int(os.environ.get("BENCH_SECONDS") or 60)
    return Bench(district, directory, generator, said, how_many, seconds)


async def _measured(made: Bench, parts: list[str]) -> Measures:
    measures: Measures = {}
    for part in parts:
        print(f"{part} …", flush=True)
        found = await PARTS[part](made)
        for name, one in found.items():
            print(f"  {name} {one.value:.3f} {one.unit}", flush=True)
        measures |= found
    return measures


def main() -> None:
    """Measure the part that ONLY names, or all, and keep the result."""
    only = os.environ.get("ONLY") or (sys.argv[1] if len(sys.argv) > 1 else "")
    if only and only not in PARTS:
        sys.exit(f"There is no part {only}: ONLY is one of {', '.join(PARTS)}.")
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # what fails is seen by us
    keep(asyncio.run(bench([only] if only else list(PARTS))))


if __name__ == "__main__":
    main()
