"""The seed: what chinesecalendar knows is what holidays works out, and later years have their thirteen days."""

from collections import Counter
from datetime import date

import holidays
import pytest

from contracts.vocabulary import DayStatus
from sla_monitor import clients
from sla_monitor.domain import STATUTORY_DAYS

APART = {date(2005, 12, 31)}
"""The one date about which the two differ: chinesecalendar does not have it that the Saturday was worked."""


@pytest.mark.parametrize("year", clients.known_years())
def test_two_libraries_know_the_same_working_days(year: int) -> None:
    other = holidays.country_holidays("CN", years=(year - 1, year, year + 1))
    found = [one for one in clients.noticed() if one.date.year == year and one.date not in APART]
    assert [one.date for one in found if one.working != other.is_working_day(one.date)] == []


def test_every_date_has_one_row() -> None:
    days = clients.seed()
    assert [one.date for one in days] == sorted({one.date for one in days})
    assert (days[-1].date - days[0].date).days == len(days) - 1
    assert (days[0].date, days[-1].date) == (date(2004, 1, 1), date(2050, 12, 31))


@pytest.mark.parametrize("year", range(clients.known_years()[-1] + 1, clients.LAST_YEAR + 1))
def test_a_year_without_a_notice_has_weekends_and_the_statutory_days(year: int) -> None:
    days = list(clients.expected([year]))
    off = [one.date for one in days if one.status is DayStatus.HOLIDAY]
    assert len(off) in {STATUTORY_DAYS, STATUTORY_DAYS - 1}  # 12 when mid-autumn falls into the first days of October
    fixed = {(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)}
    assert fixed <= {(on.month, on.day) for on in off}
    assert all(one.provisional and not one.notice for one in days)
    assert DayStatus.SHIFTED not in Counter(one.status for one in days)


def test_a_spring_festival_without_a_notice_is_its_eve_and_three_days() -> None:
    off = [one.date for one in clients.expected([2027]) if one.status is DayStatus.HOLIDAY and one.date.month == 2]
    assert off == [date(2027, 2, day) for day in (5, 6, 7, 8)]


def test_a_shifted_sunday_is_worked_and_a_weekend_in_a_holiday_is_part_of_it() -> None:
    known = {one.date: one.status for one in clients.noticed()}
    assert known[date(2026, 9, 20)] is DayStatus.SHIFTED
    assert known[date(2026, 10, 4)] is DayStatus.HOLIDAY
    assert known[date(2026, 9, 19)] is DayStatus.WEEKEND
    assert known[date(2026, 9, 21)] is DayStatus.WORKING
