"""What `bbcs trace` asks of portal-bridge: under which keys its facts about complaints stand."""

from collections.abc import Collection
from typing import Any

from chassis.cli.traced import ids
from chassis.work import Work
from portal_bridge import usecases


async def city_keys(work: Work[Any], keys: Collection[str]) -> list[str]:
    """The city's keys of those things that are complaints which came of its feedback."""
    return await usecases.centre.keys_of(work, ids(keys))
