"""How far a service has followed a topic: up to which instant everything that was told there has been taken.

What time makes true must not be told before what was said earlier was heard: after days down, a light would turn that
the backlog turns off. The end of the topic is asked for a moment after an instant was noted, so that what was told by
then has arrived; once the service's group has committed up to that end, it has followed the topic up to that instant.
"""

import asyncio
import time
from collections import deque
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from faststream.kafka.security import parse_security

from chassis import telemetry
from chassis.clock import Clock
from chassis.kafka.login import METADATA_MS, security
from chassis.kafka.waiting import ended, within
from chassis.settings import Settings
from chassis.telemetry import metrics

LOOK_EVERY_S: Final = 0.1
ARRIVES_S: Final = 0.3
"""Real time in which a fact that was told has reached its topic, as long as its service's relay works."""
_ANSWER_S: Final = 5.0
_AGAIN_S: Final = 1.0
_MOST_OPEN: Final = 100
"""Ends that are remembered at once; while there are so many, the group is that far behind."""

Ends = Mapping[TopicPartition, int]

_log = telemetry.logger(__name__)


class _Reading(NamedTuple):
    """What the clock said, and when by the machine's monotonic time."""

    monotonic: float
    at: datetime


class _Sight(NamedTuple):
    """Where the topic ended when everything that was told by an instant had arrived."""

    at: datetime
    ends: Ends


class Followed:
    """How far the service's whole group has followed one topic: `until`, None while that is not known."""

    def __init__(self) -> None:
        self.until: datetime | None = None
        self._open: deque[_Sight] = deque()

    def see(self, ends: Ends, at: datetime | None) -> None:
        """Remember the end that has to be reached; the same end later is the same work."""
        if at is None or not ends:
            return
        if self._open and self._open[-1].ends == ends:
            self._open[-1] = _Sight(at, ends)
        elif len(self._open) < _MOST_OPEN:
            self._open.append(_Sight(at, ends))

    def reach(self, taken: Ends) -> bool:
        """Move on by what the group has taken; whether nothing that was remembered is left."""
        while self._open and _covers(taken, self._open[0].ends):
            self.until = self._open.popleft().at
        return not self._open


class Following:
    """Keeps `topics` up to date: how far each of them was followed."""

    def __init__(self, settings: Settings, topics: Iterable[str], clock: Clock) -> None:
        self.topics: Mapping[str, Followed] = {topic: Followed() for topic in sorted(topics)}
        self._settings, self._clock = settings, clock
        self._readings: deque[_Reading] = deque()
        self._taken: Ends = {}
        self._begun_at = clock.now()

    async def run(self) -> None:
        """Look on until cancelled; while Kafka is away nothing moves."""
        while True:
            try:
                await self._look_on()
            except (KafkaError, OSError) as error:
                _log.warning("followed.waits", error=telemetry.failure(error))
            await asyncio.sleep(_AGAIN_S)

    async def _look_on(self) -> None:
        consumer, self._taken = _consumer(self._settings), {}
        try:
            await within(_ANSWER_S, consumer.start())
            while True:
                await within(_ANSWER_S, self._look(consumer))
                await asyncio.sleep(LOOK_EVERY_S)
        finally:
            await ended(consumer.stop())

    async def _look(self, consumer: AIOKafkaConsumer) -> None:
        """Ask where the topics end, and what was taken, unless that is known to be all."""
        self._readings.append(_Reading(time.monotonic(), self._clock.now()))
        ends = await self._ends(consumer)
        self._taken = {spot: at for spot, at in self._taken.items() if at <= ends.get(spot, 0)}  # Kafka was made anew
        at = self._arrived()
        for topic, one in self.topics.items():
            one.see({spot: end for spot, end in ends.items() if spot.topic == topic}, at)
        if not self._reach():
            self._taken = await _committed(consumer, ends)
            self._reach()
        for topic, one in self.topics.items():
            behind = self._clock.now() - (one.until or self._begun_at)
            metrics.FOLLOWED_AGE.labels(topic).set(max(behind.total_seconds(), 0.0))

    def _reach(self) -> bool:
        """Move on by what is known to be taken; whether nothing is left."""
        left = [one for one in self.topics.values() if not one.reach(self._taken)]
        return not left

    async def _ends(self, consumer: AIOKafkaConsumer) -> Ends:
        spots = [
            TopicPartition(topic, one)
            for topic in self.topics
            for one in sorted(await consumer._client._wait_on_metadata(topic))
        ]
        found: Ends = await consumer.end_offsets(spots)
        return found

    def _arrived(self) -> datetime | None:
        """The newest instant that is long enough ago; older readings are not needed any more."""
        newest, enough = None, time.monotonic() - ARRIVES_S
        while self._readings and self._readings[0].monotonic <= enough:
            newest = self._readings.popleft().at
        return newest


def _consumer(settings: Settings) -> AIOKafkaConsumer:
    """One that joins nothing: it asks as the service's group."""
    login = security(settings)
    return AIOKafkaConsumer(
        bootstrap_servers=settings.kafka_servers,
        client_id=f"{settings.SERVICE}-followed",
        group_id=settings.SERVICE,
        enable_auto_commit=False,
        metadata_max_age_ms=METADATA_MS,
        request_timeout_ms=int(_ANSWER_S * 1000),
        **(parse_security(login) if login else {}),
    )


async def _committed(consumer: AIOKafkaConsumer, ends: Ends) -> Ends:
    """What the group has taken of each partition; where it never took anything, where the partition begins."""
    found = await consumer._coordinator.fetch_committed_offsets(list(ends))
    taken = {at: one.offset for at, one in found.items() if one.offset >= 0}
    untouched = [at for at in ends if at not in taken]
    begins: dict[TopicPartition, Any] = await consumer.beginning_offsets(untouched) if untouched else {}
    return taken | begins


def _covers(taken: Ends, ends: Ends) -> bool:
    return all(taken.get(at, 0) >= end for at, end in ends.items())
