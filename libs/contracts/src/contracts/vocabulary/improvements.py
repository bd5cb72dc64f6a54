"""The words of blockages 堵点 and improvements 流程优化 (rules 5.5, 四(五))."""

from enum import StrEnum


class ImprovementState(StrEnum):
    """How far an improvement has come; all but what is done or dismissed is open."""

    PROPOSED = "proposed"
    OWNED = "owned"
    MEASURED = "measured"
    DONE = "done"
    RETURNED = "returned"
    DISMISSED = "dismissed"

    @property
    def chinese(self) -> str:
        """The state's name for people."""
        return _STATES[self.value]

    @property
    def open(self) -> bool:
        """Whether somebody still has to do something."""
        return self not in (ImprovementState.DONE, ImprovementState.DISMISSED)


_STATES = {
    "proposed": "待明确责任单位",
    "owned": "待定措施",
    "measured": "措施实施中",
    "done": "已完成",
    "returned": "问题重现",
    "dismissed": "不予立项",
}


class Measure(StrEnum):
    """措施: what is done against a blockage. Its words are in the document that is named with it."""

    MATERIALS_REDUCED = "materials-reduced"
    STEPS_MERGED = "steps-merged"
    GUIDANCE_REWRITTEN = "guidance-rewritten"
    DATA_SHARED = "data-shared"
    SYSTEM_REPAIRED = "system-repaired"
    STAFF_TRAINED = "staff-trained"
    RULE_AMENDED = "rule-amended"
    JOINT_RULE = "joint-rule"

    @property
    def chinese(self) -> str:
        """The measure's name for people."""
        return _MEASURES[self.value]


_MEASURES = {
    "materials-reduced": "精简申请材料",
    "steps-merged": "合并办理环节",
    "guidance-rewritten": "完善办事指南",
    "data-shared": "推动数据共享",
    "system-repaired": "改造信息系统",
    "staff-trained": "加强人员培训",
    "rule-amended": "修订制度规定",
    "joint-rule": "建立部门协同机制",
}


class ImprovementResult(StrEnum):
    """成效: what came of a measure."""

    REMOVED = "removed"
    EASED = "eased"
    REFERRED = "referred"

    @property
    def chinese(self) -> str:
        """The result's name for people."""
        return {"removed": "堵点已消除", "eased": "堵点已缓解", "referred": "已报上级部门"}[self.value]


class DismissalReason(StrEnum):
    """Why nothing is improved."""

    ONE_OFF = "one-off"
    AS_BY_LAW = "as-by-law"
    WITH_ANOTHER = "with-another"

    @property
    def chinese(self) -> str:
        """The reason's name for people."""
        return {"one-off": "偶发情形", "as-by-law": "依法依规如此", "with-another": "并入其他事项办理"}[self.value]
