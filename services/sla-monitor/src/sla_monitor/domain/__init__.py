"""The rules of the clocks (四(三), rules 4): what each date is, when a clock is due, which colour it has.

`Calendar` is what is known of dates; `check` and `amended` take in a year's notice; `due` and `due_dates` count from a
start to a due instant and say which dates were counted; `colour` is the light at an instant.
"""

from sla_monitor.domain.calendar import Calendar, Day, dates, plain, wants_alarm, year_of
from sla_monitor.domain.clocks import Case, Clock, Step, Ticket
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
    span,
)
from sla_monitor.domain.following import COUNTS, after_one, in_time
from sla_monitor.domain.messages import Digest, Lit, Parcel, key_of, signed, written
from sla_monitor.domain.notices import STATUTORY_DAYS, Flaw, Line, Problem, amended, check
from sla_monitor.domain.notifying import (
    TOLD,
    Change,
    Fate,
    OpenMessage,
    Recipient,
    RecipientKind,
    Silence,
    Standing,
    changes,
    fate,
    flaw,
    open_at,
    pause_after,
)
from sla_monitor.domain.policy import Policy, Telling
from sla_monitor.domain.proof import Proof, Reckoned, prove
from sla_monitor.domain.reacting import Reaction, Told, advance, earliest, inherit, react
from sla_monitor.domain.reckoning import Measures
from sla_monitor.domain.rules import Heard

__all__ = [
    "COUNTS",
    "SHANGHAI",
    "STATUTORY_DAYS",
    "TERMS",
    "TOLD",
    "YELLOW",
    "Calendar",
    "Case",
    "Change",
    "Clock",
    "Counted",
    "Day",
    "Digest",
    "Due",
    "Fate",
    "Flaw",
    "Heard",
    "Hours",
    "Line",
    "Lit",
    "Measures",
    "OpenMessage",
    "Parcel",
    "Policy",
    "Problem",
    "Proof",
    "Reaction",
    "Recipient",
    "RecipientKind",
    "Reckoned",
    "Silence",
    "Standing",
    "Step",
    "Telling",
    "Term",
    "Ticket",
    "Told",
    "advance",
    "after_one",
    "amended",
    "changes",
    "check",
    "colour",
    "dates",
    "due",
    "due_dates",
    "earliest",
    "fate",
    "flaw",
    "in_time",
    "inherit",
    "key_of",
    "open_at",
    "pause_after",
    "plain",
    "prove",
    "react",
    "signed",
    "span",
    "wants_alarm",
    "written",
    "year_of",
]
