"""The words of what the city is told about its items (docs/city-feedback.md)."""

from enum import StrEnum


class ReplyKind(StrEnum):
    """What a reply to the city says."""

    ACCEPTED = "accepted"
    PROGRESS = "progress"
    RESULT = "result"
    DECLINED = "declined"

    @property
    def chinese(self) -> str:
        """The kind's name for people."""
        return {"accepted": "已受理", "progress": "办理进展", "result": "办结答复", "declined": "不予办理"}[self.value]


class ReplyState(StrEnum):
    """How a reply stands: `refused`, `conflict`, `held` wait for the centre, and what comes after waits behind it."""

    WAITING = "waiting"
    TAKEN = "taken"
    REFUSED = "refused"
    CONFLICT = "conflict"
    HELD = "held"

    @property
    def chinese(self) -> str:
        """The state's name for people."""
        return {
            "waiting": "待发送",
            "taken": "市级已接收",
            "refused": "市级退回",
            "conflict": "市级已有不同内容",
            "held": "正文待核",
        }[self.value]
