"""What `bbcs trace` asks of dispatch: under which keys its facts about complaints stand."""

from collections.abc import Collection
from typing import Any

from chassis.cli.traced import ids
from chassis.work import Work
from dispatch import usecases


async def tickets(work: Work[Any], keys: Collection[str]) -> list[str]:
    """The ids of the tickets of those things that are complaints."""
    return [str(one.ticket_id) for one in await usecases.tickets_of(work, ids(keys))]
