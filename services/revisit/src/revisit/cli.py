"""What `bbcs trace` asks of revisit: under which keys its facts stand that are about no complaint of their own."""

from collections.abc import Collection
from typing import Any

from chassis.cli.traced import ids
from chassis.work import Work
from revisit import usecases


async def improvements(work: Work[Any], keys: Collection[str]) -> list[str]:
    """The ids of the improvements of what those things that are tickets were finished for."""
    return [str(one) for one in await usecases.improving.of_tickets(work, ids(keys))]
