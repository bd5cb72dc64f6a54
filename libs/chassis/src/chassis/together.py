"""Carries out what many callers ask for at once in one transaction, and answers each after COMMIT.

What comes while one transaction is under way makes up the next: nobody waits for a batch to fill. One caller's refusal
does not touch the others: a batch that fails is halved until the culprit stands alone.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from chassis import telemetry
from chassis.failures import passes
from chassis.work import Cause, Work

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")

MOST = 100


class Runtime(Protocol):
    """What opens the transactions."""

    def work(self, causes: Mapping[int, Cause] | None = None) -> AbstractAsyncContextManager[Work[Any]]:
        """A Work whose transaction is committed at the end."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class _Call(Generic[Asked, Answer]):
    asked: Asked
    cause: Cause
    answer: "asyncio.Future[Answer]"


class Together(Generic[Asked, Answer]):
    """One use case of one running service, called by many at once."""

    def __init__(
        self, runtime: Runtime, usecase: Callable[[Work[Any], Sequence[Asked]], Awaitable[Sequence[Answer]]]
    ) -> None:
        self._runtime, self._usecase = runtime, usecase
        self._waiting: deque[_Call[Asked, Answer]] = deque()
        self._at_work: asyncio.Task[None] | None = None

    async def __call__(self, asked: Asked) -> Answer:
        """The use case's answer to this one, committed. Raises what the use case raises for it alone."""
        call: _Call[Asked, Answer] = _Call(
            asked, Cause(traceparent=telemetry.traceparent()), asyncio.get_running_loop().create_future()
        )
        self._waiting.append(call)
        if self._at_work is None or self._at_work.done():
            self._at_work = asyncio.create_task(self._work())
        return await call.answer

    async def _work(self) -> None:
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))]
            await self._carry_out([one for one in batch if not one.answer.done()])

    async def _carry_out(self, batch: Sequence[_Call[Asked, Answer]]) -> None:
        if not batch:
            return
        try:
            async with self._runtime.work({id(one.asked): one.cause for one in batch}) as work:
                answers = await self._usecase(work, [one.asked for one in batch])
        except Exception as error:  # noqa: BLE001 - handed to the callers, whose door tells outages, refusals and bugs apart
            await self._apart(batch, error)
        else:
            for call, answer in zip(batch, answers, strict=True):
                if not call.answer.done():
                    call.answer.set_result(answer)

    async def _apart(self, batch: Sequence[_Call[Asked, Answer]], error: Exception) -> None:
        if len(batch) > 1 and not passes(error):
            await self._carry_out(batch[: len(batch) // 2])
            await self._carry_out(batch[len(batch) // 2 :])
            return
        for call in batch:
            if not call.answer.done():
                call.answer.set_exception(error)
