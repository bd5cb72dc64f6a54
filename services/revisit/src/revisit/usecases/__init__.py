"""What revisit does: plans who asks after a reply, keeps what was tried and heard, flags what does not agree."""

from revisit.usecases.asking import Asked, Listed, attempt, case_of, worklist
from revisit.usecases.calendar import CalendarNotYet, set_days
from revisit.usecases.following import follow
from revisit.usecases.kit import Kit

__all__ = ["Asked", "CalendarNotYet", "Kit", "Listed", "attempt", "case_of", "follow", "set_days", "worklist"]
