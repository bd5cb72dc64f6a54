"""How fast intake registers complaints over HTTP, asked from a process of its own over bare connections.

`python -m tests.load.web` reads what to do as JSON from its input and writes what it measured as JSON.
"""

import asyncio
import json
import sys
from dataclasses import asdict, dataclass
from itertools import cycle
from pathlib import Path
from time import perf_counter
from typing import Any

import orjson
import uvloop
from tests.deployment import Deployment
from tests.load.complaints import CHANNELS, Generator
from tests.load.districts import District
from tests.load.latency import paced
from tests.load.measures import Measure, Measures, percentile

CONNECTIONS = 32
WARM_UP_S = 3
_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Task:
    """What the other process does: as fast as it can, or so many in a second when there is a rate."""

    port: int
    directory: str
    run: str
    keys: dict[str, str]
    seconds: int
    rate: int | None = None
    at_most: int = 1000


async def measure(district: Deployment, directory: Path, run: str, rate: int, seconds: int) -> Measures:
    """Registrations in a second with 32 connections busy, and how long one takes when so many a second come."""
    port = int(district.url("intake").rpartition(":")[2])
    keys = {channel: district.keys[f"channel.{channel}"] for channel in CHANNELS}
    closed = await _elsewhere(Task(port, str(directory), f"{run}-closed", keys, seconds))
    open_ = await _elsewhere(Task(port, str(directory), f"{run}-open", keys, seconds, rate))
    return {
        "http.registrations_per_s": Measure(closed["per_s"], "registrations/s"),
        "http.registration_p99_ms": Measure(open_["p99_ms"], "ms"),
    }


async def _elsewhere(task: Task) -> dict[str, float]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.load.web"),
        cwd=_ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate(json.dumps(asdict(task)).encode())
    assert process.returncode == 0, "the process that asks has failed"
    return dict(json.loads(out))


class Connection:
    """One connection that is kept alive."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def open(self) -> "Connection":
        """Connect."""
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        return self

    async def timed(self, request: bytes, status: int) -> float:
        """Seconds until the whole answer is there, which has this status."""
        begun = perf_counter()
        assert await self.ask(request) == status
        return perf_counter() - begun

    async def ask(self, request: bytes) -> int:
        """Send a request; gives the status when the whole answer is there."""
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await self._reader.readexactly(int(length.partition(b":")[2]))
        return int(head[9:12])


@dataclass(frozen=True, slots=True)
class Server:
    """Where a service answers, and the keys of who asks."""

    port: int
    keys: dict[str, str]

    @classmethod
    def of(cls, district: Deployment, service: str) -> "Server":
        """A service of the district."""
        return cls(int(district.url(service).rpartition(":")[2]), district.keys)

    def get(self, path: str, who: str = "centre") -> bytes:
        """A request for a list."""
        return f"GET {path} HTTP/1.1\r\n{self._head(who)}\r\n".encode()

    def post(self, path: str, who: str, said: dict[str, Any]) -> bytes:
        """A command."""
        body = orjson.dumps(said)
        head = f"{self._head(who)}content-type: application/json\r\ncontent-length: {len(body)}\r\n"
        return f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body

    def _head(self, who: str) -> str:
        return f"host: district\r\nauthorization: Bearer {self.keys[who]}\r\n"


class Requests:
    """Requests that each register a complaint."""

    def __init__(self, task: Task) -> None:
        self._generator = Generator(District.read(Path(task.directory)), task.run)
        self._keys, self._channels = task.keys, cycle(CHANNELS)

    def next(self) -> bytes:
        """One more, its bytes as they travel."""
        channel = next(self._channels)
        body = orjson.dumps(self._generator.one(channel)[0])
        head = (
            f"POST /v1/complaints HTTP/1.1\r\nhost: intake\r\nauthorization: Bearer {self._keys[channel]}\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


async def closed_loop(task: Task) -> dict[str, float]:
    """Every connection asks again as soon as it is answered."""
    requests, done = Requests(task), 0
    begun = perf_counter() + WARM_UP_S
    end = begun + task.seconds

    async def one() -> None:
        nonlocal done
        connection = await Connection(task.port).open()
        while (now := perf_counter()) < end:
            assert await connection.ask(requests.next()) == 201
            done += begun <= now

    await asyncio.gather(*(one() for _ in range(CONNECTIONS)))
    return {"per_s": done / (perf_counter() - begun)}


async def open_loop(task: Task) -> dict[str, float]:
    """Registrations, each asked for when it is due."""
    assert task.rate is not None
    requests = Requests(task)
    made = [requests.next() for _ in range(task.rate * (WARM_UP_S + task.seconds))]
    counted = (await ask_all(task.port, made, task.rate, 201))[task.rate * WARM_UP_S :]
    return {"p99_ms": 1000 * percentile(counted, 99), "p50_ms": 1000 * percentile(counted, 50)}


async def ask_all(port: int, made: list[bytes], rate: int, status: int) -> list[float]:
    """Ask so many in a second, each when it is due, on whichever connection is free; seconds since each was due.

    All must be answered with this status.
    """
    free, took = asyncio.Queue[Connection](), list[float]()
    for _ in range(CONNECTIONS):
        free.put_nowait(await Connection(port).open())

    async def one(due: float, request: bytes) -> None:
        connection = await free.get()
        assert await connection.ask(request) == status
        took.append(perf_counter() - due)
        free.put_nowait(connection)

    async with asyncio.TaskGroup() as asked:
        async for due, request in paced(made, rate):
            asked.create_task(one(due, request))
    return took


async def ask_in_turn(port: int, made: list[bytes], rounds: int) -> list[float]:
    """Seconds of each request, one after the other, all of them so many times; the first two times do not count."""
    connection = await Connection(port).open()
    took = [await connection.timed(one, 200) for _ in range(2 + rounds) for one in made]
    return took[2 * len(made) :]


def main() -> None:
    """Do the task that the input names."""
    task = Task(**json.load(sys.stdin))
    print(json.dumps(uvloop.run(open_loop(task) if task.rate else closed_loop(task))))


if __name__ == "__main__":
    main()
