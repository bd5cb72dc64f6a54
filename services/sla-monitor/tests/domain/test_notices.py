"""What is wrong with a year's notice, and what a right one changes (rules 4.4)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.vocabulary import DayStatus
from sla_monitor.domain import Calendar, Day, Flaw, Line, Problem, amended, check, plain, year_of

Notice = Callable[[int], list[Line]]
TODAY = date(2025, 11, 20)


def found(lines: list[Line]) -> list[tuple[int, str, str]]:
    """What is wrong with a notice for 2026, its count of days aside."""
    problems = check(lines, 2026, TODAY)
    return [(one.line, one.code.value, one.date) for one in problems if one.code is not Flaw.DAYS_IMPLAUSIBLE]


@pytest.mark.parametrize(
    ("year", "statutory"), [(2018, 11), (2019, 11), (2023, 11), (2024, 11), (2025, 13), (2026, 13)]
)
def test_the_state_councils_own_notices_are_right(notice: Notice, year: int, statutory: int) -> None:
    assert check(notice(year), year, date(year - 1, 11, 20), statutory) == ()
    assert check(notice(year), year, date(year, 12, 31), statutory) == ()


def test_a_past_year_is_refused(notice: Notice) -> None:
    assert check(notice(2025), 2025, date(2026, 1, 1)) == (Problem(0, Flaw.YEAR_PAST, "2025"),)


@pytest.mark.parametrize(
    ("on", "status", "holiday", "flaw"),
    [
        ("2026-02-30", "public-holiday", "春节", "date.unknown"),
        ("2026-02-29", "working-day", "", "date.unknown"),
        ("20260218", "public-holiday", "春节", "date.unknown"),
        ("2月18日", "public-holiday", "春节", "date.unknown"),
        ("", "public-holiday", "春节", "date.unknown"),
        ("2026-03-02", "holiday", "", "status.unknown"),
        ("2026-03-02", "", "", "status.unknown"),
        ("2025-11-30", "weekend", "", "date.outside"),
        ("2027-01-04", "working-day", "", "date.outside"),
        ("2026-03-07", "working-day", "", "status.weekday"),
        ("2026-03-02", "weekend", "", "status.weekday"),
        ("2026-03-02", "shifted-working-day", "", "shifted.weekday"),
        ("2026-03-06", "shifted-working-day", "", "shifted.weekday"),
        ("2026-03-06", "weekend", "", "status.weekday"),
        ("2026-03-02", "public-holiday", "", "holiday.unnamed"),
        ("2026-02-17", "working-day", "", "date.two-statuses"),
    ],
)
def test_a_wrong_line_is_named(notice: Notice, on: str, status: str, holiday: str, flaw: str) -> None:
    assert found([*notice(2026), Line(99, on, status, holiday)]) == [(99, flaw, on)]


@pytest.mark.parametrize(
    ("on", "status"),
    [
        ("2025-12-01", "working-day"),
        ("2026-03-06", "working-day"),
        ("2026-12-31", "working-day"),
        ("2026-03-01", "weekend"),
        ("2025-12-27", "weekend"),
    ],
)
def test_a_line_that_fits_is_not(notice: Notice, on: str, status: str) -> None:
    assert found([*notice(2026), Line(99, on, status)]) == []


def test_1_january_is_no_working_day(notice: Notice) -> None:
    lines = [replace(one, status="working-day") if one.date == "2026-01-01" else one for one in notice(2026)]
    assert found(lines) == [(2, "new-year.working", "2026-01-01")]


def test_a_date_twice_with_one_status_is_no_contradiction(notice: Notice) -> None:
    assert check([*notice(2026), Line(99, "2026-02-17", "public-holiday", "春节")], 2026, TODAY) == ()


@pytest.mark.parametrize("missing", ["2026-02-16", "2026-02-18", "2026-02-22", "2026-10-03"])
def test_a_hole_in_a_holiday_is_named_with_the_missing_date(notice: Notice, missing: str) -> None:
    lines = [one for one in notice(2026) if one.date != missing]
    after = next(one for one in lines if one.date > missing)
    assert found(lines) == [(after.number, "holiday.hole", missing)]


def test_a_long_hole_is_named_once_and_another_holiday_fills_one(notice: Notice) -> None:
    lines = [one for one in notice(2026) if one.date not in {"2026-02-17", "2026-02-18", "2026-02-19"}]
    assert [(code, on) for _, code, on in found(lines)] == [("holiday.hole", "2026-02-17")]
    assert check(notice(2025), 2025, date(2024, 11, 20)) == ()  # 中秋节 stands between dates of 国庆节


@pytest.mark.parametrize("without", ["2026-02-28", "2026-06-19", "2026-10-07"])
def test_a_notice_that_lost_a_line_at_an_edge_is_implausible(notice: Notice, without: str) -> None:
    lines = [one for one in notice(2026) if one.date != without]
    assert check(lines, 2026, TODAY) == (Problem(0, Flaw.DAYS_IMPLAUSIBLE, ""),)


def test_an_empty_notice_is_implausible_and_more_days_off_can_be_meant(notice: Notice) -> None:
    assert check([], 2026, TODAY) == (Problem(0, Flaw.DAYS_IMPLAUSIBLE, ""),)
    assert check([*notice(2026), Line(99, "2026-09-03", "public-holiday", "纪念日")], 2026, TODAY, 14) == ()


def test_all_that_is_wrong_is_said_by_line() -> None:
    lines = [Line(3, "?", "?"), Line(2, "2024-01-01", "shifted-working-day")]
    assert [(one.line, one.code) for one in check(lines, 2024, TODAY)] == [
        (0, Flaw.DAYS_IMPLAUSIBLE),
        (0, Flaw.YEAR_PAST),
        (2, Flaw.NEW_YEAR_WORKING),
        (2, Flaw.SHIFTED_WEEKDAY),
        (3, Flaw.DATE_UNKNOWN),
        (3, Flaw.STATUS_UNKNOWN),
    ]


@pytest.mark.parametrize("year", [0, 1, 9999])
def test_no_year_whatever_makes_the_check_fall(notice: Notice, year: int) -> None:
    assert Flaw.DATE_OUTSIDE in {one.code for one in check(notice(2026), year, TODAY)}


@given(st.lists(st.builds(Line, st.integers(2, 9), st.text(max_size=12), st.text(max_size=12), st.text(max_size=3))))
def test_no_line_whatever_makes_the_check_fall(lines: list[Line]) -> None:
    assert check(lines, 2026, TODAY)


@pytest.mark.parametrize("flaw", Flaw)
def test_every_flaw_has_a_sentence(flaw: Flaw) -> None:
    assert flaw.sentence.isascii()


def with_rows(calendar: Calendar, rows: tuple[Day, ...]) -> Calendar:
    every = [calendar.day(on) for year in range(2017, 2028) for on in year_of(year)]
    return Calendar.of([*(one for one in every if not one.provisional or one.revision), *rows], calendar.version + 1)


def test_a_notice_settles_a_year_that_was_provisional(notice: Notice, calendar: Calendar) -> None:
    rows = amended(Calendar.of([], 1), notice(2026), "国办发明电〔2025〕7号")
    assert [row.date for row in rows] == list(year_of(2026))
    assert {(row.notice, row.revision, row.provisional) for row in rows} == {("国办发明电〔2025〕7号", 1, False)}
    assert [row.status for row in rows] == [calendar.day(on).status for on in year_of(2026)]


def test_a_row_that_was_provisional_gets_its_next_revision_also_when_its_status_stays(notice: Notice) -> None:
    guess = Day(date(2026, 2, 28), DayStatus.WEEKEND, "", 4, provisional=True)
    plainly = Day(date(2026, 3, 2), DayStatus.HOLIDAY, "", 2, provisional=True)
    rows = {row.date: row for row in amended(Calendar.of([guess, plainly], 1), notice(2026), "n")}
    assert rows[guess.date] == Day(guess.date, DayStatus.SHIFTED, "n", 5, provisional=False)
    assert rows[plainly.date] == Day(plainly.date, DayStatus.WORKING, "n", 3, provisional=False)


def test_a_notice_changes_december_of_the_year_before_only_where_it_names_it(
    notice: Notice, calendar: Calendar
) -> None:
    before = Calendar.of((replace_december(calendar.day(on)) for on in year_of(2018)), 1)
    rows = amended(before, notice(2019), "n")
    assert [(str(row.date), row.status, row.revision) for row in rows if row.date.year == 2018] == [
        ("2018-12-29", DayStatus.SHIFTED, 2),
        ("2018-12-30", DayStatus.HOLIDAY, 2),
        ("2018-12-31", DayStatus.HOLIDAY, 2),
    ]
    assert [row.date for row in rows if row.date.year == 2019] == list(year_of(2019))


def replace_december(day: Day) -> Day:
    """The day as the notice of its own year left it."""
    return replace(day, status=plain(day.date)) if day.date.month == 12 else day


def test_a_notice_said_twice_changes_nothing(notice: Notice, calendar: Calendar) -> None:
    assert amended(calendar, notice(2026), "again") == ()
    first = amended(Calendar.of([], 1), notice(2019), "n")
    assert amended(with_rows(Calendar.of([], 1), first), notice(2019), "n") == ()
    assert amended(calendar, [], "nothing") == ()


def test_an_amendment_of_a_settled_year_changes_only_what_it_names(calendar: Calendar) -> None:
    lines = [Line(2, "2026-09-03", "public-holiday", "纪念日"), Line(3, "2026-09-05", "shifted-working-day")]
    assert amended(calendar, lines, "n") == (
        Day(date(2026, 9, 3), DayStatus.HOLIDAY, "n", 2, provisional=False),
        Day(date(2026, 9, 5), DayStatus.SHIFTED, "n", 2, provisional=False),
    )


def test_where_a_notice_is_silent_1_january_is_a_holiday_still() -> None:
    rows = amended(Calendar.of([], 1), [Line(2, "2027-10-01", "public-holiday", "国庆节")], "n")
    assert [row.status for row in rows[:4]] == [DayStatus.HOLIDAY, *[DayStatus.WEEKEND] * 2, DayStatus.WORKING]


def test_an_unchecked_line_is_no_amendment(calendar: Calendar) -> None:
    with pytest.raises(ValueError, match="Invalid isoformat"):
        amended(calendar, [Line(2, "?", "public-holiday")], "n")
