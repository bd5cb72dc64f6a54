"""Nothing is lost, doubled or out of order, whatever is killed, and also when Kafka has lost everything."""

import asyncio

import httpx2
from tests.deployment import SERVICES, WORKING, Deployment, until
from tests.faults.conftest import Running
from tests.faults.trial import Trial, effects
from tests.load.bus import Reader, is_told
from tests.load.ledger import Ledger

TIMES = 3
BETWEEN = 60
APART = {
    "intake": ("intake", WORKING),
    "dispatch": ("dispatch", WORKING),
    "intake-relay": ("intake", "relay"),
    "dispatch-relay": ("dispatch", "relay"),
}
TWICE = {
    "intake": ("intake", None),
    "dispatch": ("dispatch", None),
    "intake-2": ("intake", None),
    "dispatch-2": ("dispatch", None),
}
ONCE = {"intake": ("intake", None), "dispatch": ("dispatch", None)}
SERVERS = ("kafka", "postgres", "redis")


async def test_every_process_and_every_server_may_be_killed(running: Running) -> None:
    async with running(APART) as district:
        trial = Trial(district, "kills")
        async with trial.coming(at_least=5_000):
            for _ in range(TIMES):
                for name in (*APART, *SERVERS):
                    await trial.progress(BETWEEN)
                    await _kill_and_start(district, name)
        assert await trial.verdict() == []
        assert trial.ledger.expected >= 5_000


async def test_two_instances_of_each_service_do_what_one_does(running: Running) -> None:
    async with running(TWICE) as district:
        trial = Trial(district, "pairs")
        async with trial.coming(at_least=1_500):
            for name in TWICE:
                await trial.progress(BETWEEN)
                await _kill_and_start(district, name)
            await trial.progress(4 * BETWEEN)
        assert await trial.verdict() == []
        assert all([await _partitions(district, name) > 0 for name in TWICE])


async def test_kafka_may_lose_everything(running: Running) -> None:
    async with running(ONCE) as district:
        trial = Trial(district, "before")
        async with trial.coming(at_least=300):
            pass
        assert await trial.verdict() == []
        told, before = await _told(district), await effects(district)

        await district.wipe_kafka()
        again = await asyncio.to_thread(district.bbcs, "topics", "rebuild")
        assert [again["told_again"][one] for one in SERVICES] == [before[f"facts of {one}"] for one in SERVICES]
        await until(lambda: _tells_again(district, told), 90, "everything to be told again")
        assert await effects(district) == before

        trial = Trial(district, "after")
        async with trial.coming(at_least=200):
            pass
        assert await trial.verdict() == []


async def _kill_and_start(district: Deployment, name: str) -> None:
    if name in SERVERS:
        await asyncio.to_thread(district.servers.kill, name)
        await asyncio.to_thread(district.servers.start, name)
    else:
        district.kill(name)
        district.start(name)


async def _told(district: Deployment) -> dict[tuple[str, bytes], list[bytes]]:
    """The ids of everything that stands on the topics of facts, by topic and key."""
    reader, ledger = Reader(district.login("operator"), is_told), Ledger()
    await reader.read(ledger.see)
    await reader.close()
    return ledger.ids


async def _tells_again(district: Deployment, told: dict[tuple[str, bytes], list[bytes]]) -> bool:
    return await _told(district) == told


async def _partitions(district: Deployment, name: str) -> int:
    """Of how many partitions a process has taken something."""
    async with httpx2.AsyncClient() as client:
        metrics = (await client.get(f"{district.url(name)}/metrics")).text
    return sum(line.startswith("bbcs_consumer_lag{") for line in metrics.splitlines())
