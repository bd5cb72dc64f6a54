"""The rules of the clocks (四(三), rules 4): what each date is, when a clock is due, which colour it has.

`Calendar` is what is known of dates; `check` and `amended` take in a year's notice; `due` and `due_dates` count from a
start to a due instant and say which dates were counted; `colour` is the light at an instant.
"""

from sla_monitor.domain.calendar import Calendar, Day, dates, plain, wants_alarm, year_of
from sla_monitor.domain.clocks import Clock, File, Step, Ticket
from sla_monitor.domain.due import (
    SHANGHAI,
    TERMS,
    YELLOW,
    Counted,
    Due,
    Hours,
    Term,
    colour,
    due,
    due_dates,
)
from sla_monitor.domain.following import Gap, gaps, in_time
from sla_monitor.domain.notices import STATUTORY_DAYS, Flaw, Line, Problem, amended, check
from sla_monitor.domain.policy import Policy
from sla_monitor.domain.reacting import advance, earliest, inherit, react
from sla_monitor.domain.reckoning import Measures

__all__ = [
    "SHANGHAI",
    "STATUTORY_DAYS",
    "TERMS",
    "YELLOW",
    "Calendar",
    "Clock",
    "Counted",
    "Day",
    "Due",
    "File",
    "Flaw",
    "Gap",
    "Hours",
    "Line",
    "Measures",
    "Policy",
    "Problem",
    "Step",
    "Term",
    "Ticket",
    "advance",
    "amended",
    "check",
    "colour",
    "dates",
    "due",
    "due_dates",
    "earliest",
    "gaps",
    "in_time",
    "inherit",
    "plain",
    "react",
    "wants_alarm",
    "year_of",
]
