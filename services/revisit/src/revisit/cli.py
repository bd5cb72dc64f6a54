"""What `bbcs trace` asks of revisit: under which keys its facts stand that are about no complaint of their own."""

from collections.abc import Collection

from chassis.cli.traced import ids
from chassis.cli.working import without_doors
from revisit import usecases


async def improvements(keys: Collection[str]) -> list[str]:
    """The ids of the improvements that those things which are tickets made, or made come back. Raises Unable."""
    async with without_doors("revisit") as running, running.work() as work:
        return [str(one) for one in await usecases.improving.of_tickets(work, ids(keys))]
