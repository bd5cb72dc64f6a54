"""What the sample centre and a unit do about a blockage: an owner, a measure, a result (四(五), rules 5.5)."""

import asyncio
from typing import Any, NamedTuple

from contracts.vocabulary import Cause, ImprovementResult, Measure
from stack.acting.scene import Scene, Step, Stopped

_CENTRE, _LEAD = "8103", "0003"
_PATIENCE_S = 20.0
_AGAIN_S = 0.1


class Blockage(NamedTuple):
    """堵点: a matter, and why it goes wrong."""

    matter: str
    cause: Cause


def improved(blockage: Blockage, measure: Measure, result: ImprovementResult) -> Step:
    """流程优化: the unit answers for it, decides what is done, and says what came of it."""

    async def improve(scene: Scene) -> None:
        path, unit = f"/v1/improvements/{await _proposed(scene, blockage)}", f"unit.{scene.unit}"
        await _post(scene, "centre", _CENTRE, f"{path}/owners", {"unit": scene.unit})
        await _post(scene, unit, _LEAD, f"{path}/measures", {"measure": measure})
        await _post(scene, unit, _LEAD, f"{path}/results", {"result": result})

    return improve


async def _proposed(scene: Scene, blockage: Blockage) -> str:
    """The id of the improvement, as soon as enough tickets were finished for the same. Raises Stopped."""
    end = asyncio.get_running_loop().time() + _PATIENCE_S
    while asyncio.get_running_loop().time() < end:
        found: list[dict[str, Any]] = await scene.doors.ask("centre", "revisit", "GET", "/v1/blockages")
        for one in found:
            if (one["matter_code"], one["cause"]) == blockage and one["improvement_id"]:
                return str(one["improvement_id"])
        await asyncio.sleep(_AGAIN_S)
    raise Stopped(f"no improvement of {blockage.matter} is proposed")


async def _post(scene: Scene, who: str, officer: str, path: str, said: dict[str, Any]) -> None:
    asked = {"action_id": scene.id(path), "officer": officer} | said
    await scene.doors.ask(who, "revisit", "POST", path, json=asked)
