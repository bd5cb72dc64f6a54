"""Working days and business hours (rules 4): until when somebody is to be asked, and when one may call.

The zone is Asia/Shanghai whatever the process thinks; instants come out in UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from contracts.vocabulary import DayStatus

SHANGHAI = ZoneInfo("Asia/Shanghai")
LONGEST_REST = 15
"""Dates in a row that may be off, and more: how far beyond a number of working days the calendar is looked at."""

_FIXED = {(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)}
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Hours:
    """Business hours in Shanghai (policy): the instant of closing is after hours."""

    opens: time = time(9)
    closes: time = time(17)


@dataclass(frozen=True, slots=True)
class Calendar:
    """What dates are, as sla-monitor said (rules 4.4)."""

    days: Mapping[date, DayStatus]

    def working(self, on: date) -> bool:
        """Whether the date counts; without a row by weekday and the statutory days that stand still in the year."""
        known = self.days.get(on)
        return known.working if known else on.isoweekday() <= 5 and (on.month, on.day) not in _FIXED

    def after(self, on: date, count: int) -> date:
        """The so-manieth working day after a date."""
        while count:
            on += _DAY
            count -= self.working(on)
        return on


def date_of(at: datetime) -> date:
    """The date in Shanghai at an instant. Raises ValueError for one without a zone."""
    if at.utcoffset() is None:
        raise ValueError("an instant needs a zone")
    return at.astimezone(SHANGHAI).date()


def due(start: datetime, days: int, calendar: Calendar, hours: Hours) -> datetime:
    """Close of business of the so-manieth working day after the start's date, which is not counted (rules 4)."""
    return _at(calendar.after(date_of(start), days), hours.closes)


def first_call(at: datetime, calendar: Calendar, hours: Hours) -> datetime:
    """The first instant from then on that lies within business hours."""
    on = date_of(at)
    if not calendar.working(on) or at >= _at(on, hours.closes):
        return next_call(at, calendar, hours)
    return max(at.astimezone(UTC), _at(on, hours.opens))


def next_call(at: datetime, calendar: Calendar, hours: Hours) -> datetime:
    """When business opens on the first working day after the date of an instant."""
    return _at(calendar.after(date_of(at), 1), hours.opens)


def _at(on: date, clock: time) -> datetime:
    return datetime.combine(on, clock, SHANGHAI).astimezone(UTC)
