"""The rules of asking again, and of what comes of it (rules 5).

`decide` and `evolve` are a ticket's life after its reply; `finished` and `improve` that of what repeats.
"""

from revisit.domain.asking import attempt
from revisit.domain.blockages import Bar, Finished, Repeating, Withdrawn, counts, finished
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
    Inherit,
    Measures,
    Proposed,
    Reported,
    Supervise,
)
from revisit.domain.deciding import decide
from revisit.domain.findings import Circular, Finding, Round
from revisit.domain.hearing import hear
from revisit.domain.improvements import Blockage, Improvement
from revisit.domain.improving import Improve, improve
from revisit.domain.inheriting import heir
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
    "Bar",
    "Blockage",
    "Calendar",
    "Case",
    "Checked",
    "Circular",
    "Command",
    "Confirmed",
    "Dismissed",
    "Explained",
    "Finding",
    "Finished",
    "Flagged",
    "Follow",
    "Heard",
    "Hours",
    "Improve",
    "Improvement",
    "Inherit",
    "Life",
    "Measures",
    "Policy",
    "Proposed",
    "Repeating",
    "Reported",
    "Revisit",
    "Round",
    "Supervise",
    "Withdrawn",
    "attempt",
    "counts",
    "date_of",
    "decide",
    "due",
    "evolve",
    "finished",
    "first_call",
    "fold",
    "hear",
    "heir",
    "improve",
    "next_call",
    "sampled",
    "seen_by",
]
