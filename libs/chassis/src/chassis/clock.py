"""Where time and ids come from: the only place of a service that asks the machine for them."""

import secrets
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from struct import Struct
from threading import Lock
from typing import NamedTuple, Protocol
from uuid import UUID


class Clock(Protocol):
    """Gives the present instant of business."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        return datetime.now(UTC)


class ScaledClock:
    """Business time that was `business` when the machine's clock stood at `real` and runs `speed` times as fast."""

    def __init__(self, real: datetime, business: datetime, speed: float) -> None:
        if not 0 < speed <= 100_000:
            raise ValueError("a clock runs forward, at most 100,000 times as fast as real time")
        self._real, self._business, self._speed = real.astimezone(UTC), business.astimezone(UTC), speed

    def now(self) -> datetime:
        """The present instant of business, aware, in UTC."""
        return self._business + (datetime.now(UTC) - self._real) * self._speed


class MovableClock:
    """A clock that stands still until it is moved: for tests and demonstrations."""

    def __init__(self, at: datetime) -> None:
        self.set(at)

    def now(self) -> datetime:
        """The instant it was last moved to, aware, in UTC."""
        return self._at

    def set(self, at: datetime) -> None:
        """Put the clock to `at`. Raises ValueError for an instant without a zone."""
        self._at = _aware(at)

    def move(self, by: timedelta) -> None:
        """Move the clock by a duration, backwards when it is negative."""
        self._at += by


class Reading(NamedTuple):
    """The machine's clocks at one moment: wall time, and the seconds since it was started, sleep among them."""

    wall: datetime
    boot_s: float


class Machine(Protocol):
    """A machine's clocks. `name` is that of its present run: another one after it was started again."""

    name: str

    def read(self) -> Reading:
        """What they say now."""
        ...


class ThisMachine:
    """The clocks of the machine on which the process runs."""

    def __init__(self) -> None:
        self.name = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()

    def read(self) -> Reading:
        """What they say now."""
        return Reading(datetime.now(UTC), time.clock_gettime(time.CLOCK_BOOTTIME))


def clock_from(setting: str | None) -> Clock:
    """The clock that CLOCK names: the machine's own, or `<real instant>|<business instant>|<speed>`.

    Raises ValueError for anything else.
    """
    if not setting:
        return SystemClock()
    try:
        real, business, speed = setting.split("|")
        return ScaledClock(_instant(real), _instant(business), float(speed))
    except ValueError:
        raise ValueError("CLOCK is written <real instant>|<business instant>|<speed>, instants with offset") from None


def _instant(written: str) -> datetime:
    return _aware(datetime.fromisoformat(written.strip()))


def _aware(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("an instant has a zone")
    return at.astimezone(UTC)


_COUNTER_BITS = 74
_STEPS = Struct("<1024I")
_RANDOM_B_BITS = 62
_VERSION_AND_VARIANT = 0x7 << 76 | 0b10 << _RANDOM_B_BITS


class _Ids:
    """UUIDs of version 7 that rise within the process, whatever the clock does (RFC 9562, 6.2 method 2)."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._ms = self._counter = 0
        self._steps: list[int] = []

    def next(self, now: datetime) -> UUID:
        ms = int(now.timestamp() * 1000)
        with self._lock:
            self._step(ms)
            return UUID(int=_layout(self._ms, self._counter))

    def _step(self, ms: int) -> None:
        if ms > self._ms:
            self._ms, self._counter = ms, secrets.randbits(_COUNTER_BITS - 1)
            return
        self._counter += 1 + self._random_step()
        if self._counter >> _COUNTER_BITS:
            self._ms, self._counter = self._ms + 1, secrets.randbits(_COUNTER_BITS - 1)

    def _random_step(self) -> int:
        """32 random bits; drawn many at once, they cost a tenth."""
        if not self._steps:
            self._steps = list(_STEPS.unpack(secrets.token_bytes(_STEPS.size)))
        return self._steps.pop()


def _layout(ms: int, counter: int) -> int:
    high, low = counter >> _RANDOM_B_BITS, counter & (1 << _RANDOM_B_BITS) - 1
    return ms << 80 | _VERSION_AND_VARIANT | high << 64 | low


_ids = _Ids()


def new_id(now: datetime) -> UUID:
    """A new id (UUID version 7) of the instant `now`; within the process every id is greater than the one before."""
    return _ids.next(now)
