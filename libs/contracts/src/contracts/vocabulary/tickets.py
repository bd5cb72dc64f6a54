"""The words of complaints, tickets and clocks (rules 1 to 4)."""

from enum import StrEnum


class Channel(StrEnum):
    """反映渠道: the seven ways by which a complaint comes in (二)."""

    WINDOW = "window"
    DISTRICT_PORTAL = "district-portal"
    ENTERPRISE_WEB = "enterprise-web"
    CITIZEN_APP = "citizen-app"
    ENTERPRISE_APP = "enterprise-app"
    KIOSK = "kiosk"
    CITY_EXIT = "city-exit"

    @property
    def chinese(self) -> str:
        """The channel's name for people."""
        return _CHANNELS[self]


_CHANNELS = {
    Channel.WINDOW: "线下窗口",
    Channel.DISTRICT_PORTAL: "区一网通办",
    Channel.ENTERPRISE_WEB: "企业专属网页",
    Channel.CITIZEN_APP: "随申办市民云",
    Channel.ENTERPRISE_APP: "企业云旗舰店",
    Channel.KIOSK: "自助终端",
    Channel.CITY_EXIT: "市总门户中途退出",
}


class ReporterKind(StrEnum):
    """反映人: 个人 or 法人."""

    CITIZEN = "citizen"
    ENTERPRISE = "enterprise"


class UnitKind(StrEnum):
    """承办单位 and the two that run the desk (五(一))."""

    DEPARTMENT = "department"
    CENTRE = "centre"
    TOWN_CENTRE = "town-centre"
    OFFICE = "office"


class DispatchRule(StrEnum):
    """Which rule named the unit (四(二), rules 3.1); `ranked-matter` only where the district's policy lets it."""

    MATTER_OWNER = "matter-owner"
    PLACE_CENTRE = "place-centre"
    RANKED_MATTER = "ranked-matter"
    BY_HAND = "by-hand"
    SUCCESSOR = "successor"


class QueueReason(StrEnum):
    """Why a ticket waits for the centre's hand (四(二))."""

    NO_MATTER_NO_PLACE = "no-matter-no-place"
    UNKNOWN_MATTER = "unknown-matter"
    UNKNOWN_PLACE = "unknown-place"
    NO_OWNER = "no-owner"
    RETURNED = "returned"
    REOPENED = "reopened"
    SAID_AGAIN = "said-again"
    UNIT_DISSOLVED = "unit-dissolved"


class TicketState(StrEnum):
    """Where a ticket stands (rules 2, 3). The last four are closed; a finished one may be opened again."""

    OPENED = "opened"
    QUEUED = "queued"
    DISPATCHED = "dispatched"
    ACCEPTED = "accepted"
    FINISHED = "finished"
    DECLINED = "declined"
    LINKED = "linked"
    WITHDRAWN = "withdrawn"


class Complexity(StrEnum):
    """难易程度: how long handling may take, in this order (rules 3.4)."""

    SIMPLE = "simple"
    GENERAL = "general"
    COMPLEX = "complex"

    @property
    def working_days(self) -> int:
        """Working days after the day of acceptance; 0 is the same day."""
        return {"simple": 0, "general": 3, "complex": 5}[self.value]


class ContactMethod(StrEnum):
    """How the reporter was sought (rules 3.5)."""

    PHONE = "phone"
    VISIT = "visit"
    MESSAGE = "message"
    OTHER = "other"


class ReturnReason(StrEnum):
    """退单理由: why a unit gives a ticket back before it accepts it (rules 3.2)."""

    NOT_OUR_MATTER = "not-our-matter"
    NOT_OUR_PLACE = "not-our-place"
    OTHER = "other"


class Cause(StrEnum):
    """办不成的原因, the closed list by which blockages are found (rules 3.7, 5.5)."""

    MATERIALS_UNCLEAR = "materials-unclear"
    PROCEDURE_UNCLEAR = "procedure-unclear"
    SYSTEM_FAULT = "system-fault"
    DATA_NOT_SHARED = "data-not-shared"
    STAFF_CONDUCT = "staff-conduct"
    CROSS_DEPARTMENT = "cross-department"
    POLICY_GAP = "policy-gap"
    REPORTER_MATERIALS = "reporter-materials"
    OTHER = "other"

    @property
    def chinese(self) -> str:
        """The cause's name for people."""
        return _CAUSES[self]


_CAUSES = {
    Cause.MATERIALS_UNCLEAR: "材料要求不清",
    Cause.PROCEDURE_UNCLEAR: "流程不清",
    Cause.SYSTEM_FAULT: "系统故障",
    Cause.DATA_NOT_SHARED: "数据不共享",
    Cause.STAFF_CONDUCT: "服务态度或作风",
    Cause.CROSS_DEPARTMENT: "跨部门协调",
    Cause.POLICY_GAP: "政策缺位",
    Cause.REPORTER_MATERIALS: "反映人材料不全",
    Cause.OTHER: "其他",
}


class ProposalKind(StrEnum):
    """What a second person of the unit must confirm (rules 2.3, 3.4)."""

    DECLINE = "decline"
    LENGTHEN = "lengthen"


class AssistState(StrEnum):
    """协办: where a sub-task stands that a lead unit asked of another one (rules 3.6)."""

    ASKED = "asked"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class Capacity(StrEnum):
    """In which capacity somebody holds a ticket (首受负责制, rules 3.2, 3.6)."""

    DESK = "desk"
    LEAD = "lead"
    ASSISTANT = "assistant"
    DELEGATE = "delegate"


class Purpose(StrEnum):
    """What somebody looks at one complaint for (rules 6, 7); it is written into the audit trail."""

    HANDLING = "handling"
    REVISIT = "revisit"
    SUPERVISION = "supervision"
    REGISTRATION = "registration"


class TextKind(StrEnum):
    """What people write after the complaint; it is sealed with intake and travels by its id (rules 7)."""

    REASON = "reason"
    NOTE = "note"
    REPLY = "reply"
    EXPLANATION = "explanation"
    QUESTION = "question"
    ANSWER = "answer"
    CIRCULAR = "circular"

    @property
    def chinese(self) -> str:
        """The kind's name for people."""
        return _TEXTS[self]


_TEXTS = {
    TextKind.REASON: "理由",
    TextKind.NOTE: "记录",
    TextKind.REPLY: "答复",
    TextKind.EXPLANATION: "说明",
    TextKind.QUESTION: "协办请求",
    TextKind.ANSWER: "协办答复",
    TextKind.CIRCULAR: "通报",
}


class DayStatus(StrEnum):
    """What a date is to the clocks (rules 4.4); 调休 turns a weekend into a shifted working day."""

    WORKING = "working-day"
    WEEKEND = "weekend"
    HOLIDAY = "public-holiday"
    SHIFTED = "shifted-working-day"

    @property
    def chinese(self) -> str:
        """The status' name for people."""
        return _DAYS[self]

    @property
    def working(self) -> bool:
        """Whether the day counts."""
        return self in {DayStatus.WORKING, DayStatus.SHIFTED}


_DAYS = {
    DayStatus.WORKING: "工作日",
    DayStatus.WEEKEND: "周末",
    DayStatus.HOLIDAY: "法定节假日",
    DayStatus.SHIFTED: "调休上班日",
}


class ClockKind(StrEnum):
    """时限: what is watched of a ticket (rules 4); `city-contact` and `city` run beside the district's own clocks."""

    ACCEPT = "accept"
    CONTACT = "contact"
    HANDLE = "handle"
    ASSIST = "assist"
    PROGRESS = "progress"
    REVISIT = "revisit"
    RECTIFY = "rectify"
    CITY_CONTACT = "city-contact"
    CITY = "city"

    @property
    def chinese(self) -> str:
        """The clock's name for people."""
        return _CLOCKS[self]


_CLOCKS = {
    ClockKind.ACCEPT: "接单",
    ClockKind.CONTACT: "首次联系",
    ClockKind.HANDLE: "办理",
    ClockKind.ASSIST: "协办",
    ClockKind.PROGRESS: "跟踪进展",
    ClockKind.REVISIT: "回访",
    ClockKind.RECTIFY: "整改",
    ClockKind.CITY_CONTACT: "市级首次联系",
    ClockKind.CITY: "市级办理",
}


class Light(StrEnum):
    """红黄绿, and what a clock without colours shows while it runs (rules 4.1)."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    RUNNING = "running"
    OVERDUE = "overdue"

    @property
    def chinese(self) -> str:
        """The light's name for people."""
        return {"green": "绿灯", "yellow": "黄灯", "red": "红灯", "running": "未到期", "overdue": "已超期"}[self.value]

    @property
    def alarming(self) -> bool:
        """Whether the due instant has passed: monitoring consumers are told (rules 4)."""
        return self in _ALARMING


_ALARMING = frozenset({Light.RED, Light.OVERDUE})


class Verdict(StrEnum):
    """How a clock ended, for good (rules 3.8, 4.3): `tracked` is neither on time nor late, `void` is not counted."""

    MET = "met"
    OVERDUE = "overdue"
    TRACKED = "tracked"
    VOID = "void"

    @property
    def chinese(self) -> str:
        """The verdict's name for people."""
        return {"met": "按期", "overdue": "超期", "tracked": "跟踪服务", "void": "不计"}[self.value]


class ChangeCause(StrEnum):
    """Why a clock changed (rules 4.2)."""

    TIME = "time"
    RECLASSIFIED = "reclassified"
    CALENDAR = "calendar"
    REDISPATCHED = "redispatched"
    CORRECTED = "corrected"

    @property
    def chinese(self) -> str:
        """The cause's name for people."""
        return _CHANGES[self]


_CHANGES = {
    ChangeCause.TIME: "时间到",
    ChangeCause.RECLASSIFIED: "难易程度变更",
    ChangeCause.CALENDAR: "日历调整",
    ChangeCause.REDISPATCHED: "改派",
    ChangeCause.CORRECTED: "更正",
}
