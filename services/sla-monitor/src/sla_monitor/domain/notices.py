"""A notice of the State Council on holidays and shifted days (放假安排): what is wrong with it, and what it changes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise

from contracts.vocabulary import DayStatus
from sla_monitor.domain.calendar import Calendar, Day, dates, plain, year_of

STATUTORY_DAYS = 13
"""Statutory days of a year since 2025; a notice moves days but leaves so many more off than weekends."""


class Flaw(StrEnum):
    """A way to be wrong, with a code for programs."""

    YEAR_PAST = "year.past"
    DATE_UNKNOWN = "date.unknown"
    DATE_OUTSIDE = "date.outside"
    DATE_TWO_STATUSES = "date.two-statuses"
    STATUS_UNKNOWN = "status.unknown"
    STATUS_WEEKDAY = "status.weekday"
    SHIFTED_WEEKDAY = "shifted.weekday"
    NEW_YEAR_WORKING = "new-year.working"
    HOLIDAY_UNNAMED = "holiday.unnamed"
    HOLIDAY_HOLE = "holiday.hole"
    DAYS_IMPLAUSIBLE = "days.implausible"

    @property
    def sentence(self) -> str:
        """What it means, and what helps."""
        return _SENTENCES[self]


_SENTENCES = {
    Flaw.YEAR_PAST: "the year is over: its due dates have been judged",
    Flaw.DATE_UNKNOWN: "no such date: write it as 2026-10-01",
    Flaw.DATE_OUTSIDE: "neither in the notice's year nor in the December before",
    Flaw.DATE_TWO_STATUSES: "the date stood in a line above with another status",
    Flaw.STATUS_UNKNOWN: "a date is a public-holiday, shifted-working-day, working-day or weekend",
    Flaw.STATUS_WEEKDAY: "a working-day is Monday to Friday, a weekend is not",
    Flaw.SHIFTED_WEEKDAY: "a shifted working day is a Saturday or a Sunday",
    Flaw.NEW_YEAR_WORKING: "1 January is never a working day",
    Flaw.HOLIDAY_UNNAMED: "say which holiday it is",
    Flaw.HOLIDAY_HOLE: "the date stands between two of the holiday's and is none: a line is missing",
    Flaw.DAYS_IMPLAUSIBLE: "Monday-to-Friday holidays less shifted working days are not as many as the statutory days",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a notice as somebody wrote it: the number counts from 1, the header; a holiday says its name."""

    number: int
    date: str
    status: str
    holiday: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong; line 0 is the whole notice. `date` is as written, or the missing one."""

    line: int
    code: Flaw
    date: str


@dataclass(frozen=True, slots=True)
class _Said:
    line: Line
    on: date
    status: DayStatus


def check(lines: Sequence[Line], year: int, today: date, statutory: int = STATUTORY_DAYS) -> tuple[Problem, ...]:
    """Everything that is wrong with a year's whole notice, by line; () is a notice that may be imported.

    `today` is in Shanghai. `statutory` is how many days off it gives beside the weekends, should a notice give more.
    """
    said = [one for line in lines if (one := _said(line))]
    return tuple(
        sorted(
            {
                *(Problem(0, Flaw.YEAR_PAST, str(year)) for _ in range(year < today.year)),
                *(Problem(line.number, flaw, line.date) for line in lines for flaw in _unreadable(line)),
                *(Problem(one.line.number, flaw, one.line.date) for one in said for flaw in _unfit(one, year)),
                *_contradictions(said),
                *_holes(said),
                *(Problem(0, Flaw.DAYS_IMPLAUSIBLE, "") for _ in range(_days_off(said) != statutory)),
            }
        )
    )


def amended(calendar: Calendar, lines: Sequence[Line], notice: str) -> tuple[Day, ...]:
    """The rows that change by a checked notice, by date, each in its next revision (rules 4.4); () when all is known.

    The year is that of the latest date. What is provisional in it becomes what the notice says, a plain weekday or
    weekend where it is silent; other dates, December before among them, change only where they are named. A line that
    cannot be read is a ValueError: see `check`.
    """
    named = {date.fromisoformat(line.date): DayStatus(line.status) for line in lines}
    unsettled = {on for on in year_of(max(named).year) if calendar.day(on).provisional} if named else set()
    wanted = ((calendar.day(on), named.get(on) or plain(on)) for on in sorted({*named, *unsettled}))
    return tuple(
        Day(old.date, status, notice, old.revision + 1, provisional=False)
        for old, status in wanted
        if old.provisional or old.status != status
    )


def _on(line: Line) -> date | None:
    """The date, or None for what is none of the form 2026-10-01: ISO 8601 knows others."""
    try:
        read = date.fromisoformat(line.date)
    except ValueError:
        return None
    return read if read.isoformat() == line.date else None


def _said(line: Line) -> _Said | None:
    on = _on(line)
    return _Said(line, on, DayStatus(line.status)) if on and line.status in set(DayStatus) else None


def _unreadable(line: Line) -> Iterator[Flaw]:
    if _on(line) is None:
        yield Flaw.DATE_UNKNOWN
    if line.status not in set(DayStatus):
        yield Flaw.STATUS_UNKNOWN


def _unfit(said: _Said, year: int) -> Iterator[Flaw]:
    """What is wrong with a line by itself."""
    if said.on.year != year and (said.on.year, said.on.month) != (year - 1, 12):
        yield Flaw.DATE_OUTSIDE
    if (said.on.month, said.on.day) == (1, 1) and said.status.working:
        yield Flaw.NEW_YEAR_WORKING
    if said.status is DayStatus.HOLIDAY and not said.line.holiday:
        yield Flaw.HOLIDAY_UNNAMED
    yield from _weekday(said)


def _weekday(said: _Said) -> Iterator[Flaw]:
    weekend = said.on.isoweekday() > 5
    match said.status:
        case DayStatus.SHIFTED if not weekend:
            yield Flaw.SHIFTED_WEEKDAY
        case DayStatus.WORKING if weekend:
            yield Flaw.STATUS_WEEKDAY
        case DayStatus.WEEKEND if not weekend:
            yield Flaw.STATUS_WEEKDAY
        case _:
            pass


def _contradictions(said: Sequence[_Said]) -> Iterator[Problem]:
    first: dict[date, DayStatus] = {}
    for one in said:
        if first.setdefault(one.on, one.status) != one.status:
            yield Problem(one.line.number, Flaw.DATE_TWO_STATUSES, one.line.date)


def _holes(said: Sequence[_Said]) -> Iterator[Problem]:
    """The first date of each gap between dates of one holiday, unless another holiday fills it."""
    off = {one.on for one in said if one.status is DayStatus.HOLIDAY}
    for name in {one.line.holiday for one in said if one.line.holiday}:
        run = sorted((one for one in said if one.line.holiday == name and one.on in off), key=lambda one: one.on)
        for before, after in pairwise(run):
            missing = next((on for on in dates(before.on, after.on) if on not in off), None)
            if missing is not None:
                yield Problem(after.line.number, Flaw.HOLIDAY_HOLE, missing.isoformat())


def _days_off(said: Sequence[_Said]) -> int:
    """Days off beside the weekends: holidays from Monday to Friday, less the weekend days that are worked instead."""
    holidays = {one.on for one in said if one.status is DayStatus.HOLIDAY and one.on.isoweekday() <= 5}
    return len(holidays) - len({one.on for one in said if one.status is DayStatus.SHIFTED})
