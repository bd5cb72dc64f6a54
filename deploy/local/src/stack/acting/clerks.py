"""What sample clerks of units and of the centre hear when they ask the reporter again (rules 5.1)."""

import asyncio
from typing import Any

from contracts.vocabulary import RevisitKind
from stack.acting.scene import Scene, Step, Stopped

_CLERKS = {RevisitKind.UNIT: "0002", RevisitKind.CENTRE: "8101", RevisitKind.SECOND: "8101"}
"""Their numbers: who finished a ticket does not ask for the centre."""
_PATIENCE_S = 20.0
_AGAIN_S = 0.1


def heard(kind: RevisitKind, rating: int, *, solved: bool) -> Step:
    """回访: the reporter is reached, and says this."""

    async def revisit(scene: Scene) -> None:
        who = f"unit.{scene.unit}" if kind is RevisitKind.UNIT else "centre"
        planned = await _planned(scene, kind)
        note = await scene.write(who, f"{kind} revisit", "note", "已回访反映人，记录了评价。")
        said = {
            "action_id": scene.id(f"{kind} revisit"),
            "officer": _CLERKS[kind],
            "outcome": "reached",
            "method": "phone",
            "attempted_at": note["written_at"],
            "answer": {"rating": rating, "solved": solved, "text_id": note["text_id"]},
        }
        await scene.doors.ask(who, "revisit", "POST", f"/v1/revisits/{planned}/attempts", json=said)

    return revisit


async def _planned(scene: Scene, kind: RevisitKind) -> str:
    """The id of the first revisit of this kind, as soon as it is planned. Raises Stopped."""
    end = asyncio.get_running_loop().time() + _PATIENCE_S
    while asyncio.get_running_loop().time() < end:
        found: dict[str, Any] = await scene.doors.ask(
            "centre", "revisit", "GET", f"/v1/tickets/{scene.ticket}/revisits"
        )
        for one in found["revisits"]:
            if one["kind"] == kind:
                return str(one["revisit_id"])
        await asyncio.sleep(_AGAIN_S)
    raise Stopped(f"no revisit of the kind {kind} is planned")
