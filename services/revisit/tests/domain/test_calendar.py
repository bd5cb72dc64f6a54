"""Until when somebody is asked, and when one may call: in Shanghai, on working days, within business hours."""

from datetime import UTC, date, datetime

import pytest

from contracts.vocabulary import DayStatus
from revisit.domain import Calendar, Hours, due, first_call, next_call

HOURS = Hours()
PLAIN = Calendar({})
SHIFTED = Calendar({date(2026, 11, 27): DayStatus.HOLIDAY, date(2026, 11, 28): DayStatus.SHIFTED})
"""A Friday off, and the Saturday after it worked."""


def at(said: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{said}:00+08:00")


@pytest.mark.parametrize(
    ("start", "days", "calendar", "until"),
    [
        ("25 10:00", 3, PLAIN, "30 17:00"),
        ("25 23:59", 3, PLAIN, "30 17:00"),
        ("26 00:00", 3, PLAIN, "01 17:00"),
        ("25 10:00", 3, SHIFTED, "30 17:00"),
        ("25 10:00", 2, SHIFTED, "28 17:00"),
        ("28 10:00", 1, PLAIN, "30 17:00"),
    ],
)
def test_a_revisit_is_due_at_close_of_business_of_its_last_working_day(
    start: str, days: int, calendar: Calendar, until: str
) -> None:
    found = due(at(start), days, calendar, HOURS)
    assert found.astimezone(at(start).tzinfo).strftime("%d %H:%M") == until
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    ("now", "calendar", "first"),
    [
        ("25 10:00", PLAIN, "25 10:00"),
        ("25 08:59", PLAIN, "25 09:00"),
        ("25 16:59", PLAIN, "25 16:59"),
        ("25 17:00", PLAIN, "26 09:00"),
        ("27 17:00", PLAIN, "30 09:00"),
        ("28 10:00", PLAIN, "30 09:00"),
        ("27 10:00", SHIFTED, "28 09:00"),
    ],
)
def test_nobody_is_called_outside_of_business_hours(now: str, calendar: Calendar, first: str) -> None:
    assert first_call(at(now), calendar, HOURS) == at(first)


def test_the_next_call_is_on_another_day() -> None:
    assert next_call(at("25 09:00"), PLAIN, HOURS) == at("26 09:00")
    assert next_call(at("26 16:00"), SHIFTED, HOURS) == at("28 09:00")


def test_without_a_row_the_statutory_days_that_stand_still_are_off() -> None:
    assert [PLAIN.working(date(2031, *on)) for on in ((1, 1), (5, 1), (10, 2), (10, 8))] == [False, False, False, True]


def test_an_instant_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="zone"):
        due(datetime(2026, 11, 25), 3, PLAIN, HOURS)
