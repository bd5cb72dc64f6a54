"""What sla-monitor does: keeps the calendar, and the clocks of tickets by it, and tells people what they show."""

from sla_monitor.usecases import notifying, recipients
from sla_monitor.usecases.amending import MOST_AMENDED, Move, Trial, carry_out, moves, trial
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
from sla_monitor.usecases.proving import Proven, proof

__all__ = [
    "MOST_AMENDED",
    "MOST_TURNED",
    "Amended",
    "Board",
    "Kit",
    "Move",
    "Newest",
    "Notice",
    "Proven",
    "Trial",
    "alarm",
    "amend",
    "board",
    "calendar",
    "carry_out",
    "clocks_of",
    "days",
    "due_dates",
    "follow",
    "moves",
    "notifying",
    "proof",
    "recipients",
    "seed",
    "sweep",
    "trial",
]
