"""What who watches the clocks waits for, so that a life is shown with its clocks."""

import asyncio

from contracts.vocabulary import ClockKind
from stack.acting.scene import Scene, Step

_PATIENCE_S = 10.0
_AGAIN_S = 0.1


def stopped(*kinds: ClockKind) -> Step:
    """A clock of each kind has run, and none runs any more; it is not waited for long, for nothing depends on it."""

    async def look(scene: Scene) -> None:
        end = asyncio.get_running_loop().time() + _PATIENCE_S
        while not await _stopped(scene, set(kinds)) and asyncio.get_running_loop().time() < end:
            await asyncio.sleep(_AGAIN_S)

    return look


async def _stopped(scene: Scene, kinds: set[ClockKind]) -> bool:
    found = await scene.doors.ask("centre", "sla-monitor", "GET", f"/v1/tickets/{scene.ticket}/clocks")
    clocks = [one for one in found["clocks"] if one["clock"] in kinds]
    return {one["clock"] for one in clocks} == kinds and all(one["stopped_at"] for one in clocks)
