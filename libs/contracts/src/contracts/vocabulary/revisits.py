"""The words of asking again after the reply (rules 5)."""

from enum import IntEnum, StrEnum


class RevisitKind(StrEnum):
    """回访: who asks the reporter after the reply (rules 5.1); the centre a `second` time after a bad rating (5.4)."""

    UNIT = "unit"
    CENTRE = "centre"
    SECOND = "second"

    @property
    def chinese(self) -> str:
        """The kind's name for people."""
        return {"unit": "承办单位回访", "centre": "中心回访", "second": "二次回访"}[self.value]


class SampleRule(StrEnum):
    """Why the centre revisits a ticket (rules 2.3, 5.1): all are, it lies in the share, or dispatch drew it."""

    ALL = "all"
    SHARE = "share"
    DECLINED = "declined"

    @property
    def chinese(self) -> str:
        """The rule's name for people."""
        return {"all": "全部回访", "share": "按比例抽取", "declined": "不予受理抽查"}[self.value]


class RevisitOutcome(StrEnum):
    """How an attempt to ask went (rules 5.1)."""

    REACHED = "reached"
    NOT_REACHED = "not-reached"
    REFUSED = "refused"

    @property
    def chinese(self) -> str:
        """The outcome's name for people."""
        return {"reached": "已接通", "not-reached": "未接通", "refused": "拒绝回访"}[self.value]


class RevisitResult(StrEnum):
    """How a revisit ended; `void` because the ticket was opened again before (rules 5.1)."""

    ANSWERED = "answered"
    NOT_REACHED = "not-reached"
    REFUSED = "refused"
    VOID = "void"

    @property
    def chinese(self) -> str:
        """The result's name for people."""
        return {"answered": "已回访", "not-reached": "未能接通", "refused": "拒绝回访", "void": "作废"}[self.value]


class AnswerSource(StrEnum):
    """To whom the reporter said it (rules 5.2); `second` to the centre, after the unit had explained or corrected.

    `reporter`: to nobody, by receipt and secret.
    """

    UNIT = "unit"
    CENTRE = "centre"
    SECOND = "second"
    REPORTER = "reporter"

    @property
    def chinese(self) -> str:
        """The source's name for people."""
        return _SOURCES[self.value]


_SOURCES = {"unit": "承办单位回访", "centre": "中心回访", "second": "二次回访", "reporter": "反映人自评"}


class Level(IntEnum):
    """满意度: the five levels of a rating (rules 5.1)."""

    VERY_BAD = 1
    BAD = 2
    FAIR = 3
    GOOD = 4
    VERY_GOOD = 5

    @property
    def chinese(self) -> str:
        """The level's name for people."""
        return ("非常不满意", "不满意", "基本满意", "满意", "非常满意")[self - 1]

    @property
    def bad(self) -> bool:
        """Whether the unit has to explain or to correct it (rules 5.4)."""
        return self <= Level.BAD


class FindingKind(StrEnum):
    """问题认定: 应解决未解决, or 谎报瞒报 (rules 5.2)."""

    UNSOLVED = "unsolved"
    FALSE_REPORT = "false-report"
    CONCEALED = "concealed"

    @property
    def chinese(self) -> str:
        """The finding's name for people."""
        return {"unsolved": "应解决未解决", "false-report": "谎报", "concealed": "瞒报"}[self.value]


class FindingReason(StrEnum):
    """Why something is flagged (rules 5.2): both answers differ, it is said to be not solved, or somebody raised it."""

    CONTRADICTION = "contradiction"
    SAID_UNSOLVED = "said-unsolved"
    BY_HAND = "by-hand"

    @property
    def chinese(self) -> str:
        """The reason's name for people."""
        return _REASONS[self.value]


_REASONS = {"contradiction": "两次回访结果不一致", "said-unsolved": "反映人表示未解决", "by-hand": "人工提请"}
_STATES = {
    "flagged": "待认定",
    "proposed": "待第二人确认",
    "dismissed": "不予认定",
    "supervised": "督办中",
    "failed": "整改未通过",
    "rectified": "整改已通过",
}


class FindingState(StrEnum):
    """How far a finding has come (rules 5.3): judged or not, and how its newest round went."""

    FLAGGED = "flagged"
    PROPOSED = "proposed"
    DISMISSED = "dismissed"
    SUPERVISED = "supervised"
    FAILED = "failed"
    RECTIFIED = "rectified"

    @property
    def chinese(self) -> str:
        """The state's name for people."""
        return _STATES[self.value]


class Duty(StrEnum):
    """For what a finding, a round or a bad rating waits (rules 5.3, 5.4)."""

    JUDGEMENT = "judgement"
    RECTIFICATION = "rectification"
    CHECK = "check"
    EXPLANATION = "explanation"

    @property
    def chinese(self) -> str:
        """The duty's name for people."""
        return _DUTIES[self.value]


_DUTIES = {"judgement": "待认定", "rectification": "待整改", "check": "待核查", "explanation": "待说明"}


class RatingReply(StrEnum):
    """What a unit does about a bad rating (rules 5.4)."""

    EXPLAINED = "explained"
    CORRECTED = "corrected"

    @property
    def chinese(self) -> str:
        """The reply's name for people."""
        return {"explained": "已说明", "corrected": "已整改"}[self.value]
