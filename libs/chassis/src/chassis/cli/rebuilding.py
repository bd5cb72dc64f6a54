"""Let every service's relay tell its whole log again, with the same ids: Kafka is not the truth, PostgreSQL is."""

from chassis.cli.databases import services, transaction
from chassis.db import rows

_REWIND = "UPDATE log_cursor SET high = 0, holes = '[]', generation = generation + 1"
_COUNT = "SELECT coalesce(sum(last), 0) AS facts FROM log_key"


async def tell_again() -> dict[str, int]:
    """Set the cursor of every service's log back to its beginning; gives the number of facts that will be told.

    A running relay sees the new generation and begins again. Consumers drop by their inbox what they took before.
    """
    return {service: await _rewind(service) for service in services()}


async def _rewind(service: str) -> int:
    async with transaction(service) as session:
        await rows(session, _REWIND)
        (row,) = await rows(session, _COUNT)
        return int(row.facts)
