"""The service as a process: how it starts, what it says when it cannot, and how it ends."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from chassis.db import Database, migrate, rows
from chassis.testing import Bus, Raw

LONELY = Path(__file__).with_name("lonely.py")
_ENDS_WITHIN_S = 20


class Lonely:
    """The process, its topic and its database."""

    def __init__(self, bus: Bus, topic: str, url: str) -> None:
        self.bus, self.topic, self.url = bus, topic, url
        self.database = Database(url, "test")
        self.process: subprocess.Popen[str] | None = None

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """Start it; it ends with the test."""
        command = [sys.executable, str(LONELY), self.topic, *arguments]
        own = {name: said for name, said in os.environ.items() if not name.startswith("BBCS_")}
        given = own | self._environment() | environment
        self.process = subprocess.Popen(command, env=given, stderr=subprocess.PIPE, text=True)
        return self.process

    def _environment(self) -> dict[str, str]:
        servers = self.bus.servers
        return {
            "BBCS_KAFKA_SERVERS": servers.kafka_servers,
            "BBCS_KAFKA_USERNAME": servers.kafka_username,
            "BBCS_KAFKA_PASSWORD": servers.kafka_password,
            "BBCS_DATABASE_URL": self.url,
            "BBCS_HTTP_PORT": "0",
        }

    async def ended(self) -> tuple[int, str]:
        """Its exit code and what it said, within the time that it has."""
        assert self.process
        _, said = await asyncio.to_thread(self.process.communicate, timeout=_ENDS_WITHIN_S)
        return self.process.returncode, said

    async def says(self, event: str) -> None:
        """Wait until it says this."""
        assert self.process
        assert self.process.stderr
        while event not in await asyncio.to_thread(self.process.stderr.readline):
            assert self.process.poll() is None

    async def effects(self) -> int:
        """How many effects there are."""
        async with self.database.transaction() as session:
            [row] = await rows(session, "SELECT count(*) AS n FROM effect")
        return int(row.n)

    async def sleeping(self) -> bool:
        """Whether the handler is in the middle of a batch."""
        async with self.database.transaction() as session:
            asked = "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT pg_sleep(%'"
            return bool(await rows(session, asked))

    async def close(self) -> None:
        """Let nothing of it be left."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            await asyncio.to_thread(self.process.communicate)
        await self.database.close()


@pytest.fixture
async def lonely(bus: Bus, servers: Any) -> AsyncIterator[Lonely]:
    """A service that is not started yet, its tables made."""
    topic = f"lonely-{time.monotonic_ns()}"
    await bus.topics(topic, f"{topic}.parked")
    made = Lonely(bus, topic, servers.make_database("lonely"))
    await asyncio.to_thread(migrate, LONELY.with_name("migrations"), made.url)
    yield made
    await made.close()


@pytest.fixture
async def bare(bus: Bus, servers: Any) -> AsyncIterator[Lonely]:
    """A service that is not started yet, with an empty database."""
    made = Lonely(bus, "nowhere", servers.make_database("lonely"))
    yield made
    await made.close()


async def test_told_to_end_it_finishes_the_batch_at_hand_and_leaves(lonely: Lonely, hands: Any) -> None:
    slow, quick = hands.complaint(matter="000000000001"), hands.complaint()
    await lonely.bus.send(lonely.topic, hands.raw(slow))
    process = lonely.start()
    await hands.until(lonely.sleeping)
    await lonely.bus.send(lonely.topic, hands.raw(quick))
    process.send_signal(signal.SIGTERM)
    code, said = await lonely.ended()
    assert code == 0, said
    assert "service.ended" in said
    assert await lonely.effects() == 1


async def test_killed_in_the_middle_it_does_it_again_and_once(lonely: Lonely, hands: Any) -> None:
    await lonely.bus.send(lonely.topic, *(hands.raw(hands.complaint(matter="000000000001")) for _ in range(50)))
    process = lonely.start()
    await hands.until(lonely.sleeping)
    process.kill()
    await lonely.ended()
    lonely.start()
    await hands.until(lonely.effects)
    assert await lonely.effects() == 50


async def test_the_second_signal_ends_it_at_once(lonely: Lonely, hands: Any) -> None:
    await lonely.bus.send(lonely.topic, hands.raw(hands.complaint(matter="000000000001")))
    process = lonely.start()
    await hands.until(lonely.sleeping)
    process.send_signal(signal.SIGTERM)
    await lonely.says("service.ends")
    process.send_signal(signal.SIGTERM)
    assert (await lonely.ended())[0] == -signal.SIGTERM


@pytest.mark.parametrize(
    ("arguments", "environment", "sentence"),
    [
        (["--doors", "http,window"], {}, "no door is called window"),
        ([], {"BBCS_DATABASE_URL": ""}, "BBCS_LONELY_DATABASE_URL"),
        ([], {"BBCS_CLOCK": "noon"}, "BBCS_LONELY_CLOCK"),
    ],
)
async def test_what_keeps_it_from_starting_is_said_in_a_sentence(
    bare: Lonely, arguments: list[str], environment: dict[str, str], sentence: str
) -> None:
    bare.start(*arguments, **environment)
    code, said = await bare.ended()
    assert code
    assert sentence in said
    assert "Traceback" not in said


async def test_without_tables_it_says_how_to_make_them(bare: Lonely) -> None:
    bare.start()
    code, said = await bare.ended()
    assert (code, "--migrate" in said, "Traceback" in said) == (1, True, False)
    for _ in range(2):
        bare.start("--migrate")
        code, said = await bare.ended()
        assert code == 0, said
    assert await bare.effects() == 0


async def test_a_topic_that_comes_later_is_waited_for(lonely: Lonely, hands: Any) -> None:
    lonely.topic += "-later"
    lonely.start()
    await lonely.says("consumer.waits")
    await lonely.bus.topics(lonely.topic, f"{lonely.topic}.parked")
    said = hands.raw(hands.complaint())
    await lonely.bus.send(lonely.topic, Raw(said.key, said.value, said.headers))
    await hands.until(lonely.effects)
