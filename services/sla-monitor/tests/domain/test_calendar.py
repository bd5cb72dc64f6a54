"""What a date is (rules 4.4): by its row, or by weekday where there is none."""

from datetime import date

import pytest

from contracts.vocabulary import DayStatus
from sla_monitor.domain import Calendar, Day, plain, wants_alarm, year_of


@pytest.mark.parametrize(
    ("on", "status", "working"),
    [
        ("2026-10-01", DayStatus.HOLIDAY, False),
        ("2026-10-10", DayStatus.SHIFTED, True),
        ("2026-10-11", DayStatus.WEEKEND, False),
        ("2026-10-12", DayStatus.WORKING, True),
    ],
)
def test_a_date_with_a_row_is_what_the_row_says(calendar: Calendar, on: str, status: DayStatus, working: bool) -> None:
    day = calendar.day(date.fromisoformat(on))
    assert day == Day(date.fromisoformat(on), status, "notice-2026", 1, provisional=False)
    assert day.working == working


@pytest.mark.parametrize(
    ("on", "status"),
    [
        ("2030-01-01", DayStatus.HOLIDAY),
        ("2030-05-01", DayStatus.HOLIDAY),
        ("2030-05-02", DayStatus.HOLIDAY),
        ("2030-05-03", DayStatus.WORKING),
        ("2030-10-01", DayStatus.HOLIDAY),
        ("2030-10-02", DayStatus.HOLIDAY),
        ("2030-10-03", DayStatus.HOLIDAY),
        ("2030-10-04", DayStatus.WORKING),
        ("2030-03-01", DayStatus.WORKING),
        ("2030-03-02", DayStatus.WEEKEND),
        ("2030-03-03", DayStatus.WEEKEND),
        ("2030-03-04", DayStatus.WORKING),
        ("0001-01-01", DayStatus.HOLIDAY),
        ("9999-12-31", DayStatus.WORKING),
    ],
)
def test_a_year_without_a_notice_goes_by_weekday_and_fixed_days_and_is_provisional(
    calendar: Calendar, on: str, status: DayStatus
) -> None:
    assert calendar.day(date.fromisoformat(on)) == Day(date.fromisoformat(on), status, "", 0, provisional=True)


def test_no_first_of_january_is_ever_a_working_day(calendar: Calendar) -> None:
    first = [date(year, 1, 1) for year in range(1990, 2200)]
    assert not any(calendar.day(on).working or plain(on).working for on in first)


def test_29_february_is_a_date_like_any_other(calendar: Calendar) -> None:
    assert calendar.day(date(2024, 2, 29)).status is DayStatus.WORKING
    assert (len(list(year_of(2024))), len(list(year_of(2026)))) == (366, 365)


def test_a_calendar_says_its_version_and_does_not_change(calendar: Calendar) -> None:
    assert calendar.version == 3
    with pytest.raises(AttributeError):
        calendar.version = 4  # type: ignore[misc]


@pytest.mark.parametrize(
    ("today", "alarm"),
    [
        ("2025-11-15", False),
        ("2026-01-01", False),
        ("2026-11-14", False),
        ("2026-11-15", True),
        ("2026-12-31", True),
        ("2027-01-01", True),
    ],
)
def test_the_alarm_rings_from_15_november_when_next_year_is_missing(
    calendar: Calendar, today: str, alarm: bool
) -> None:
    assert wants_alarm(calendar, date.fromisoformat(today)) == alarm


def test_one_provisional_date_is_enough_for_the_alarm(calendar: Calendar) -> None:
    rows = [calendar.day(on) for year in (2025, 2026) for on in year_of(year)]
    doubt = Day(rows[-1].date, DayStatus.WORKING, "", 1, provisional=True)
    assert not wants_alarm(Calendar.of(rows, 1), date(2025, 12, 1))
    assert wants_alarm(Calendar.of([*rows, doubt], 1), date(2025, 12, 1))
