"""How tests wait: for a condition, never for a time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

PATIENCE_S = 40.0
_LOOK_S = 0.02

Found = TypeVar("Found")


async def until(look: Callable[[], Awaitable[Found]]) -> Found:
    """What `look` finds, as soon as it finds something. Raises TimeoutError after PATIENCE_S."""
    async with asyncio.timeout(PATIENCE_S):
        while not (found := await look()):
            await asyncio.sleep(_LOOK_S)
    return found
