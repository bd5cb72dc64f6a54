"""What sla-monitor does: keeps the calendar, and the clocks of tickets by it, and tells people what they show."""

from sla_monitor.usecases import notifying, recipients
from sla_monitor.usecases.calendar import (
    Amended,
    Notice,
    alarm,
    amend,
    calendar,
    days,
    due_dates,
    seed,
)
from sla_monitor.usecases.clocks import MOST_TURNED, Board, board, clocks_of, follow, sweep
from sla_monitor.usecases.kit import Kit, Newest

__all__ = [
    "MOST_TURNED",
    "Amended",
    "Board",
    "Kit",
    "Newest",
    "Notice",
    "alarm",
    "amend",
    "board",
    "calendar",
    "clocks_of",
    "days",
    "due_dates",
    "follow",
    "notifying",
    "recipients",
    "seed",
    "sweep",
]
