"""What third parties know of the calendar: chinesecalendar the notices of the past, holidays the statutory days.

They seed the calendar and are not asked again: the one raises for a year without data, the other invents one.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from importlib.metadata import version
from itertools import chain

import holidays
from chinese_calendar import constants

from contracts.vocabulary import DayStatus
from sla_monitor.domain import Day, year_of

LAST_YEAR = 2050
"""The seed ends with it."""
_SATURDAY = 5


def seed() -> tuple[Day, ...]:
    """Every date from the first year that chinesecalendar knows until 2050, provisional where it knows none."""
    return (*noticed(), *expected(range(known_years()[-1] + 1, LAST_YEAR + 1)))


def source() -> str:
    """What the seed is called, as the notice of its rows."""
    return f"chinesecalendar {version('chinesecalendar')}"


def known_years() -> range:
    """The years whose notices chinesecalendar knows."""
    dates = constants.holidays.keys()
    return range(min(dates).year, max(dates).year + 1)


def noticed() -> Iterator[Day]:
    """The days of the known years, as the notices had them."""
    notice = source()
    for on in chain.from_iterable(map(year_of, known_years())):
        yield Day(on, _status(on, constants.holidays, constants.workdays), notice, 1, provisional=False)


def expected(years: Iterable[int]) -> Iterator[Day]:
    """The days of years without a notice: weekends, and the thirteen statutory days (rules 4.4)."""
    wanted = list(years)
    statutory = holidays.country_holidays("CN", years=wanted, observed=False)
    for on in chain.from_iterable(map(year_of, wanted)):
        yield Day(on, _status(on, statutory, ()), "", 1, provisional=True)


def _status(on: date, off: Iterable[date], shifted: Iterable[date]) -> DayStatus:
    weekend = on.weekday() >= _SATURDAY
    if on in off:
        return DayStatus.HOLIDAY
    if weekend:
        return DayStatus.SHIFTED if on in shifted else DayStatus.WEEKEND
    return DayStatus.WORKING
