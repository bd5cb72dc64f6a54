"""Every statement on revisit's tables: what is known of tickets, who has to ask, and the calendar."""

from revisit.store import calendar, cases, worklist

__all__ = ["calendar", "cases", "worklist"]
