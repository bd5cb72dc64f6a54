"""How fast a unit's own system is served after an outage: thousands of its actions at once, each answered."""

import asyncio
from secrets import token_bytes
from time import perf_counter
from typing import Any
from uuid import UUID

import orjson
from tests.deployment import Deployment
from tests.load import latency
from tests.load.bus import Reader, Speaker, producer
from tests.load.complaints import Generator, Registered, Said
from tests.load.measures import Measure, Measures, percentile
from tests.load.pipeline import speaking

BURST = 10_000
_AT_ONCE = 2_000
_OTHERS_PER_S = 50
_BEFORE_S = 10
_DURING_S = 20
_PATIENCE_S = 60.0
_LOOK_S = 0.05


async def measure(district: Deployment, generator: Generator, how_many: int) -> Measures:
    """Dispatch so many tickets to one unit, have it accept all of them in one burst, and time the answers.

    Others' complaints come at a steady pace before and meanwhile: how much longer they take to be dispatched.
    """
    unit, said = _for_one_unit(generator, how_many)
    tickets = await _dispatched(district, unit, said)
    others = Others(district, generator, unit)
    before = await others.late(_BEFORE_S)
    burst = Burst(district, unit, tickets)
    during = await others.late(_DURING_S, burst)
    assert await burst.answered() == sorted(tickets), "every action is applied once"
    meanwhile = [late for due, late in during if burst.begun <= due <= burst.ended]
    return {
        "actions.burst_10k_s": Measure((burst.ended - burst.begun) * BURST / how_many, "s"),
        "actions.others_dispatch_ratio": Measure(_p95(meanwhile) / _p95([late for _, late in before]), "of before"),
    }


def _p95(seconds: list[float]) -> float:
    return percentile(seconds, 95)


async def _dispatched(district: Deployment, unit: str, said: list[Said]) -> list[str]:
    """The tickets of complaints that the unit must get, once it has all of them."""
    reader = Reader(district.login("operator"), lambda topic: topic == f"dispatch.{unit}")
    await reader.skip()
    async with speaking(district) as speaker:
        await _say(speaker, said)
    tickets: list[str] = []
    await _read(reader, "ticket.dispatched.v1", tickets, len(said))
    await reader.close()
    return tickets


class Others:
    """Complaints for all units but one, and how long after they were due they are dispatched."""

    def __init__(self, district: Deployment, generator: Generator, unit: str) -> None:
        self._district, self._generator, self._unit = district, generator, unit

    async def late(self, seconds: int, beside: "Burst | None" = None) -> list[tuple[float, float]]:
        """When each was due, and how many seconds after that it was dispatched, while something else goes on."""
        said = [self._one() for _ in range(_OTHERS_PER_S * seconds)]
        arrivals = latency.Arrivals(self._district.login("operator"), but=f"dispatch.{self._unit}")
        async with arrivals.watching():
            due, _ = await asyncio.gather(latency.say(self._district, said, _OTHERS_PER_S), _run(beside))
            await arrivals.come(len(said), _PATIENCE_S)
        late = arrivals.seconds_since(due)
        assert len(late) == len(said), f"{len(said) - len(late)} of {len(said)} complaints did not arrive"
        return [(due[one], seconds) for one, seconds in late.items()]

    def _one(self) -> Said:
        while True:
            said = self._generator.one(dispatched=True)[1]
            if isinstance(said.outcome, Registered) and said.outcome.unit != self._unit:
                return said


class Burst:
    """One unit's system accepts all of its tickets at once, a moment after it is asked to."""

    def __init__(self, district: Deployment, unit: str, tickets: list[str]) -> None:
        self._district, self._unit, self._tickets = district, unit, tickets
        self._reader = Reader(district.login("operator"), lambda topic: topic == f"dispatch.{unit}")
        self.begun = self.ended = 0.0

    async def run(self) -> None:
        """Send the actions; ends when there is an answer and a fact for each."""
        await self._reader.skip()
        wanted = await self._told() + 2 * len(self._tickets)
        self.begun = perf_counter()
        await _accept(self._district, self._unit, self._tickets)
        while await self._told() < wanted:
            await asyncio.sleep(_LOOK_S)
        self.ended = perf_counter()

    async def answered(self) -> list[str]:
        """The tickets whose actions were applied, in order."""
        found: list[str] = []
        await _read(self._reader, "action.applied.v1", found, len(self._tickets))
        await self._reader.close()
        return sorted(found)

    async def _told(self) -> int:
        return sum((await self._reader.sizes()).values())


async def _run(burst: Burst | None) -> None:
    if burst is not None:
        await burst.run()


def _id() -> str:
    return str(UUID(bytes=token_bytes(16), version=4))


def _for_one_unit(generator: Generator, how_many: int) -> tuple[str, list[Said]]:
    """Complaints that one unit must get: all with the codes of the first, each of a reporter of its own."""
    form, first = generator.one("window", dispatched=True)
    assert isinstance(first.outcome, Registered)
    forms = (form | {"source_id": f"burst-{_id()}", "reporter": _reporter(number)} for number in range(how_many))
    said = [Said("window", one["source_id"].encode(), orjson.dumps(one), first.outcome) for one in forms]
    return str(first.outcome.unit), said


def _reporter(number: int) -> dict[str, str]:
    """Somebody else each time: one who says the same twice is linked to the first (rules 2.5)."""
    return {"kind": "citizen", "name": "上官某", "phone": f"138{number:08d}"}


async def _say(speaker: Speaker, said: list[Said]) -> None:
    for at in range(0, len(said), _AT_ONCE):
        await speaker.say(said[at : at + _AT_ONCE])


async def _accept(district: Deployment, unit: str, tickets: list[str]) -> None:
    async with producer(district.login(f"unit.{unit}"), linger_ms=5) as made:
        for ticket in tickets:
            action = {"action_id": _id(), "ticket_id": ticket, "officer": "1", "do": {"action": "accept"}}
            await made.send(f"actions.{unit}", orjson.dumps(action), ticket.encode())
            await asyncio.sleep(0)  # who measures the others must have its turn
        await made.flush()


async def _read(reader: Reader, kind: str, tickets: list[str], how_many: int) -> None:
    """Collect the tickets of which a fact of this type is told, until there are so many."""

    def see(record: Any) -> None:
        if dict(record.headers)["ce_type"] == kind.encode():
            tickets.append(record.key.decode())

    while len(tickets) < how_many:
        await reader.read(see)
