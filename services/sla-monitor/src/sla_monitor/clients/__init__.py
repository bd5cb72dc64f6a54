"""Third parties: what libraries know of the calendar, and dispatch's log of facts."""

from sla_monitor.clients.calendar import LAST_YEAR, expected, known_years, noticed, seed, source
from sla_monitor.clients.log import Log, NotReached

__all__ = ["LAST_YEAR", "Log", "NotReached", "expected", "known_years", "noticed", "seed", "source"]
