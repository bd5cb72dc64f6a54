"""A consumer that costs little while nothing comes, and is quick while something does (decision 0037).

FastStream polls for as long as it is blind after an empty poll, and a fetch that is under way holds up partitions that
were emptied meanwhile: short for a backlog, but each poll and fetch of nothing costs the process a millisecond.
"""

from functools import partial
from typing import Any

from aiokafka import AIOKafkaConsumer
from faststream.kafka import KafkaBroker

_POLL_MS = 200
"""A poll ends at once when something comes."""
_BUSY_FETCH_MS, _QUIET_FETCH_MS = 25, 100
"""A partition that was just emptied waits for the fetch that is under way without it, at most so long."""


class QuietConsumer(AIOKafkaConsumer):  # type: ignore[misc]
    """Polls and fetches seldom from an empty poll on, until something comes."""

    async def getmany(self, *partitions: Any, timeout_ms: int = 0, max_records: int | None = None) -> Any:
        """What came, within a fifth of a second if it is less."""
        found = await super().getmany(*partitions, timeout_ms=max(timeout_ms, _POLL_MS), max_records=max_records)
        self._fetcher._fetch_max_wait_ms = _BUSY_FETCH_MS if found else _QUIET_FETCH_MS
        return found


async def be_quiet(broker: KafkaBroker) -> None:
    """Have the subscribers of a broker that is about to start consume like this."""
    builder: Any = await broker.connect()
    broker.config.broker_config.builder = partial(QuietConsumer, **builder.keywords)
