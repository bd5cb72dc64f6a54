"""How long after the broker is back the first complaint is dispatched that was registered while it was away."""

import asyncio
from time import perf_counter

import httpx2
from tests.deployment import Deployment
from tests.load.complaints import Form, Generator
from tests.load.latency import Arrivals
from tests.load.measures import Measure, Measures

_AWAY_S = 3.0
_PATIENCE_S = 90.0


async def measure(district: Deployment, generator: Generator) -> Measures:
    """Kill the broker, register a complaint, start the broker again, and see the complaint arrive."""
    arrivals = Arrivals(district.login("operator"))
    before = await arrivals.ends()
    await asyncio.to_thread(district.servers.kill, "kafka")
    form, said = generator.one("window", dispatched=True)
    await _register(district, form)
    await asyncio.sleep(_AWAY_S)
    await asyncio.to_thread(district.servers.start, "kafka")
    back = perf_counter()
    async with arrivals.watching(before):
        await arrivals.come(1, _PATIENCE_S)
    late = arrivals.seconds_since({said.at: back})
    assert late, f"the complaint did not arrive within {_PATIENCE_S:g} s"
    return {"broker.recovery_s": Measure(max(late.values()), "s")}


async def _register(district: Deployment, form: Form) -> None:
    async with httpx2.AsyncClient(timeout=10) as client:
        url = f"{district.url('intake')}/v1/complaints"
        answer = await client.post(url, json=form, headers=district.bearer("channel.window"))
    assert answer.status_code == httpx2.codes.CREATED, answer.text
