"""Third parties: what libraries know of the calendar, the owners' logs of facts, and those who are told of lights."""

from sla_monitor.clients.calendar import LAST_YEAR, expected, known_years, noticed, seed, source
from sla_monitor.clients.log import Log, NotReached
from sla_monitor.clients.outside import Answer, Outside

__all__ = [
    "LAST_YEAR",
    "Answer",
    "Log",
    "NotReached",
    "Outside",
    "expected",
    "known_years",
    "noticed",
    "seed",
    "source",
]
