"""What each date is to the clocks (rules 4.4): a row per date with the notice that says so, a way on without."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Self

from contracts.vocabulary import DayStatus

_FIXED = {(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)}  # statutory days that stand still in the solar year
_ALARM = (11, 15)


@dataclass(frozen=True, slots=True)
class Day:
    """A date in Shanghai and what it is, by which notice, in which revision; provisional until its year has one."""

    date: date
    status: DayStatus
    notice: str
    revision: int
    provisional: bool

    @property
    def working(self) -> bool:
        """Whether the clocks count the day."""
        return self.status.working


@dataclass(frozen=True, slots=True)
class Calendar:
    """The dates that are known, as one version."""

    version: int
    _days: Mapping[date, Day] = field(repr=False, hash=False)

    @classmethod
    def of(cls, days: Iterable[Day], version: int) -> Self:
        """A calendar of these rows, one a date; of two for a date the later one holds."""
        return cls(version, {day.date: day for day in days})

    def changed_by(self, days: Iterable[Day]) -> Self:
        """The next version: these days are as given, the others as they are."""
        return type(self)(self.version + 1, {**self._days, **{day.date: day for day in days}})

    def day(self, on: date) -> Day:
        """What a date is; without a row a provisional guess by weekday and fixed statutory days (rules 4.4)."""
        return self._days.get(on) or Day(on, _guess(on), notice="", revision=0, provisional=True)


def plain(on: date) -> DayStatus:
    """What a date is that its year's notice does not name; 1 January is a holiday in any case (rules 4.4)."""
    if (on.month, on.day) == (1, 1):
        return DayStatus.HOLIDAY
    return DayStatus.WEEKEND if on.isoweekday() > 5 else DayStatus.WORKING


def dates(first: date, last: date) -> Iterator[date]:
    """Every date from the first to the last, both among them."""
    return (first + timedelta(days=passed) for passed in range((last - first).days + 1))


def year_of(year: int) -> Iterator[date]:
    """Every date of a year."""
    return dates(date(year, 1, 1), date(year, 12, 31))


def wants_alarm(calendar: Calendar, today: date) -> bool:
    """Whether a notice is missing: of this year, or from 15 November of the next (rules 4.4); today in Shanghai."""
    years = (today.year, today.year + 1) if (today.month, today.day) >= _ALARM else (today.year,)
    return any(calendar.day(on).provisional for year in years for on in year_of(year))


def _guess(on: date) -> DayStatus:
    return DayStatus.HOLIDAY if (on.month, on.day) in _FIXED else plain(on)
