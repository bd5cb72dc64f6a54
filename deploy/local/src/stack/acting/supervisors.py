"""What the sample office, unit and centre do about a finding: judge it, put it right, look at that (rules 5.2, 5.3)."""

from typing import Any

from contracts.vocabulary import FindingKind
from stack.acting.scene import Scene, Step, Stopped

_FIRST, _SECOND = "9001", "9002"
"""Two persons of the office."""
_LEAD = "0003"
_CHECKER = "8102"


def dismissed(kind: FindingKind) -> Step:
    """One person of the office finds that it is none."""

    async def dismiss(scene: Scene) -> None:
        finding, step = await _finding(scene, kind), f"dismiss {kind}"
        reason = await scene.write("office", step, "reason", "与同一工单的谎报认定合并处理。")
        said = {"reason_id": reason["text_id"]}
        await _post(scene, "office", _FIRST, step, f"/v1/findings/{finding['finding_id']}/dismissals", said)

    return dismiss


def confirmed(kind: FindingKind) -> Step:
    """通报: one person of the office proposes it with a circular, another one confirms; a round begins."""

    async def confirm(scene: Scene) -> None:
        finding, step = await _finding(scene, kind), f"propose {kind}"
        path = f"/v1/findings/{finding['finding_id']}"
        said = await _circular(scene, step)
        proposed = (await _post(scene, "office", _FIRST, step, f"{path}/proposals", said))["proposal"]
        if proposed:  # else it was confirmed before
            agreed = {"proposal_id": proposed["proposal_id"]}
            await _post(scene, "office", _SECOND, f"confirm {kind}", f"{path}/confirmations", agreed)

    return confirm


async def _circular(scene: Scene, step: str) -> dict[str, Any]:
    """A proposal with the first circular of its year."""
    reason = await scene.write("office", step, "reason", "承办单位回访称已解决，中心回访反映人称未解决。")
    text = await scene.write("office", step, "circular", "经核查，该工单未解决即回复办结，现予通报，请限期整改。")
    number = f"〔{text['written_at'][:4]}〕1号"
    return {"reason_id": reason["text_id"], "circular": {"number": number, "text_id": text["text_id"]}}


def rectified(kind: FindingKind) -> Step:
    """整改: the unit says what it put right."""

    async def rectify(scene: Scene) -> None:
        round_, step, who = await _round(scene, kind), f"rectify {kind}", f"unit.{scene.unit}"
        report = await scene.write(who, step, "note", "已修复打印程序，并逐件核对此前的空白证明。")
        path = f"/v1/rounds/{round_['round_id']}/rectifications"
        await _post(scene, who, _LEAD, step, path, {"text_id": report["text_id"]})

    return rectify


def checked(kind: FindingKind, *, passed: bool) -> Step:
    """The centre looks at it."""

    async def check(scene: Scene) -> None:
        round_, step = await _round(scene, kind), f"check {kind}"
        reason = await scene.write("centre", step, "reason", "经复核，反映人已拿到证明。")
        path = f"/v1/rounds/{round_['round_id']}/checks"
        await _post(scene, "centre", _CHECKER, step, path, {"passed": passed, "reason_id": reason["text_id"]})

    return check


async def _finding(scene: Scene, kind: FindingKind) -> dict[str, Any]:
    """The finding of this kind. Raises Stopped where none was flagged."""
    found = await scene.doors.ask("centre", "revisit", "GET", f"/v1/tickets/{scene.ticket}/revisits")
    for one in found["findings"]:
        if one["finding"] == kind:
            return dict(one)
    raise Stopped(f"no finding of the kind {kind} was flagged")


async def _round(scene: Scene, kind: FindingKind) -> dict[str, Any]:
    return dict((await _finding(scene, kind))["rounds"][-1])


async def _post(scene: Scene, who: str, officer: str, step: str, path: str, said: dict[str, Any]) -> dict[str, Any]:
    asked = {"action_id": scene.id(step), "officer": officer} | said
    return dict(await scene.doors.ask(who, "revisit", "POST", path, json=asked))
