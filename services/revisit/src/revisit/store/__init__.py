"""Every statement on revisit's tables: what is known of tickets, who has to ask or to act, and the calendar."""

from revisit.store import blockages, calendar, cases, improvements, supervised, units, worklist
from revisit.store.names import caller

__all__ = [
    "blockages",
    "calendar",
    "caller",
    "cases",
    "improvements",
    "supervised",
    "units",
    "worklist",
]
