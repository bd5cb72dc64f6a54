"""Third parties: what libraries know of the calendar, and those who are told of lights."""

from sla_monitor.clients.calendar import LAST_YEAR, expected, known_years, noticed, seed, source
from sla_monitor.clients.outside import Answer, Outside

__all__ = [
    "LAST_YEAR",
    "Answer",
    "Outside",
    "expected",
    "known_years",
    "noticed",
    "seed",
    "source",
]
