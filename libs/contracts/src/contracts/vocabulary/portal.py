"""The words of what the city's 好差评 platform sends (rules 2.7)."""

from enum import IntEnum, StrEnum


class CityChannel(IntEnum):
    """评价渠道 `pf`: by what the city's platform was told (docs/city-feedback.md)."""

    WEB = 1
    MOBILE = 2
    QR_CODE = 3
    TABLET = 4
    TERMINAL = 5
    MESSAGE = 6
    IMPORTED = 7

    @property
    def chinese(self) -> str:
        """The channel's name for people."""
        return ("PC 端", "移动端", "二维码", "政务大厅平板电脑", "政务大厅其他终端", "短信", "系统导入")[self.value - 1]


class FeedbackWay(StrEnum):
    """By which door a feedback of the city came in."""

    TOPIC = "topic"
    PUSH = "push"
    PULL = "pull"


class FeedbackState(StrEnum):
    """What became of a feedback of the city: `waiting` needs a person of the centre, `accepted` goes to intake."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    REGISTERED = "registered"
    COUNTED = "counted"
    DISMISSED = "dismissed"

    @property
    def chinese(self) -> str:
        """The state's name for people."""
        return _STATES[self]


_STATES = {
    FeedbackState.WAITING: "待中心确认",
    FeedbackState.ACCEPTED: "待登记",
    FeedbackState.REGISTERED: "已登记",
    FeedbackState.COUNTED: "仅计数",
    FeedbackState.DISMISSED: "不作诉求",
}


class FeedbackReason(StrEnum):
    """By which line of docs/city-feedback.md that became of it."""

    DEFAULT = "default"
    AGAIN = "again"
    TROUBLE = "trouble"
    WORDS = "words"
    CONTENT = "content"

    @property
    def chinese(self) -> str:
        """The reason for people."""
        return _REASONS[self]


_REASONS = {
    FeedbackReason.DEFAULT: "系统默认评价或系统导入",
    FeedbackReason.AGAIN: "更正或二次评价",
    FeedbackReason.TROUBLE: "差评或中途退出",
    FeedbackReason.WORDS: "满意，但有意见",
    FeedbackReason.CONTENT: "满意，无意见",
}


class FeedbackDismissal(StrEnum):
    """Why the centre makes no complaint of a feedback."""

    PRAISE = "praise"
    SAID_BEFORE = "said-before"
    NOT_OURS = "not-ours"
    UNUSABLE = "unusable"

    @property
    def chinese(self) -> str:
        """The reason for people."""
        return {"praise": "表扬", "said-before": "已登记过", "not-ours": "不属本区", "unusable": "无法登记"}[self.value]
