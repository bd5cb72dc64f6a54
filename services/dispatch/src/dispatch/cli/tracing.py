"""What `bbcs trace` asks of dispatch: under which keys its facts about complaints stand."""

from collections.abc import Collection

from chassis.cli.traced import ids
from dispatch import usecases
from dispatch.cli.opening import opened


async def tickets(keys: Collection[str]) -> list[str]:
    """The ids of the tickets of those things that are complaints. Raises Unable."""
    async with opened() as work:
        return [str(one.ticket_id) for one in await usecases.tickets_of(work, ids(keys))]
