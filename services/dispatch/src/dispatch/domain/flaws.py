"""What can be wrong with the tables of a directory, each with a code for programs and a sentence for people."""

from dataclasses import dataclass
from enum import StrEnum

CHANGES = "changes"
"""What stands for a file where changes are proposed one by one."""


class Flaw(StrEnum):
    """A way to be wrong."""

    FILE_MISSING = "file.missing"
    FILE_ENCODING = "file.encoding"
    FILE_MALFORMED = "file.malformed"
    FILE_EMPTY = "file.empty"
    COLUMN_MISSING = "column.missing"
    COLUMN_UNKNOWN = "column.unknown"
    COLUMN_TWICE = "column.twice"
    ROW_WIDTH = "row.width"
    CELL_EMPTY = "cell.empty"
    CELL_TEXT = "cell.text"
    UNIT_MALFORMED = "unit.malformed"
    UNIT_RESERVED = "unit.reserved"
    PLACE_MALFORMED = "place.malformed"
    MATTER_MALFORMED = "matter.malformed"
    KIND_UNKNOWN = "kind.unknown"
    CREDIT_CODE_MALFORMED = "credit-code.malformed"
    CREDIT_CODE_CHECK = "credit-code.check-digit"
    CODE_TWICE = "code.twice"
    OWNER_TWICE = "owner.twice"
    PARENT_UNKNOWN = "parent.unknown"
    PARENT_CIRCLE = "parent.circle"
    UNIT_UNKNOWN = "unit.unknown"
    PLACE_UNKNOWN = "place.unknown"
    MATTER_UNKNOWN = "matter.unknown"
    OWNER_UNKNOWN = "owner.unknown"
    SUCCESSOR_UNKNOWN = "successor.unknown"
    CHANGES_NOTHING = "changes.nothing"

    @property
    def sentence(self) -> str:
        """What it means, and what helps."""
        return _SENTENCES[self]

    @property
    def chinese(self) -> str:
        """The same for the people of the office and the centre."""
        return _CHINESE[self]


_SENTENCES = {
    Flaw.FILE_MISSING: "the folder has no such file",
    Flaw.FILE_ENCODING: "not UTF-8 from here on: save the table as UTF-8",
    Flaw.FILE_MALFORMED: "not a CSV table: a quote is open, or a cell is far too long",
    Flaw.FILE_EMPTY: "no rows: nothing of the directory would be left",
    Flaw.COLUMN_MISSING: "the header line lacks this column",
    Flaw.COLUMN_UNKNOWN: "there is no such column",
    Flaw.COLUMN_TWICE: "the column stands twice in the header line",
    Flaw.ROW_WIDTH: "not as many cells as the header line has",
    Flaw.CELL_EMPTY: "must not be empty",
    Flaw.CELL_TEXT: "longer than 200 characters, or with characters that cannot be seen",
    Flaw.UNIT_MALFORMED: "a unit's code is 2 to 31 lower-case letters, digits and '-', a letter first",
    Flaw.UNIT_RESERVED: "no unit can have this code: a topic of its name is in use (actions.parked)",
    Flaw.PLACE_MALFORMED: "a place's code has 12 digits (a district's 6, a town's 9 will do)",
    Flaw.MATTER_MALFORMED: "a matter's code has 12 digits, or is a 31-character implementation code",
    Flaw.KIND_UNKNOWN: "a unit is a department, centre, town-centre or office",
    Flaw.CREDIT_CODE_MALFORMED: "a unified social credit code has 18 digits and capitals, without I, O, S, V, Z",
    Flaw.CREDIT_CODE_CHECK: "the last character does not fit the others: mistyped",
    Flaw.CODE_TWICE: "the code stood in a line above",
    Flaw.OWNER_TWICE: "the matter's owner at this place stood in a line above",
    Flaw.PARENT_UNKNOWN: "no line has this code",
    Flaw.PARENT_CIRCLE: "going up from here comes back here",
    Flaw.UNIT_UNKNOWN: "units.csv has no such unit",
    Flaw.PLACE_UNKNOWN: "places.csv has no such place",
    Flaw.MATTER_UNKNOWN: "matters.csv has no such matter",
    Flaw.OWNER_UNKNOWN: "nobody owns the matter at this very place",
    Flaw.SUCCESSOR_UNKNOWN: "no unit with this code will be listed",
    Flaw.CHANGES_NOTHING: "the directory says all of this already",
}
_CHINESE = {
    Flaw.FILE_MISSING: "文件夹中缺少该文件",
    Flaw.FILE_ENCODING: "从此处起不是 UTF-8 编码，请另存为 UTF-8",
    Flaw.FILE_MALFORMED: "不是有效的 CSV 表格：引号未闭合或单元格过长",
    Flaw.FILE_EMPTY: "表格没有数据行",
    Flaw.COLUMN_MISSING: "表头缺少该列",
    Flaw.COLUMN_UNKNOWN: "没有这样的列",
    Flaw.COLUMN_TWICE: "表头中该列重复",
    Flaw.ROW_WIDTH: "单元格数量与表头不一致",
    Flaw.CELL_EMPTY: "不能为空",
    Flaw.CELL_TEXT: "超过 200 字，或含有不可见字符",
    Flaw.UNIT_MALFORMED: "单位编码须为 2 至 31 位小写字母、数字和连字符，以字母开头",
    Flaw.UNIT_RESERVED: "该编码已被系统主题占用（actions.parked），不能用作单位编码",
    Flaw.PLACE_MALFORMED: "地点编码须为 12 位数字（区 6 位、镇 9 位亦可）",
    Flaw.MATTER_MALFORMED: "事项编码须为 12 位基本编码或 31 位实施编码",
    Flaw.KIND_UNKNOWN: "单位类别须为 department、centre、town-centre 或 office",
    Flaw.CREDIT_CODE_MALFORMED: "统一社会信用代码须为 18 位数字和大写字母（不含 I、O、S、V、Z）",
    Flaw.CREDIT_CODE_CHECK: "统一社会信用代码校验位不符，请核对",
    Flaw.CODE_TWICE: "同一编码出现两次",
    Flaw.OWNER_TWICE: "同一事项在同一地点出现两个归属单位",
    Flaw.PARENT_UNKNOWN: "上级不在目录中",
    Flaw.PARENT_CIRCLE: "上级关系成环",
    Flaw.UNIT_UNKNOWN: "该单位不在目录中",
    Flaw.PLACE_UNKNOWN: "该地点不在目录中",
    Flaw.MATTER_UNKNOWN: "该事项不在目录中",
    Flaw.OWNER_UNKNOWN: "该事项在该地点没有归属单位",
    Flaw.SUCCESSOR_UNKNOWN: "承接单位不在变更后的目录中",
    Flaw.CHANGES_NOTHING: "目录已是如此，没有任何变化",
}


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong, and where: in a file the line counts from 1, which is the header.

    Of proposed changes `file` is CHANGES and the line their place from 0, or `file` names an entry that stood before
    (`unit.hrss`) and would be left wrong.
    """

    file: str
    line: int
    column: str
    flaw: Flaw

    @property
    def where(self) -> str:
        """The place in words of a proposal: `changes.3`, or the entry that would be left wrong."""
        return f"{CHANGES}.{self.line}" if self.file == CHANGES else self.file


class Unfit(Exception):  # noqa: N818 - what the tables are
    """Tables that cannot become a directory, with everything that is wrong with them."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = problems
