"""Business time of the local stack: with SPEED it runs faster than the machine's, and it never goes back."""

from datetime import datetime

from chassis.clock import SystemClock, clock_from
from stack.trouble import Trouble

_FASTEST = 100_000


def current(before: str | None, speed: float | None) -> str | None:
    """The CLOCK with which services go on: as before, or at another speed from the business instant that is reached.

    None is the machine's own time, until a speed was asked for once.
    """
    if speed is None or (before and float(before.rpartition("|")[2]) == speed):
        return before
    business = clock_from(before).now()
    return f"{_written(SystemClock().now())}|{_written(business)}|{speed:g}"


def slowed(before: str | None) -> str | None:
    """The CLOCK while nothing runs: on from the business instant that is reached, no faster than the machine's."""
    return before and current(before, 1.0)


def speed_of(said: str | None) -> float | None:
    """The SPEED that was said. Raises Trouble for what is none."""
    if not said:
        return None
    try:
        speed = float(said)
    except ValueError:
        speed = 0.0
    if not 0 < speed <= _FASTEST:
        raise Trouble(f"SPEED is how many times faster business time runs, up to {_FASTEST}, not {said!r}.")
    return speed


def _written(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")
