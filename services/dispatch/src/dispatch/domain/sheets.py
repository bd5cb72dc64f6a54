"""CSV tables as rows of cells, with everything noted that is wrong with the tables themselves."""

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from contracts.refusals import Refused
from dispatch.domain.flaws import Flaw, Problem

Parsed = TypeVar("Parsed")

_HEADER = 1


class Wrong(Exception):  # noqa: N818 - what a cell is
    """A cell that cannot be taken."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw)
        self.flaw = flaw


@dataclass(slots=True)
class Notes:
    """Everything that was found wrong so far."""

    problems: set[Problem] = field(default_factory=set)

    def note(self, file: str, line: int, column: str, flaw: Flaw) -> None:
        """Remember a problem."""
        self.problems.add(Problem(file, line, column, flaw))


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one line by their columns, without the blanks around them."""

    file: str
    line: int
    cells: Mapping[str, str]
    notes: Notes

    def get(self, column: str, parse: Callable[[str], Parsed], otherwise: Parsed) -> Parsed:
        """What the cell says; `otherwise` for one that cannot be taken, which is noted."""
        try:
            return parse(self.cells[column])
        except Wrong as wrong:
            self.wrong(column, wrong.flaw)
        except Refused as refused:
            self.wrong(column, Flaw(refused.code))
        return otherwise

    def wrong(self, column: str, flaw: Flaw) -> None:
        """Note that the cell is wrong."""
        self.notes.note(self.file, self.line, column, flaw)


def rows(file: str, columns: Sequence[str], content: bytes | None, notes: Notes) -> list[Row]:
    """The rows of a table with these columns, in any order; those that cannot be read are noted and left out."""
    text = _text(file, content, notes)
    if text is None:
        return []
    header, *body = list(_lines(file, text, notes)) or [(_HEADER, [])]
    names = [name.strip() for name in header[1]]
    return list(_rows(file, names, body, notes)) if _fits(file, names, columns, notes) else []


def _text(file: str, content: bytes | None, notes: Notes) -> str | None:
    if content is None:
        notes.note(file, 0, "", Flaw.FILE_MISSING)
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        notes.note(file, content[: error.start].count(b"\n") + 1, "", Flaw.FILE_ENCODING)
        return None


def _lines(file: str, text: str, notes: Notes) -> Iterator[tuple[int, list[str]]]:
    """Every line that is not blank, with the number at which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    begins = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells) or begins == _HEADER:
                yield begins, cells
            begins = reader.line_num + 1
    except csv.Error:
        notes.note(file, begins, "", Flaw.FILE_MALFORMED)


def _fits(file: str, names: Sequence[str], columns: Sequence[str], notes: Notes) -> bool:
    wrong = [(column, Flaw.COLUMN_MISSING) for column in columns if column not in names]
    wrong += [(name, Flaw.COLUMN_UNKNOWN) for name in names if name not in columns]
    wrong += [(name, Flaw.COLUMN_TWICE) for name, count in Counter(names).items() if count > 1]
    for name, flaw in wrong:
        notes.note(file, _HEADER, name, flaw)
    return not wrong


def _rows(file: str, names: Sequence[str], lines: Sequence[tuple[int, list[str]]], notes: Notes) -> Iterator[Row]:
    for line, cells in lines:
        if len(cells) == len(names):
            yield Row(file, line, dict(zip(names, map(str.strip, cells), strict=True)), notes)
        else:
            notes.note(file, line, "", Flaw.ROW_WIDTH)
