"""The desks of one service: two processes and a relay, each killed in turn while others work with them."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any, Self
from uuid import UUID

import httpx2
from aiokafka import ConsumerRecord
from tests.deployment import WORKING, Deployment, until
from tests.faults.trial import ask
from tests.journeys.bus import headers
from tests.load.bus import Reader

from chassis.clock import new_id
from chassis.testing.lives import at

PATIENCE_S = 90.0
_NOON = at("24 12:00")


@dataclass(frozen=True)
class Desks:
    """Where they are, what they tell on, and who speaks with them, each of them whichever is there."""

    district: Deployment
    service: str
    topic: str
    client: httpx2.AsyncClient

    @classmethod
    def planned(cls, district: Deployment, service: str, topic: str, client: httpx2.AsyncClient) -> Self:
        """They have addresses, and do not run yet."""
        made = cls(district, service, topic, client)
        for name in made.names:
            district.add(name, service, WORKING)
        district.add(made.relay, service, "relay")
        return made

    async def up(self, **environment: str) -> None:
        """Start all of them, which see these variables too."""
        for name in (*self.names, self.relay):
            self.district.processes[name].environment |= environment
        await self.district.up(*self.names, self.relay)

    @property
    def names(self) -> tuple[str, str]:
        """The processes that answer."""
        return self.service, f"{self.service}-2"

    @property
    def relay(self) -> str:
        """The process that tells what they wrote down."""
        return f"{self.service}-relay"

    async def say(self, path: str, who: str, said: dict[str, Any], officer: str = "1") -> dict[str, Any]:
        """What is answered to something that somebody says twice, and is answered twice."""
        told = {"action_id": str(some_id()), "officer": officer} | said
        answers = [await self.ask("POST", path, who, told) for _ in range(2)]
        assert [one.status_code for one in answers] == [httpx2.codes.OK] * 2, (path, answers[0].text)
        return dict(answers[1].json())

    async def ask(self, method: str, path: str, who: str, said: dict[str, Any] | None = None) -> httpx2.Response:
        """What the first desk answers that is there."""
        answers: list[httpx2.Response] = []
        desks = cycle(self.names)

        async def answered() -> bool:
            url = self.district.url(next(desks)) + path
            try:
                answer = await self.client.request(method, url, json=said, headers=self.district.bearer(who))
            except httpx2.TransportError:
                return False
            answers.append(answer)
            return answer.status_code != httpx2.codes.SERVICE_UNAVAILABLE

        await until(answered, PATIENCE_S, path)
        return answers[-1]

    async def kill_in_turn(self, rounds: int, before: Callable[[], Awaitable[None]] | None = None) -> None:
        """Each process as often as there are rounds, each time some facts later in their work than the last.

        `before` each of them something may happen.
        """
        for number in range(rounds):
            for name in (*self.names, self.relay):
                if before:
                    await before()
                await self._gone_on(number)
                await asyncio.to_thread(self.district.kill, name)
                self.district.start(name)
                await self.district.ready(name)

    async def told(self) -> list[ConsumerRecord]:
        """Everything on the topic, each fact once, as soon as it is as much as the log holds."""
        seen: dict[bytes, ConsumerRecord] = {}
        reader = Reader(self.district.login("operator"), lambda topic: topic == self.topic)

        async def all_there() -> bool:
            await reader.read(lambda record: seen.setdefault(headers(record)["ce_id"], record))
            return len(seen) == await self._logged()

        await until(all_there, PATIENCE_S, "the log to be told")
        await reader.close()
        return list(seen.values())

    async def _gone_on(self, facts: int) -> None:
        """Return when so many facts more are in the log."""
        begun = await self._logged()

        async def more() -> bool:
            return await self._logged() >= begun + facts

        await until(more, PATIENCE_S, "the desks to go on")

    async def _logged(self) -> int:
        return int(await ask(self.district, self.service, f"SELECT count(*) FROM log WHERE topic = '{self.topic}'"))


def some_id() -> UUID:
    """An id that nothing has."""
    return new_id(_NOON)


def numbers(about: Sequence[ConsumerRecord]) -> list[int]:
    """Those of the facts about one thing, in the order in which they were told."""
    return [int(headers(one)["ce_sequence"]) for one in about]
