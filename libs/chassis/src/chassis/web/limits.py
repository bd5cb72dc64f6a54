"""Request limits per principal, counted in Redis for every instance, and in process while Redis is away or slow."""

import asyncio
import math
from dataclasses import dataclass
from time import monotonic
from typing import Self

from limits import RateLimitItem, parse_many
from limits.aio.storage import MemoryStorage, RedisStorage
from redis.asyncio import ConnectionPool
from redis.exceptions import RedisError

from chassis import telemetry
from chassis.clock import SystemClock
from chassis.settings import Settings, UnusableSettings
from chassis.telemetry import metrics

log = telemetry.logger(__name__)

PATIENCE_S = 0.05
"""How long a request waits for Redis."""
PAUSE_S = 5.0
"""How long Redis is left alone after it did not answer."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many requests a limit allows in its window, how many were made, and when it ends; in seconds."""

    limit: int
    window: int
    made: int
    reset: int

    @property
    def passed(self) -> bool:
        """Whether this request is one too many."""
        return self.made > self.limit

    @property
    def left(self) -> int:
        """How many more may be made before the window ends."""
        return max(0, self.limit - self.made)


class Limiter:
    """Counts requests in fixed windows of real time: one round trip tells both the verdict and what is left.

    A fixed window lets twice its limit pass around its border; `100/second;2000/minute` bounds that.
    """

    def __init__(self, limits: list[RateLimitItem], redis_url: str | None = None, service: str = "-") -> None:
        self._limits, self._own, self._rest_until = limits, MemoryStorage(), 0.0
        self._pool: ConnectionPool | None = ConnectionPool.from_url(redis_url) if redis_url else None
        self._shared = _storage(redis_url, self._pool, service) if redis_url and self._pool else None

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """The limiter of RATE_LIMIT and REDIS_URL. Raises UnusableSettings for one that cannot be read."""
        url = settings.redis_url.get_secret_value() if settings.redis_url else None
        try:
            return cls(parse_many(settings.rate_limit), url, settings.SERVICE)
        except ValueError:
            said = "RATE_LIMIT is written like 2000/minute, REDIS_URL like redis://host:port/0"
            raise UnusableSettings(f"{settings.SERVICE} cannot start: {said}") from None

    async def count(self, principal: str) -> Count:
        """Count one request of the principal, and say how the limit stands that is nearest to its end."""
        now = SystemClock().now().timestamp()
        counts = [await self._one(limit, principal, now) for limit in self._limits]
        return min(counts, key=lambda one: (not one.passed, one.left, -one.reset))

    async def close(self) -> None:
        """Let go of Redis."""
        if self._pool is not None:
            await self._pool.disconnect()

    async def _one(self, limit: RateLimitItem, principal: str, now: float) -> Count:
        window = limit.get_expiry()
        number = int(now // window)
        made = await self._made(limit.key_for(principal, str(number)), window)
        return Count(limit.amount, window, made, math.ceil((number + 1) * window - now))

    async def _made(self, key: str, window: int) -> int:
        if self._shared is None:
            return await self._own.incr(key, window)
        made = await self._asked(self._shared, key, window) if monotonic() >= self._rest_until else None
        if made is not None:
            return made
        metrics.LIMITS_FALLBACK.inc()
        return await self._own.incr(key, window)

    async def _asked(self, shared: RedisStorage, key: str, window: int) -> int | None:
        """Redis's count, or None when it does not answer; from then on one request asks it again every PAUSE_S."""
        rested = self._rest_until > 0
        if rested:
            self._rest_until = monotonic() + PAUSE_S
        try:
            async with asyncio.timeout(PATIENCE_S):
                made = await shared.incr(key, window)
        except (RedisError, OSError) as error:
            self._rest(error)
            return None
        if rested:
            self._rest_until = 0.0
            log.info("limits.redis-back")
        return made

    def _rest(self, error: Exception) -> None:
        self._rest_until = monotonic() + PAUSE_S
        log.warning("limits.redis-away", error=telemetry.failure(error), wait_s=PAUSE_S)


def _storage(url: str, pool: ConnectionPool, service: str) -> RedisStorage:
    """Redis as `limits` uses it; services share it, and count apart."""
    options = {"connection_pool": pool}
    prefix = f"bbcs:{service}:limits"
    return RedisStorage(f"async+{url}", False, "redispy", prefix, **options)  # type: ignore[arg-type]
