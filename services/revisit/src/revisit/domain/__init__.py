"""The rules of asking again, and of what comes of it (rules 5.1 to 5.4).

`decide` and `evolve` are a ticket's life after its reply.
"""

from revisit.domain.asking import attempt
from revisit.domain.calendar import LONGEST_REST, Calendar, Hours, date_of, due, first_call, next_call
from revisit.domain.cases import NOTHING, Answer, Case, Life, Revisit, evolve, fold
from revisit.domain.commands import (
    Act,
    Attempt,
    Checked,
    Command,
    Confirmed,
    Dismissed,
    Explained,
    Flagged,
    Follow,
    Heard,
    Measures,
    Proposed,
    Reported,
    Supervise,
)
from revisit.domain.deciding import decide
from revisit.domain.findings import Circular, Finding, Round
from revisit.domain.policy import Policy
from revisit.domain.ratings import BadRating
from revisit.domain.sampling import sampled
from revisit.domain.seeing import seen_by

__all__ = [
    "LONGEST_REST",
    "NOTHING",
    "Act",
    "Answer",
    "Attempt",
    "BadRating",
    "Calendar",
    "Case",
    "Checked",
    "Circular",
    "Command",
    "Confirmed",
    "Dismissed",
    "Explained",
    "Finding",
    "Flagged",
    "Follow",
    "Heard",
    "Hours",
    "Life",
    "Measures",
    "Policy",
    "Proposed",
    "Reported",
    "Revisit",
    "Round",
    "Supervise",
    "attempt",
    "date_of",
    "decide",
    "due",
    "evolve",
    "first_call",
    "fold",
    "next_call",
    "sampled",
    "seen_by",
]
