"""What revisit does: plans who asks after a reply, keeps what was heard, flags what does not agree, supervises."""

from revisit.usecases import improving, inheriting, recounting
from revisit.usecases.asking import Asked, Listed, attempt, case_of, worklist
from revisit.usecases.calendar import CalendarNotYet, set_days
from revisit.usecases.following import follow
from revisit.usecases.hearing import hear
from revisit.usecases.improving import Improving, Ranking
from revisit.usecases.kit import Kit
from revisit.usecases.supervising import Done, Found, Rated, duties, explain, flag, judge, rectify, unexplained

__all__ = [
    "Asked",
    "CalendarNotYet",
    "Done",
    "Found",
    "Improving",
    "Kit",
    "Listed",
    "Ranking",
    "Rated",
    "attempt",
    "case_of",
    "duties",
    "explain",
    "flag",
    "follow",
    "hear",
    "improving",
    "inheriting",
    "judge",
    "recounting",
    "rectify",
    "set_days",
    "unexplained",
    "worklist",
]
