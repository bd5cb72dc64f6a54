"""Spans of days that stand for all dates of a window, each once."""

from collections import Counter
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from revisit.domain.spans import LENGTHS, between, holding

DATES = st.dates(date(1999, 10, 1), date(2031, 12, 31))


def dates(first: date, days: int) -> list[date]:
    return [first + timedelta(passed) for passed in range(days)]


@given(DATES, st.integers(1, 400))
def test_between_two_dates_each_date_is_counted_once_and_no_other(first: date, days: int) -> None:
    counted: Counter[date] = Counter()
    for run in between(first, first + timedelta(days - 1)):
        for on in dates(run.first, (run.last - run.first).days + run.days):
            counted[on] += run.sign
    assert {on: times for on, times in counted.items() if times} == dict.fromkeys(dates(first, days), 1)


@given(DATES, st.integers(1, 400))
def test_what_is_added_or_taken_away_are_spans_that_dates_are_counted_in(first: date, days: int) -> None:
    for run in between(first, first + timedelta(days - 1)):
        for on in (run.first, run.last):
            assert (run.days, on) in holding(on)
        assert (run.last - run.first).days % run.days == 0


@given(DATES)
def test_a_date_lies_in_one_span_of_each_length(on: date) -> None:
    spans = holding(on)
    assert tuple(span.days for span in spans) == LENGTHS
    assert all(span.first <= on < span.first + timedelta(span.days) for span in spans)


@given(DATES, st.integers(1, 92))
def test_of_a_quarter_few_spans_are_read(first: date, days: int) -> None:
    runs = between(first, first + timedelta(days - 1))
    read = {
        length: sum((one.last - one.first).days // length + 1 for one in runs if one.days == length)
        for length in LENGTHS
    }
    assert read[28] <= 4
    assert read[7] <= 4
    assert read[1] <= 6
