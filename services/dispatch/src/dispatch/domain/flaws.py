"""What can be wrong with the tables of a directory, each with a code for programs and a sentence for people."""

from dataclasses import dataclass
from enum import StrEnum


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

    @property
    def sentence(self) -> str:
        """What it means, and what helps."""
        return _SENTENCES[self]


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
}


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong, and where: the line counts from 1, which is the header."""

    file: str
    line: int
    column: str
    flaw: Flaw


class Unfit(Exception):  # noqa: N818 - what the tables are
    """Tables that cannot become a directory, with everything that is wrong with them."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = problems
