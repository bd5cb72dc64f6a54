"""Every statement on revisit's tables: what is known of tickets, who has to ask or to act, and the calendar."""

from revisit.store import calendar, cases, supervised, worklist
from revisit.store.names import caller

__all__ = [
    "calendar",
    "caller",
    "cases",
    "supervised",
    "worklist",
]
