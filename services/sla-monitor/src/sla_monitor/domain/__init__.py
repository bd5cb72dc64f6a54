"""The rules of the clocks (四(三), rules 4): what each date is, when a clock is due, which colour it has.

`Calendar` is what is known of dates; `check` and `amended` take in a year's notice; `due` and `due_dates` count from a
start to a due instant and say which dates were counted; `colour` is the light at an instant.
"""

from sla_monitor.domain.calendar import Calendar, Day, dates, plain, wants_alarm, year_of
from sla_monitor.domain.due import (
    SHANGHAI,
    TERMS,
    YELLOW,
    Colour,
    Counted,
    Due,
    Hours,
    Term,
    colour,
    due,
    due_dates,
)
from sla_monitor.domain.notices import STATUTORY_DAYS, Flaw, Line, Problem, amended, check

__all__ = [
    "SHANGHAI",
    "STATUTORY_DAYS",
    "TERMS",
    "YELLOW",
    "Calendar",
    "Colour",
    "Counted",
    "Day",
    "Due",
    "Flaw",
    "Hours",
    "Line",
    "Problem",
    "Term",
    "amended",
    "check",
    "colour",
    "dates",
    "due",
    "due_dates",
    "plain",
    "wants_alarm",
    "year_of",
]
