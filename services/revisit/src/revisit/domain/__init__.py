"""The rules of asking again (rules 5.1, 5.2): `decide` and `evolve` are a ticket's life after its reply."""

from revisit.domain.asking import attempt
from revisit.domain.calendar import LONGEST_REST, Calendar, Hours, date_of, due, first_call, next_call
from revisit.domain.cases import NOTHING, Answer, Case, Finding, Life, Revisit, evolve, fold
from revisit.domain.commands import Attempt, Command, Follow, Heard, Measures
from revisit.domain.deciding import decide
from revisit.domain.policy import Policy
from revisit.domain.sampling import sampled
from revisit.domain.seeing import seen_by

__all__ = [
    "LONGEST_REST",
    "NOTHING",
    "Answer",
    "Attempt",
    "Calendar",
    "Case",
    "Command",
    "Finding",
    "Follow",
    "Heard",
    "Hours",
    "Life",
    "Measures",
    "Policy",
    "Revisit",
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
