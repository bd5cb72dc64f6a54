"""What sample departments do to their tickets (rules 3)."""

from contracts.vocabulary import Cause
from stack.acting.scene import Scene, Step

OFFICER = "0001"


async def accepted(scene: Scene) -> None:
    """接单."""
    await scene.act(f"unit.{scene.unit}", OFFICER, "accept", {"action": "accept"})


async def contacted(scene: Scene) -> None:
    """The reporter is called, and reached; the call was when its note was written."""
    who = f"unit.{scene.unit}"
    note = await scene.write(who, "contact", "note", "已电话联系反映人，核实了情况。")
    called = {"method": "phone", "reached": True, "attempted_at": note["written_at"], "note_id": note["text_id"]}
    await scene.act(who, OFFICER, "contact", {"action": "contact", **called})


def finished(cause: Cause) -> Step:
    """办结回复, for this cause."""

    async def finish(scene: Scene) -> None:
        who = f"unit.{scene.unit}"
        reply = await scene.write(who, "finish", "reply", "您反映的事项已经办理完毕，请留意短信通知。")
        done = await scene.write(who, "finish", "note", "已与系统运维核对，重新提交成功。")
        ids = {"reply_id": reply["text_id"], "done_id": done["text_id"]}
        await scene.act(who, OFFICER, "finish", {"action": "finish", **ids, "cause": cause})

    return finish


async def explained(scene: Scene) -> None:
    """What the reporter rated badly to the centre is explained (rules 5.4)."""
    who = f"unit.{scene.unit}"
    found = await scene.doors.ask("centre", "revisit", "GET", f"/v1/tickets/{scene.ticket}/revisits")
    answer = found["answers"][-1]["centre"]["answer_id"]
    text = await scene.write(who, "explain", "explanation", "已向反映人说明办理流程，并致歉。")
    said = {"action_id": scene.id("explain"), "officer": OFFICER, "how": "explained", "text_id": text["text_id"]}
    await scene.doors.ask(who, "revisit", "POST", f"/v1/ratings/{answer}/explanations", json=said)
