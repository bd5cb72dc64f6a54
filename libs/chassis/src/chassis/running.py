"""A running service: its doors in one event loop, what they share, and how it ends."""

import asyncio
import gc
import signal
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from itertools import count
from typing import TYPE_CHECKING, Any

import uvicorn

from chassis import outbox, parking, telemetry, web
from chassis.batches import Stopped, Taker
from chassis.clock import Clock, Machine, ThisMachine, clock_from
from chassis.db import Database
from chassis.errands import Errander
from chassis.failures import passes
from chassis.jobs import LOG_ROOM, Guard, Ticker
from chassis.kafka import Following, Producer, Subscription
from chassis.parking import Parking
from chassis.relay import Relay
from chassis.settings import Settings, UnusableSettings
from chassis.steady import Steady
from chassis.telemetry import metrics
from chassis.vault import Vault
from chassis.work import Cause, Work

if TYPE_CHECKING:
    from chassis.service import Service

DOORS = ("http", "consumers", "jobs", "relay")
_AGAIN_S = 1.0
_TIDY_EVERY_S = 1.0
_FINISH_S = 12.0
_DRAIN_S = 4.0
_LEAVE_S = 2.0
_SPARING = 20
"""Looking for what was put back takes a twentieth of the time at most, however much is parked."""
_HANG_UP_S = 1.0

_log = telemetry.logger(__name__)


class Running:
    """One process of a service with some of its doors open."""

    def __init__(
        self,
        service: "Service",
        settings: Settings,
        doors: Sequence[str] = DOORS,
        clock: Clock | None = None,
        machine: Machine | None = None,
    ) -> None:
        """`clock` is the settings' own and `machine` this one, unless a test gives others."""
        self.service, self.settings, self.doors = service, settings, doors
        self.clock = clock or _clock(settings)
        self.kit = service.kit(settings)
        self.database = Database(settings.database_url.get_secret_value(), service.name)
        self.relay = Relay(service.name, self.database, Producer(settings), self.clock)
        self.takers = [self._taker(one) for one in service.consumers]
        self.subscriptions = [Subscription(settings, taker) for taker in self.takers]
        self._machine = machine or ThisMachine()
        self._ended = asyncio.Event()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._server: _Server | None = None
        self._checked = False

    def _taker(self, consumer: Any) -> Taker:
        vault = Vault.from_settings(self.settings) if consumer.personal else None
        return Taker(consumer, Parking(consumer, vault), self.database, self.clock, self.kit, self.committed)

    @asynccontextmanager
    async def work(self, causes: Mapping[int, Cause] | None = None) -> AsyncIterator[Work[Any]]:
        """A Work in a transaction of its own, committed at the end with what was told."""
        async with self.database.transaction() as session:
            work = Work(session, self.clock.now(), self.kit, causes)
            yield work
            await outbox.append(work)
        self.committed(work)

    def committed(self, work: Work[Any]) -> None:
        """Wake the relay for what was told."""
        if work.told:
            self.relay.wake.set()

    def not_live(self) -> Sequence[str]:
        """Why the process should be started again."""
        return ["consumer.stopped"] if any(taker.progress.stopped for taker in self.takers) else []

    def not_ready(self) -> Sequence[str]:
        """Why it should get nothing for now."""
        reasons = [*self.not_live(), *([] if self._checked else ["database.away"])]
        if "consumers" in self.doors and any(one.stale() for one in self.subscriptions):
            reasons.append("consumer.stale")
        if "relay" in self.doors and self.relay.late():
            reasons.append("relay.late")
        return reasons

    def end(self) -> None:
        """Have `run` close the doors in order."""
        self._ended.set()

    async def run(self, opened: Callable[[], None] = lambda: None) -> None:
        """Open the doors, and close them in order when told to end or when one fails; `opened` is called in between."""
        _on_signals(self.end)
        self._start("http", self._serve())
        try:
            await self._patiently(self._check)
            if not self._ended.is_set():
                self._open()
                _log.info("service.started", version="1")
                opened()
            await self._ended.wait()
        finally:
            await self._close()
        for task in self._tasks.values():
            if _failed(task):
                task.result()

    async def _check(self) -> None:
        await self.database.check()
        self._checked = True

    def _open(self) -> None:
        self._start("tidy", _tidy())
        if "relay" in self.doors:
            self._start("relay", self.relay.run())
        if "consumers" in self.doors:
            for subscription, taker in zip(self.subscriptions, self.takers, strict=True):
                self._start(f"consumer {taker.consumer.name}", subscription.run())
                self._start(f"put back {taker.consumer.name}", self._put_back(taker))
        if "jobs" in self.doors:
            self._open_jobs()
            for errand in self.service.errands:
                self._start(f"errand {errand.name}", Errander(errand, self.work, self.kit).run())

    def _open_jobs(self) -> None:
        """Jobs that follow a topic share what is known of it, and all of them the doubts about the clock."""
        jobs, steady = (*self.service.jobs, LOG_ROOM), Steady(self._machine)
        following = Following(self.settings, {topic for job in jobs for topic in job.follows}, self.clock)
        if following.topics:
            self._start("following", following.run())
        for job in jobs:
            guard = Guard([following.topics[topic] for topic in job.follows], steady) if job.follows else None
            ticker = Ticker(job, self.database, self.clock, self.kit, self.committed, guard)
            self._start(f"job {job.name}", ticker.run())

    def _start(self, name: str, door: Coroutine[Any, Any, None]) -> None:
        task = self._tasks[name] = asyncio.create_task(door, name=name)
        task.add_done_callback(self._look)

    def _look(self, task: "asyncio.Task[None]") -> None:
        """A door that fails ends the process: what supervises it starts it again."""
        if _failed(task):
            _log.error("door.failed", door=task.get_name(), error=telemetry.failure(task.exception() or RuntimeError()))
            self._ended.set()

    async def _serve(self) -> None:
        """HTTP: /livez, /readyz and /metrics always, the API if its door is open."""
        application = web.application(self.service, self, api="http" in self.doors)
        self._server = _Server(web.listening(application, self.settings))
        await self._server.serve(sockets=[_listen(self.settings)])

    async def _put_back(self, taker: Taker) -> None:
        """Try again what operators put back."""
        with suppress(Stopped):
            while True:
                begun = time.monotonic()
                again = await taker.put_back()
                await self._patiently(self._count_parked)
                await asyncio.sleep(0 if again else max(_AGAIN_S, _SPARING * (time.monotonic() - begun)))

    async def _count_parked(self) -> None:
        async with self.database.transaction() as session:
            metrics.PARKED_WAITING.set(await parking.waiting(session))

    async def _patiently(self, ask: Callable[[], Awaitable[None]]) -> None:
        while not self._ended.is_set():
            try:
                await ask()
            except Exception as error:
                if not passes(error):
                    raise
                _log.warning("service.waits", error=telemetry.failure(error))
            else:
                return
            await asyncio.sleep(_AGAIN_S)

    async def _close(self) -> None:
        """Take nothing new, finish what is at hand, send what was told, leave; within 20 seconds."""
        if self._server:
            self._server.should_exit = True
        for one in self.subscriptions:
            one.stop()
        await _within(_FINISH_S, [task for name, task in self._tasks.items() if name.startswith("consumer ")])
        self.relay.stop()
        await _within(_DRAIN_S, [self._tasks[name] for name in ("relay", "http") if name in self._tasks])
        for task in self._tasks.values():
            task.cancel()
        await _within(_LEAVE_S, list(self._tasks.values()))
        with suppress(TimeoutError):
            async with asyncio.timeout(_HANG_UP_S):
                await self.database.close()
        _log.info("service.ended")


class _Server(uvicorn.Server):
    """Uvicorn that leaves signals to the service."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def _clock(settings: Settings) -> Clock:
    try:
        return clock_from(settings.clock)
    except ValueError as error:
        raise UnusableSettings(f"{settings.SERVICE} cannot start, {settings.variables('clock')[0]}: {error}") from None


def _listen(settings: Settings) -> socket.socket:
    try:
        return socket.create_server((settings.http_host, settings.http_port), backlog=2048)
    except OSError:
        names = settings.variables("http_port")[0]
        raise UnusableSettings(f"port {settings.http_port} is taken: set {names} to another one") from None


def _on_signals(end: Callable[[], None]) -> None:
    """The first signal ends in order, the second at once."""
    loop = asyncio.get_running_loop()

    def first(number: signal.Signals) -> None:
        _log.info("service.ends", signal=number.name)
        loop.remove_signal_handler(number)
        end()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, first, number)


async def _within(seconds: float, tasks: Sequence["asyncio.Task[None]"]) -> None:
    """Wait for the tasks, but not longer."""
    if tasks:
        await asyncio.wait(tasks, timeout=seconds)


def _failed(task: "asyncio.Task[None]") -> bool:
    return task.done() and not task.cancelled() and task.exception() is not None


async def _tidy() -> None:
    """Free what refers to itself, young things every second and all of it every minute (see `service`)."""
    for second in count(1):
        await asyncio.sleep(_TIDY_EVERY_S)
        gc.collect(2 if second % 60 == 0 else 1)
