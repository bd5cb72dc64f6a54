"""How fast a unit's own system is served after an outage: thousands of its actions at once, each answered."""

from secrets import token_bytes
from time import perf_counter
from typing import Any
from uuid import UUID

import orjson
from tests.deployment import Deployment
from tests.load.bus import Reader, Speaker, producer
from tests.load.complaints import Generator, Registered, Said
from tests.load.measures import Measure, Measures
from tests.load.pipeline import speaking

BURST = 10_000
_AT_ONCE = 2_000


async def measure(district: Deployment, generator: Generator, how_many: int) -> Measures:
    """Dispatch so many tickets to one unit, have it accept all of them in one burst, and time the answers."""
    unit, said = _for_one_unit(generator, how_many)
    reader = Reader(district.login("operator"), lambda topic: topic == f"dispatch.{unit}")
    await reader.skip()
    async with speaking(district) as speaker:
        await _say(speaker, said)
    tickets: list[str] = []
    await _read(reader, "ticket.dispatched.v1", tickets, how_many)
    answered: list[str] = []
    begun = perf_counter()
    await _accept(district, unit, tickets)
    await _read(reader, "action.applied.v1", answered, how_many)
    seconds = perf_counter() - begun
    await reader.close()
    assert sorted(answered) == sorted(tickets), "every action is applied once"
    return {"actions.burst_10k_s": Measure(seconds * BURST / how_many, "s")}


def _id() -> str:
    return str(UUID(bytes=token_bytes(16), version=4))


def _for_one_unit(generator: Generator, how_many: int) -> tuple[str, list[Said]]:
    """Complaints that one unit must get: all with the codes of the first, each with a source id of its own."""
    form, first = generator.one("window", dispatched=True)
    assert isinstance(first.outcome, Registered)
    forms = (form | {"source_id": f"burst-{_id()}"} for _ in range(how_many))
    said = [Said("window", one["source_id"].encode(), orjson.dumps(one), first.outcome) for one in forms]
    return str(first.outcome.unit), said


async def _say(speaker: Speaker, said: list[Said]) -> None:
    for at in range(0, len(said), _AT_ONCE):
        await speaker.say(said[at : at + _AT_ONCE])


async def _accept(district: Deployment, unit: str, tickets: list[str]) -> None:
    async with producer(district.login(f"unit.{unit}"), linger_ms=5) as made:
        for ticket in tickets:
            action = {"action_id": _id(), "ticket_id": ticket, "officer": "1", "do": {"action": "accept"}}
            await made.send(f"actions.{unit}", orjson.dumps(action), ticket.encode())
        await made.flush()


async def _read(reader: Reader, kind: str, tickets: list[str], how_many: int) -> None:
    """Collect the tickets of which a fact of this type is told, until there are so many."""

    def see(record: Any) -> None:
        if dict(record.headers)["ce_type"] == kind.encode():
            tickets.append(record.key.decode())

    while len(tickets) < how_many:
        await reader.read(see)
